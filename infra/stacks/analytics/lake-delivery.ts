/** From the bus to the lake: Firehose collects events, has them transformed, and writes Parquet by app and day. */
import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type EventBus, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import type { CfnTable } from 'aws-cdk-lib/aws-glue';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogGroup, LogStream, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { lake } from '#services/analytics/contracts.ts';
import { alarmAbove } from '../../constructs/alarm.ts';
import { DeadLetterQueue } from '../../constructs/queues.ts';
import type { TesseraFunction } from '../../constructs/tessera-function.ts';

export interface LakeDeliveryProps {
  readonly bus: EventBus;
  readonly bucket: Bucket;
  readonly transform: TesseraFunction;
  readonly table: CfnTable;
}

/** Few large files, for a lake of small ones is slow to read. With a conversion Firehose takes no less than 64 MB. */
const bufferingHints = { intervalInSeconds: 900, sizeInMBs: 128 };
/** Under `errors/` by what went wrong, as in `errors/processing-failed/`. */
const errorOutputPrefix = 'errors/!{firehose:error-output-type}/';
const folder = (key: string): string => `${key}=!{partitionKeyFromLambda:${key}}/`;

export class LakeDelivery extends Construct {
  private readonly props: LakeDeliveryProps;
  private readonly role: Role;
  private readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: LakeDeliveryProps) {
    super(scope, id);
    this.props = props;
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('firehose.amazonaws.com') });
    this.stream = this.deliveryStream();
    // Firehose tries its rights out when the stream is made.
    this.stream.node.addDependency(this.rights());
    this.fromBus();
    this.alarms();
  }

  private rights(): Policy {
    const { bucket, transform, table } = this.props;
    const stack = Stack.of(this);
    const glue = (resource: string, resourceName?: string) =>
      stack.formatArn({
        service: 'glue',
        resource,
        ...(resourceName ? { resourceName } : { arnFormat: ArnFormat.NO_RESOURCE_NAME }),
      });
    const keys = [`${lake.prefix}*`, 'errors/*'];
    const policy = new Policy(this, 'Rights', {
      roles: [this.role],
      statements: [
        new PolicyStatement({
          actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
          resources: keys.map((key) => bucket.arnForObjects(key)),
        }),
        new PolicyStatement({
          actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
          resources: [bucket.bucketArn],
        }),
        new PolicyStatement({
          actions: ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
          resources: [
            glue('catalog'),
            glue('database', lake.database),
            glue('table', `${lake.database}/${lake.table}`),
          ],
        }),
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [transform.functionArn] }),
      ],
    });
    policy.node.addDependency(table);
    const bucketId = stack.getLogicalId(bucket.node.defaultChild as CfnBucket);
    Validations.of(policy).acknowledge(
      ...keys.map((key) => ({
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${bucketId}.Arn>/${key}]`,
        reason: 'Keys of objects are made at run time; the prefix is all that is known of them.',
      })),
    );
    return policy;
  }

  /** What could not be delivered, and why. */
  private log(): CfnDeliveryStream.CloudWatchLoggingOptionsProperty {
    const removalPolicy = RemovalPolicy.DESTROY;
    const logGroup = new LogGroup(this, 'Log', { retention: RetentionDays.ONE_MONTH, removalPolicy });
    const { logStreamName } = new LogStream(this, 'LogStream', { logGroup, removalPolicy });
    logGroup.grantWrite(this.role);
    return { enabled: true, logGroupName: logGroup.logGroupName, logStreamName };
  }

  private deliveryStream(): CfnDeliveryStream {
    const { bucket, transform } = this.props;
    const { roleArn } = this.role;
    return new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: bucket.bucketArn,
        roleArn,
        prefix: `${lake.prefix}${folder('app')}${folder('day')}`,
        errorOutputPrefix,
        bufferingHints,
        // Parquet is compressed itself.
        compressionFormat: 'UNCOMPRESSED',
        cloudWatchLoggingOptions: this.log(),
        dynamicPartitioningConfiguration: { enabled: true, retryOptions: { durationInSeconds: 300 } },
        processingConfiguration: {
          enabled: true,
          processors: [
            {
              type: 'Lambda',
              parameters: [
                { parameterName: 'LambdaArn', parameterValue: transform.functionArn },
                { parameterName: 'RoleArn', parameterValue: roleArn },
                { parameterName: 'NumberOfRetries', parameterValue: '3' },
                // Rows are shorter than events, so that the answer stays far below Lambda's 6 MB.
                { parameterName: 'BufferSizeInMBs', parameterValue: '1' },
                { parameterName: 'BufferIntervalInSeconds', parameterValue: '60' },
              ],
            },
          ],
        },
        dataFormatConversionConfiguration: {
          enabled: true,
          inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
          outputFormatConfiguration: { serializer: { parquetSerDe: { compression: 'SNAPPY' } } },
          schemaConfiguration: {
            roleArn,
            catalogId: Stack.of(this).account,
            region: Stack.of(this).region,
            databaseName: lake.database,
            tableName: lake.table,
            versionId: 'LATEST',
          },
        },
      },
    });
  }

  /** Every event that a service publishes. */
  private fromBus(): void {
    const { bus } = this.props;
    const events = new ServicePrincipal('events.amazonaws.com');
    const role = new Role(this, 'RuleRole', { assumedBy: events });
    const arn = this.stream.attrArn;
    role.addToPolicy(
      new PolicyStatement({ actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'], resources: [arn] }),
    );
    const deadLetters = new DeadLetterQueue(this, 'DeadLetters');
    // The CDK's own target takes no dead-letter queue.
    const target: IRuleTarget = { bind: () => ({ arn, role, deadLetterConfig: { arn: deadLetters.queueArn } }) };
    const rule = new Rule(this, 'Rule', {
      eventBus: bus,
      eventPattern: { source: [{ prefix: 'tessera.' }] as unknown as string[] },
      targets: [target],
    });
    deadLetters.addToResourcePolicy(
      new PolicyStatement({
        principals: [events],
        actions: ['sqs:SendMessage'],
        resources: [deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    );
  }

  private alarms(): void {
    const metric = (metricName: string, statistic: string) =>
      new Metric({
        namespace: 'AWS/Firehose',
        metricName,
        dimensionsMap: { DeliveryStreamName: this.stream.ref },
        period: Duration.minutes(5),
        statistic,
      });
    alarmAbove(this, 'Behind', metric('DeliveryToS3.DataFreshness', 'Maximum'), {
      threshold: 3_600,
      describe: 'analytics: events of an hour ago are not in the lake',
      runbook: 'lake-behind',
    });
    alarmAbove(this, 'NotConverted', metric('FailedConversion.Records', 'Sum'), {
      threshold: 0,
      describe: 'analytics: rows do not fit the table, and lie under errors/ in the lake’s bucket',
      runbook: 'rows-not-converted',
    });
  }
}
