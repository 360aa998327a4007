/** Analytics: every published event, without what would tell whose it is, in a lake that Athena reads. */
import { Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { lake } from '#services/analytics/contracts.ts';
import { lakeEventsUnreadable } from '#services/analytics/transforming/metrics.ts';
import { alarmWhenCounted } from '../constructs/alarm.ts';
import { BusConsumer } from '../constructs/consumers.ts';
import { ReadModelTable } from '../constructs/tables.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';
import { eventsTable } from './analytics/events-table.ts';
import { LakeDelivery } from './analytics/lake-delivery.ts';
import type { PlatformStack } from './platform.ts';

export interface AnalyticsProps extends StackProps {
  readonly platform: PlatformStack;
}

/** Raw events that could not be made into rows lie there with their users' bare ids: no longer than it takes to look. */
const errorsKept = Duration.days(30);
const resultsKept = Duration.days(7);
/** Athena ends a query that reads more: some five US cents' worth. */
const bytesScannedPerQuery = 10 * 1_024 ** 3;

export class AnalyticsStack extends Stack {
  private readonly pseudonyms: ReadModelTable;

  constructor(scope: Construct, id: string, { platform, ...props }: AnalyticsProps) {
    super(scope, id, props);
    this.pseudonyms = new ReadModelTable(this, 'Pseudonyms', { partitionKey: 'owner', ttl: 'expires' });
    const bucket = this.lakeBucket();
    const transform = this.transform();
    new LakeDelivery(this, 'Delivery', { bus: platform.bus, bucket, transform, table: eventsTable(this, bucket) });
    this.leavings(platform);
    this.workgroup(bucket);
  }

  private lakeBucket(): Bucket {
    const bucket = new Bucket(this, 'Lake', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { prefix: 'errors/', expiration: errorsKept },
        { prefix: 'results/', expiration: resultsKept },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions::AwsSolutions-S1',
      reason: 'Written by Firehose and Athena alone; Athena keeps who asked what.',
    });
    return bucket;
  }

  private function(id: string, entry: string, timeout?: Duration): TesseraFunction {
    return new TesseraFunction(this, id, {
      service: 'analytics',
      entry: `services/analytics/handlers/${entry}.ts`,
      environment: { PSEUDONYMS_TABLE: this.pseudonyms.tableName },
      ...(timeout ? { timeout } : {}),
    });
  }

  private transform(): TesseraFunction {
    const transform = this.function('Transform', 'transform', Duration.seconds(60));
    this.pseudonyms.allow(transform, 'BatchGetItem', 'PutItem');
    alarmWhenCounted(this, lakeEventsUnreadable, {
      service: 'analytics',
      period: Duration.minutes(5),
      describe: 'something on the bus is no event, and lies under errors/ in the lake’s bucket',
    });
    return transform;
  }

  private leavings({ bus }: PlatformStack): void {
    const onUserDeleted = this.function('OnUserDeleted', 'on-user-deleted');
    this.pseudonyms.allow(onUserDeleted, 'PutItem');
    new BusConsumer(this, 'Leavings', {
      bus,
      source: 'tessera.identity',
      detailTypes: ['UserDeleted'],
      detail: { data: { pass: [2] } },
      function: onUserDeleted,
    });
  }

  /** What queries may cost and where their results lie is settled here, whatever a client asks for. */
  private workgroup(bucket: Bucket): void {
    new CfnWorkGroup(this, 'Workgroup', {
      name: lake.workgroup,
      description: 'Queries over the event lake',
      state: 'ENABLED',
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: bytesScannedPerQuery,
        requesterPaysEnabled: false,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: bucket.s3UrlForObject('results/'),
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    });
  }
}
