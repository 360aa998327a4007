/** What the template promises of the event lake: all of it comes in, nobody reads it unencrypted, a query costs what it may, and a role does its own work. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import type { AccountModel, Resource } from '#local/contracts.ts';
import { synthesized } from '#local/synthesize.ts';
import { functions, loadModel, rolePolicies } from '#local/template/index.ts';
import { compilePattern } from '#local/triggers/event-pattern.ts';
import { lake, lakeColumns } from '#services/analytics/contracts.ts';

let model: AccountModel;
beforeAll(async () => {
  model = await loadModel(await synthesized(), {
    region: 'eu-west-1',
    accountId: '123456789012',
    gatewayUrl: 'http://gateway.invalid',
  });
}, 60_000);

const only = (type: string, logicalId = ''): Resource => {
  const found = model
    .ofType(type)
    .filter((resource) => resource.stack === 'TesseraAnalytics' && resource.logicalId.startsWith(logicalId));
  const [resource] = found;
  if (!resource || found.length !== 1) throw new Error(`${found.length} resources are ${type} ${logicalId}`);
  return resource;
};
const bucket = () => only('AWS::S3::Bucket');
const rightsOf = (roleArn: string) =>
  rolePolicies(model, roleArn).flatMap(({ actions, resources }) =>
    actions.flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
  );
const withoutLogs = (rights: string[]) => rights.filter((right) => !right.startsWith('logs:')).toSorted();

describe('X7 the bucket', () => {
  test('is encrypted, private, and talked to by TLS alone', () => {
    expect(bucket().properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    expect(only('AWS::S3::BucketPolicy').properties.PolicyDocument).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Action: 's3:*',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
  });

  test('keeps events, but what failed for 30 days and results for 7', () => {
    const { Rules } = bucket().properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] };
    const expiring = Rules.flatMap(({ Prefix, ExpirationInDays }) =>
      ExpirationInDays ? [[Prefix, ExpirationInDays]] : [],
    );
    expect(expiring).toEqual([
      ['errors/', 30],
      ['results/', 7],
    ]);
  });
});

test('X7 a query is bounded and its results are encrypted, whatever the client asks for', () => {
  expect(only('AWS::Athena::WorkGroup').properties).toMatchObject({
    Name: lake.workgroup,
    State: 'ENABLED',
    WorkGroupConfiguration: {
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 10_737_418_240,
      ResultConfiguration: {
        OutputLocation: `s3://${bucket().ref}/results/`,
        EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
      },
    },
  });
});

test('X7 the table has the row’s columns, and knows every app and day by itself', () => {
  const { TableInput } = only('AWS::Glue::Table').properties as {
    TableInput: { Parameters: Record<string, string>; PartitionKeys: unknown; StorageDescriptor: { Columns: unknown } };
  };
  expect(TableInput.StorageDescriptor.Columns).toEqual(
    lakeColumns.map(({ name, type }) => ({ Name: name, Type: type })),
  );
  expect(TableInput.PartitionKeys).toEqual(['app', 'day'].map((Name) => ({ Name, Type: 'string' })));
  expect(TableInput.Parameters).toMatchObject({
    'projection.enabled': 'true',
    'projection.app.values': definitions.map(({ id }) => id).join(','),
    'projection.day.range': `${lake.firstDay},NOW`,
    'storage.location.template': `s3://${bucket().ref}/events/app=\${app}/day=\${day}/`,
  });
});

describe('X7 rights', () => {
  test('of the transformation are to read keys and to add some', () => {
    const table = only('AWS::DynamoDB::Table').arn;
    const transform = functions(model).find(({ entry }) => entry === 'services/analytics/handlers/transform.ts');
    expect(withoutLogs(rightsOf(transform?.roleArn ?? ''))).toEqual([
      `dynamodb:BatchGetItem ${table}`,
      `dynamodb:PutItem ${table}`,
    ]);
  });

  test('of Firehose are to write below two prefixes, to read the table and to call the transformation', () => {
    const { RoleARN } = only('AWS::KinesisFirehose::DeliveryStream').properties.ExtendedS3DestinationConfiguration as {
      RoleARN: string;
    };
    const { arn } = bucket();
    const fn = functions(model).find(({ entry }) => entry === 'services/analytics/handlers/transform.ts')?.arn;
    const glue = 'arn:aws:glue:eu-west-1:123456789012';
    expect(withoutLogs(rightsOf(RoleARN))).toEqual(
      [
        ...['AbortMultipartUpload', 'GetObject', 'PutObject'].flatMap((action) =>
          ['events/*', 'errors/*'].map((keys) => `s3:${action} ${arn}/${keys}`),
        ),
        ...['GetBucketLocation', 'ListBucket', 'ListBucketMultipartUploads'].map((action) => `s3:${action} ${arn}`),
        ...['GetTable', 'GetTableVersion', 'GetTableVersions'].flatMap((action) =>
          ['catalog', 'database/tessera', 'table/tessera/events'].map((on) => `glue:${action} ${glue}:${on}`),
        ),
        `lambda:InvokeFunction ${fn}`,
      ].toSorted(),
    );
  });

  test('of no other function reach the keys', () => {
    const table = only('AWS::DynamoDB::Table').arn;
    const able = functions(model)
      .filter(({ roleArn }) => rightsOf(roleArn).some((right) => right.endsWith(table)))
      .map(({ entry }) => entry);
    expect(able.toSorted()).toEqual([
      'services/analytics/handlers/on-user-deleted.ts',
      'services/analytics/handlers/transform.ts',
    ]);
  });
});

test('X7 every published event of every service goes to the stream, which is encrypted, and one that cannot is kept', () => {
  const stream = only('AWS::KinesisFirehose::DeliveryStream');
  expect(stream.properties.DeliveryStreamEncryptionConfigurationInput).toEqual({ KeyType: 'AWS_OWNED_CMK' });
  const rule = only('AWS::Events::Rule', 'DeliveryRule').properties;
  const [target] = rule.Targets as { Arn: string; RoleArn: string; DeadLetterConfig: { Arn: string } }[];
  expect(target?.Arn).toBe(stream.arn);
  expect(rightsOf(target?.RoleArn ?? '')).toEqual([
    `firehose:PutRecord ${stream.arn}`,
    `firehose:PutRecordBatch ${stream.arn}`,
  ]);
  expect(model.byArn(target?.DeadLetterConfig.Arn ?? '')?.type).toBe('AWS::SQS::Queue');
  const matches = compilePattern(rule.EventPattern);
  const services = ['billing', 'catalog', 'credits', 'generation', 'identity', 'notifications'];
  expect(services.every((name) => matches({ source: `tessera.${name}`, 'detail-type': 'Any', detail: {} }))).toBe(true);
  expect(matches({ source: 'aws.s3', 'detail-type': 'Object Created', detail: {} })).toBe(false);
});
