/** The identity service: who may call. The authorizer in front of every route, the users' records, and what happens to them. */
import { Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { CfnAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { ExportingService } from '#services/identity/contracts.ts';
import { deletionsIndex } from '#services/identity/deletion/tombstone.ts';
import { keptDays } from '#services/identity/export/user-export.ts';
import { routes } from '#services/identity/routes.ts';
import { userIndexes } from '#services/identity/users/user-list.ts';
import { BusConsumer, QueueConsumer, StreamConsumer } from '../constructs/consumers.ts';
import { WorkQueue } from '../constructs/queues.ts';
import { ScheduledMessage } from '../constructs/schedules.ts';
import { ServiceRoutes, type ServiceRoutesProps } from '../constructs/service-routes.ts';
import { ReadModelTable } from '../constructs/tables.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';
import type { PlatformStack } from './platform.ts';

export interface IdentityProps extends StackProps {
  readonly platform: PlatformStack;
}

/** An export of tens of megabytes is read and written in half a minute. */
export const exportTimeout = Duration.minutes(2);

export class IdentityStack extends Stack {
  private readonly platform: PlatformStack;
  private readonly users: ReadModelTable;
  private readonly authorizerId: string;
  private readonly exports: Bucket;
  /** Judges who opens a socket. */
  readonly socketAuthorizer: TesseraFunction;

  constructor(scope: Construct, id: string, { platform, ...props }: IdentityProps) {
    super(scope, id, props);
    this.platform = platform;
    // Written to by this service's functions alone; its stream tells the others.
    this.users = new ReadModelTable(this, 'Users', {
      partitionKey: 'owner',
      stream: true,
      // Holds those alone whose leaving is to be told once more.
      indexes: [
        { ...deletionsIndex, keysOnly: true },
        ...Object.entries(userIndexes).map(([name, keys]) => ({ name, ...keys, keysOnly: true })),
      ],
    });
    this.exports = this.exportsBucket();
    this.authorizerId = this.authorizer().ref;
    this.socketAuthorizer = this.judge('SocketAuthorizer', 'socket-authorizer');
    this.api();
    this.relay();
    this.accountsOpened();
    this.deletions();
    this.exportParts();
  }

  /** Puts a service's route table on the API, behind the authorizer. Where admins come in, what they do is written down. */
  readonly routes = {
    add: (scope: Construct, id: string, { routes, function: fn }: Omit<ServiceRoutesProps, 'api'>): ServiceRoutes => {
      if (Object.values(routes).some(({ auth }) => auth === 'admin' || auth === 'operator')) this.platform.letAudit(fn);
      return new ServiceRoutes(scope, id, {
        api: { apiId: this.platform.api.ref, authorizerId: this.authorizerId },
        routes,
        function: fn,
      });
    },
  };

  private api(): void {
    const hooks = this.writtenByOperators('AuthHooks', {
      name: 'tessera/auth-hooks',
      description: 'Secrets of the sign-up hooks: { "<app>": ["v1,whsec_<base64>", ...] }',
      reason: 'They are made by the identity providers and rotated there: an app may have several at a time.',
    });
    const api = new TesseraFunction(this, 'Api', {
      service: 'identity',
      entry: 'services/identity/handlers/api.ts',
      environment: {
        USERS_TABLE: this.users.tableName,
        AUTH_HOOKS: hooks.ref,
        EXPORTS_BUCKET: this.exports.bucketName,
      },
    });
    this.allowObjects(api, 'exports/*', 's3:GetObject');
    this.users.allow(api, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
    for (const index of Object.keys(userIndexes)) this.users.allowIndex(api, index);
    api.allow(['secretsmanager:GetSecretValue'], [hooks.ref]);
    this.platform.letReadCatalog(api);
    Validations.of(this.routes.add(this, 'Routes', { routes, function: api })).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason: 'The sign-up hook has no token: its messages are signed, and the function checks the signature.',
    });
  }

  private relay(): void {
    const { bus } = this.platform;
    const relay = new TesseraFunction(this, 'Relay', {
      service: 'identity',
      entry: 'services/identity/handlers/relay.ts',
      environment: { BUS_NAME: bus.eventBusName },
    });
    relay.allow(['events:PutEvents'], [bus.eventBusArn]);
    new StreamConsumer(this, 'Relayed', { table: this.users, function: relay });
  }

  /** Copies of users' data, in parts and whole. None is kept for long. */
  private exportsBucket(): Bucket {
    const bucket = new Bucket(this, 'Exports', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ expiration: Duration.days(keptDays), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions::AwsSolutions-S1',
      reason: 'Every object is written by one of our functions and read by a URL that one has signed; both are logged.',
    });
    // The construct's own switch for this brings a custom resource with a function and rights over every bucket.
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    return bucket;
  }

  private allowObjects(to: TesseraFunction, keys: string, ...actions: string[]): void {
    to.allow(actions, [this.exports.arnForObjects(keys)]);
    // cdk-nag names the bucket as the function's own stack does: here by its id, elsewhere by the name it is exported under.
    const isOurs = Stack.of(to) === this;
    const imported = isOurs ? undefined : this.resolve(this.exportValue(this.exports.bucketArn))['Fn::ImportValue'];
    const bucket = imported ?? `<${this.getLogicalId(this.exports.node.defaultChild as CfnBucket)}.Arn>`;
    Validations.of(to.role ?? to).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${bucket}/${keys}]`,
      reason: 'Keys of objects are made at run time; the prefix is all that is known of them.',
    });
  }

  /** For the functions by which services add their parts of users' exports. */
  letAddToExports(to: TesseraFunction, service: ExportingService): void {
    to.addEnvironment('EXPORTS_BUCKET', this.exports.bucketName);
    this.allowObjects(to, `parts/*/${service}.json`, 's3:PutObject');
  }

  /** Users whose first request was not identity's have a record too. */
  private accountsOpened(): void {
    const onAccountOpened = new TesseraFunction(this, 'OnAccountOpened', {
      service: 'identity',
      entry: 'services/identity/handlers/on-account-opened.ts',
      environment: { USERS_TABLE: this.users.tableName },
    });
    this.users.allow(onAccountOpened, 'GetItem', 'PutItem');
    new BusConsumer(this, 'AccountsOpened', {
      bus: this.platform.bus,
      source: 'tessera.credits',
      detailTypes: ['AccountOpened'],
      function: onAccountOpened,
    });
  }

  /** A leaving is told when it happens and, by the clock, once more; exports go with their user. */
  private deletions(): void {
    const againDeletions = new TesseraFunction(this, 'AgainDeletions', {
      service: 'identity',
      entry: 'services/identity/handlers/again-deletions.ts',
      environment: { USERS_TABLE: this.users.tableName },
      timeout: Duration.seconds(60),
    });
    this.users.allow(againDeletions, 'UpdateItem');
    this.users.allowIndex(againDeletions, deletionsIndex.name);
    const work = new WorkQueue(this, 'SecondPass', { visibilityTimeout: Duration.minutes(6), maxReceiveCount: 5 });
    new QueueConsumer(this, 'SecondPasses', { work, function: againDeletions, batchSize: 1 });
    new ScheduledMessage(this, 'EveryHour', {
      description: 'The second pass over users who left',
      schedule: ScheduleExpression.rate(Duration.hours(1)),
      work,
      message: { kind: 'start' },
    });

    const onUserDeleted = new TesseraFunction(this, 'OnUserDeleted', {
      service: 'identity',
      entry: 'services/identity/handlers/on-user-deleted.ts',
      environment: { EXPORTS_BUCKET: this.exports.bucketName },
    });
    for (const keys of ['parts/*', 'exports/*']) {
      this.allowObjects(onUserDeleted, keys, 's3:DeleteObject');
      onUserDeleted.allowListing(this.exports.bucketArn, keys);
    }
    new BusConsumer(this, 'Leavings', {
      bus: this.platform.bus,
      source: 'tessera.identity',
      detailTypes: ['UserDeleted'],
      function: onUserDeleted,
    });
  }

  /** Identity adds its part as others do, and makes the file once all are there. */
  private exportParts(): void {
    const onRequest = new TesseraFunction(this, 'OnExportRequested', {
      service: 'identity',
      entry: 'services/identity/handlers/on-export-requested.ts',
      environment: { USERS_TABLE: this.users.tableName },
    });
    this.users.allow(onRequest, 'GetItem');
    this.platform.letReadCatalog(onRequest);
    this.letAddToExports(onRequest, 'identity');
    new BusConsumer(this, 'ExportRequests', {
      bus: this.platform.bus,
      source: 'tessera.identity',
      detailTypes: ['ExportRequested'],
      function: onRequest,
      batchSize: 1,
    });

    const onPart = new TesseraFunction(this, 'OnExportPart', {
      service: 'identity',
      entry: 'services/identity/handlers/on-export-part.ts',
      environment: { USERS_TABLE: this.users.tableName, EXPORTS_BUCKET: this.exports.bucketName },
      timeout: exportTimeout,
      // Three parts of 64 MB, and the file that they make.
      memorySize: 1_024,
    });
    this.users.allow(onPart, 'GetItem', 'UpdateItem');
    this.allowObjects(onPart, 'parts/*', 's3:GetObject', 's3:DeleteObject');
    this.allowObjects(onPart, 'exports/*', 's3:PutObject', 's3:DeleteObject');
    onPart.allowListing(this.exports.bucketArn, 'parts/*');
    new BusConsumer(this, 'PartAdded', {
      source: 'aws.s3',
      detailTypes: ['Object Created'],
      detail: { bucket: { name: [this.exports.bucketName] }, object: { key: [{ prefix: 'parts/' }] } },
      function: onPart,
      batchSize: 1,
    });
  }

  /** A secret that begins empty; operators write it, no deployment does again. */
  private writtenByOperators(
    id: string,
    { name, description, reason }: { readonly name: string; readonly description: string; readonly reason: string },
  ): CfnSecret {
    const secret = new CfnSecret(this, id, { name, description, secretString: '{}' });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    Validations.of(secret).acknowledge({ id: 'AwsSolutions::AwsSolutions-SMG4', reason });
    return secret;
  }

  /** A function that tells whose a token is. */
  private judge(id: string, entry: string): TesseraFunction {
    const { issuers } = this.platform.config;
    const fn = new TesseraFunction(this, id, {
      service: 'identity',
      entry: `services/identity/handlers/${entry}.ts`,
      environment: { ISSUERS: JSON.stringify(issuers), USERS_TABLE: this.users.tableName },
      timeout: Duration.seconds(5),
    });
    this.users.allow(fn, 'GetItem');
    const secretNames = Object.values(issuers)
      .flat()
      .flatMap((issuer) => (issuer.algorithm === 'HS256' ? [issuer.secret_name] : []));
    fn.allowSecrets(secretNames);
    return fn;
  }

  private authorizer(): CfnAuthorizer {
    const { api } = this.platform;
    // `npm run admin-key` makes keys, and says what belongs here.
    const adminKeys = this.writtenByOperators('AdminKeys', {
      name: 'tessera/admin-keys',
      description: 'SHA-256 hashes of admin keys: { "<app>": ["<hex>", ...] }; of operators under "*"',
      reason: 'It holds hashes only. Keys are rotated by their owners: an app may have several at a time.',
    });
    const fn = this.judge('Authorizer', 'authorizer');
    fn.addEnvironment('ADMIN_KEYS', adminKeys.ref);
    fn.allow(['secretsmanager:GetSecretValue'], [adminKeys.ref]);
    new CfnPermission(this, 'AuthorizerPermission', {
      action: 'lambda:InvokeFunction',
      functionName: fn.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: this.formatArn({ service: 'execute-api', resource: api.ref, resourceName: 'authorizers/*' }),
    });
    // No identity source: a request without a token reaches the authorizer too, and every refusal is problem+json (docs/adr/0003).
    return new CfnAuthorizer(this, 'UserAuthorizer', {
      apiId: api.ref,
      name: 'user',
      authorizerType: 'REQUEST',
      authorizerPayloadFormatVersion: '2.0',
      authorizerUri: `arn:${this.partition}:apigateway:${this.region}:lambda:path/2015-03-31/functions/${fn.functionArn}/invocations`,
      enableSimpleResponses: true,
      authorizerResultTtlInSeconds: 0,
    });
  }
}
