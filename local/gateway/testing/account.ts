/** A small account for the gateway's tests: one function with rights, one without, and hooks that record what they are told. */
import type { AwsCall, BusEntry, Gateway, GatewayHooks, GatewayOptions } from '../../contracts.ts';
import { createModel, parseStack } from '../../template/index.ts';
import { listen, startGateway } from '../index.ts';

const region = 'eu-central-1';
const accountId = '123456789012';

const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const under = (logicalId: string, path: string) => ({ 'Fn::Join': ['', [arn(logicalId), path]] });
const allow = (Action: string[], ...Resource: unknown[]) => ({ Effect: 'Allow', Action, Resource });

const role = (...Statement: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: {}, Policies: [{ PolicyName: 'inline', PolicyDocument: { Statement } }] },
});
const fn = (name: string, roleId: string) => ({
  Type: 'AWS::Lambda::Function',
  Metadata: { 'tessera:entry': `services/${name}.ts` },
  Properties: { FunctionName: name, Code: {}, Handler: 'index.handler', Role: arn(roleId) },
});

const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'events',
    AttributeDefinitions: [
      { AttributeName: 'stream', AttributeType: 'S' },
      { AttributeName: 'version', AttributeType: 'N' },
      { AttributeName: 'owner', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'stream', KeyType: 'HASH' },
      { AttributeName: 'version', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-owner',
        KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  },
};

const template = {
  Resources: {
    Table: table,
    Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs-dead' } },
    StreamDead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'events-DeadLetters' } },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'jobs',
        VisibilityTimeout: 60,
        RedrivePolicy: { deadLetterTargetArn: arn('Dead'), maxReceiveCount: 1 },
      },
    },
    Uploads: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'uploads',
        CorsConfiguration: {
          CorsRules: [
            {
              AllowedOrigins: ['https://app.example'],
              AllowedMethods: ['GET', 'POST'],
              AllowedHeaders: ['*'],
              ExposedHeaders: ['ETag'],
            },
          ],
        },
      },
    },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'tessera' } },
    Secret: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        Name: 'stripe',
        GenerateSecretString: {
          SecretStringTemplate: '{"mode":"test"}',
          GenerateStringKey: 'key',
          PasswordLength: 24,
          ExcludePunctuation: true,
        },
      },
    },
    Parameter: {
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: '/tessera/zone', Type: 'String', Value: 'Africa/Cairo' },
    },
    WorkerRole: role(
      allow(['dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:ConditionCheckItem'], arn('Table')),
      allow(['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueUrl'], arn('Queue')),
      allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], under('Uploads', '/*')),
      allow(['events:PutEvents'], arn('Bus')),
      allow(['lambda:InvokeFunction'], arn('Idle')),
      allow(['secretsmanager:GetSecretValue'], { Ref: 'Secret' }),
      allow(['ssm:GetParameter', 'ssm:GetParametersByPath'], '*'),
    ),
    IdleRole: role(allow(['s3:GetObject'], under('Uploads', '/public/*'))),
    Worker: fn('worker', 'WorkerRole'),
    Idle: fn('idle', 'IdleRole'),
  },
};

export interface TestAccount {
  readonly gateway: Gateway;
  readonly calls: AwsCall[];
  readonly created: Parameters<GatewayHooks['objectCreated']>[0][];
  readonly entries: BusEntry[];
  readonly killed: string[];
  readonly touched: string[];
  readonly written: string[];
  readonly visibility: (readonly [string, number])[];
  readonly queueUrl: string;
  /** For any SDK client; one attempt, so that a fault is seen. */
  client(caller: string): { region: string; endpoint: string; maxAttempts: number; credentials: Gateway['operator'] };
  /** The last call of this operation. */
  last(operation: string): AwsCall | undefined;
}

export async function startTestAccount(options: Partial<GatewayOptions> = {}): Promise<TestAccount> {
  const listener = await listen();
  const model = createModel([parseStack('App', template)], { region, accountId, gatewayUrl: listener.url });
  const seen = {
    calls: [] as TestAccount['calls'],
    created: [] as TestAccount['created'],
    entries: [] as BusEntry[],
    killed: [] as string[],
    touched: [] as string[],
    written: [] as string[],
    visibility: [] as TestAccount['visibility'],
  };
  const hooks: GatewayHooks = {
    invoke: async (_name, payload) => {
      const { fail } = JSON.parse(payload.toString()) as { fail?: boolean };
      return fail ? { payload: Buffer.from('{"errorMessage":"no"}'), functionError: 'Unhandled' } : { payload };
    },
    putEvents: async (entries) => {
      seen.entries.push(...entries);
      return entries.map((_entry, i) => ({ eventId: `event-${i}` }));
    },
    tableWritten: (name) => seen.written.push(name),
    queueTouched: (name) => seen.touched.push(name),
    visibilityChanged: (name, _receipt, seconds) => seen.visibility.push([name, seconds]),
    objectCreated: (object) => seen.created.push(object),
    killFunction: (name) => seen.killed.push(name),
    called: (call) => seen.calls.push(call),
  };
  const gateway = await startGateway({ model, hooks, listener, ...options });
  return {
    ...seen,
    gateway,
    queueUrl: `${gateway.url}/${accountId}/jobs`,
    client: (caller) => ({
      region,
      endpoint: gateway.url,
      maxAttempts: 1,
      credentials: caller === 'operator' ? gateway.operator : gateway.credentialsFor(caller),
    }),
    last: (operation) => seen.calls.findLast((call) => call.operation === operation),
  };
}
