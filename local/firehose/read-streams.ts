/** Delivery streams as the template has them: records are transformed by a function, made Parquet by a Glue table, and put into a bucket. */
import * as z from 'zod';
import type { AccountModel, Resource } from '../contracts.ts';
import { isAllowed } from '../iam/index.ts';
import { rolePolicies } from '../template/index.ts';
import { boolean, functionOf, nameOf, number, readProperties } from '../triggers/properties.ts';
import { fixedPart } from './prefix.ts';

const yes = boolean.refine((given) => given, 'only streams that have it enabled are known here');
const parameterList = z.array(z.strictObject({ ParameterName: z.string(), ParameterValue: z.string() }));
const parameters = z.preprocess(
  (given) => {
    const list = parameterList.safeParse(given).data;
    return list
      ? Object.fromEntries(list.map(({ ParameterName, ParameterValue }) => [ParameterName, ParameterValue]))
      : given;
  },
  z.strictObject({
    LambdaArn: z.string(),
    RoleArn: z.string().optional(),
    NumberOfRetries: number.default(3),
    BufferSizeInMBs: number.default(1),
    BufferIntervalInSeconds: number.default(60),
  }),
);

/** Everything that is not listed is refused by name. */
const streamSchema = z.strictObject({
  DeliveryStreamName: z.string().optional(),
  DeliveryStreamType: z.literal('DirectPut').default('DirectPut'),
  DeliveryStreamEncryptionConfigurationInput: z.unknown().optional(),
  Tags: z.unknown().optional(),
  ExtendedS3DestinationConfiguration: z.strictObject({
    BucketARN: z.string(),
    RoleARN: z.string(),
    Prefix: z.string(),
    ErrorOutputPrefix: z.string(),
    BufferingHints: z.strictObject({
      // What Firehose asks for with a conversion.
      SizeInMBs: number.pipe(z.number().min(64).max(128)),
      IntervalInSeconds: number.pipe(z.number().min(0).max(900)),
    }),
    CompressionFormat: z.literal('UNCOMPRESSED').default('UNCOMPRESSED'),
    CloudWatchLoggingOptions: z.unknown().optional(),
    DynamicPartitioningConfiguration: z.strictObject({ Enabled: yes, RetryOptions: z.unknown().optional() }),
    ProcessingConfiguration: z.strictObject({
      Enabled: yes,
      Processors: z.tuple([z.strictObject({ Type: z.literal('Lambda'), Parameters: parameters })]),
    }),
    DataFormatConversionConfiguration: z.strictObject({
      Enabled: yes,
      InputFormatConfiguration: z.strictObject({
        Deserializer: z.strictObject({ OpenXJsonSerDe: z.strictObject({}) }),
      }),
      OutputFormatConfiguration: z.strictObject({
        Serializer: z.strictObject({ ParquetSerDe: z.strictObject({ Compression: z.enum(['SNAPPY', 'GZIP']) }) }),
      }),
      SchemaConfiguration: z.strictObject({
        RoleARN: z.string(),
        CatalogId: z.string().optional(),
        Region: z.string().optional(),
        DatabaseName: z.string(),
        TableName: z.string(),
        VersionId: z.literal('LATEST').default('LATEST'),
      }),
    }),
  }),
});

const tableSchema = z.object({
  DatabaseName: z.string(),
  TableInput: z.object({
    Name: z.string(),
    StorageDescriptor: z.object({
      Columns: z.array(z.object({ Name: z.string(), Type: z.enum(['string', 'bigint']) })).min(1),
    }),
  }),
});

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'bigint';
}

export interface DeliveryStream {
  readonly name: string;
  readonly arn: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly errorPrefix: string;
  readonly sizeBytes: number;
  readonly intervalMs: number;
  readonly transform: {
    readonly functionName: string;
    readonly functionArn: string;
    readonly batchBytes: number;
    readonly retries: number;
  };
  readonly columns: readonly Column[];
  readonly compression: 'SNAPPY' | 'GZIP';
}

const megabyte = 1_024 ** 2;

type Destination = z.output<typeof streamSchema>['ExtendedS3DestinationConfiguration'];

function tableOf(
  model: AccountModel,
  resource: Resource,
  { DataFormatConversionConfiguration }: Destination,
): Resource {
  const { DatabaseName, TableName } = DataFormatConversionConfiguration.SchemaConfiguration;
  const table = model
    .ofType('AWS::Glue::Table')
    .find(({ ref, properties }) => ref === TableName && properties.DatabaseName === DatabaseName);
  if (!table) throw new Error(`${nameOf(resource)}: no stack has the table ${DatabaseName}.${TableName}`);
  return table;
}

/** @throws Error naming what a role of the stream does not allow, which AWS would tell much later, and in a log. */
function checkRights(model: AccountModel, resource: Resource, destination: Destination, table: Resource): void {
  const { BucketARN, RoleARN, Prefix, ErrorOutputPrefix, ProcessingConfiguration } = destination;
  const { RoleARN: schemaRole, DatabaseName } = destination.DataFormatConversionConfiguration.SchemaConfiguration;
  const { LambdaArn, RoleArn = RoleARN } = ProcessingConfiguration.Processors[0].Parameters;
  const glue = `arn:aws:glue:${model.region}:${model.accountId}`;
  const needed: [role: string, action: string, resource: string][] = [
    [RoleArn, 'lambda:InvokeFunction', LambdaArn],
    ...[Prefix, ErrorOutputPrefix].map((prefix): [string, string, string] => [
      RoleARN,
      's3:PutObject',
      `${BucketARN}/${fixedPart(prefix)}object`,
    ]),
    ...['GetTable', 'GetTableVersion', 'GetTableVersions'].flatMap((operation) =>
      [table.arn, `${glue}:database/${DatabaseName}`, `${glue}:catalog`].map((arn): [string, string, string] => [
        schemaRole,
        `glue:${operation}`,
        arn,
      ]),
    ),
  ];
  for (const [role, action, on] of needed)
    if (!isAllowed(rolePolicies(model, role), { action, resource: on }))
      throw new Error(`${nameOf(resource)}: ${role} does not allow ${action} on ${on}`);
}

function readStream(model: AccountModel, resource: Resource): DeliveryStream {
  const { ExtendedS3DestinationConfiguration: destination } = readProperties(resource, streamSchema);
  const table = tableOf(model, resource, destination);
  checkRights(model, resource, destination, table);
  const { BucketARN, Prefix, ErrorOutputPrefix, BufferingHints, ProcessingConfiguration } = destination;
  const { LambdaArn, BufferSizeInMBs, NumberOfRetries } = ProcessingConfiguration.Processors[0].Parameters;
  const bucket = model.byArn(BucketARN);
  if (bucket?.type !== 'AWS::S3::Bucket') throw new Error(`${nameOf(resource)}: no stack has the bucket ${BucketARN}`);
  const { Columns } = readProperties(table, tableSchema).TableInput.StorageDescriptor;
  return {
    name: resource.ref,
    arn: resource.arn,
    bucket: bucket.ref,
    prefix: Prefix,
    errorPrefix: ErrorOutputPrefix,
    sizeBytes: BufferingHints.SizeInMBs * megabyte,
    intervalMs: BufferingHints.IntervalInSeconds * 1_000,
    transform: {
      functionName: functionOf(resource, LambdaArn),
      functionArn: LambdaArn,
      batchBytes: BufferSizeInMBs * megabyte,
      retries: NumberOfRetries,
    },
    columns: Columns.map(({ Name, Type }) => ({ name: Name, type: Type })),
    compression:
      destination.DataFormatConversionConfiguration.OutputFormatConfiguration.Serializer.ParquetSerDe.Compression,
  };
}

/** @throws Error naming a stream that cannot be played here, or that may not do what it must. */
export const readStreams = (model: AccountModel): DeliveryStream[] =>
  model.ofType('AWS::KinesisFirehose::DeliveryStream').map((resource) => readStream(model, resource));
