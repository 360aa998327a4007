/** The billing service: payments and subscriptions as event streams, the providers' callbacks, and who hears of them. */
import { Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { definitions } from '#apps';
import { callbackIndexes } from '#services/billing/callbacks/callback-table.ts';
import { maxReceives } from '#services/billing/callbacks/pauses.ts';
import { setupSecret } from '#services/billing/providers/setup.ts';
import { paymentIndexes } from '#services/billing/read-models/payments.ts';
import { callbackRoutes, routes } from '#services/billing/routes.ts';
import { byDue } from '#services/billing/subscriptions/due-table.ts';
import { alarmWhenCounted } from '../constructs/alarm.ts';
import { BusConsumer, QueueConsumer, StreamConsumer } from '../constructs/consumers.ts';
import { WorkQueue } from '../constructs/queues.ts';
import { ScheduledMessage } from '../constructs/schedules.ts';
import { EventsTable, ReadModelTable } from '../constructs/tables.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';
import { exportTimeout, type IdentityStack } from './identity.ts';
import type { PlatformStack } from './platform.ts';

export interface BillingProps extends StackProps {
  readonly platform: PlatformStack;
  readonly identity: IdentityStack;
}

/** A provider is asked twice at most, six seconds each. */
const providerTimeout = Duration.seconds(25);
/** Ten users a page; who does not answer is asked once for each app. */
const checkTimeout = Duration.seconds(60);
/** How late a plan may end. */
const checkEvery = Duration.minutes(15);
/** Callbacks are evidence in disputes, which banks open for a year at most. */
const callbackDays = 400;

/** What people look at: each is money that went another way than it should. */
const watched = [
  ['CallbacksUnmatched', 'a provider told of money that belongs to nothing here'],
  ['CallbacksWaiting', 'what providers told could not be applied for a quarter of an hour'],
  ['PaymentsMismatched', 'money came that is not what was asked for; nothing was granted for it'],
  ['SubscriptionsDuplicated', 'a user pays for two subscriptions'],
  ['DueSubscriptionsNotChecked', 'plans whose time is over were not looked at, or Stripe could not be asked'],
  ['RenewalsNotHeardOf', 'a subscription goes on at Stripe, no payment of it came, and its user lost the plan'],
] as const;

export class BillingStack extends Stack {
  private readonly events: EventsTable;
  private readonly payments: ReadModelTable;
  private readonly subscriptions: ReadModelTable;
  private readonly providerIds: ReadModelTable;
  private readonly customers: ReadModelTable;
  private readonly callbacks: ReadModelTable;
  private readonly bodies: Bucket;
  private readonly work: WorkQueue;

  constructor(scope: Construct, id: string, { platform, identity, ...props }: BillingProps) {
    super(scope, id, props);
    this.events = new EventsTable(this, 'Events');
    this.payments = new ReadModelTable(this, 'Payments', {
      partitionKey: 'id',
      indexes: Object.entries(paymentIndexes).map(([name, keys]) => ({ name, ...keys })),
    });
    this.subscriptions = new ReadModelTable(this, 'Subscriptions', {
      partitionKey: 'owner',
      indexes: [{ ...byDue, keysOnly: true }],
    });
    this.providerIds = new ReadModelTable(this, 'References', { partitionKey: 'key' });
    this.customers = new ReadModelTable(this, 'Customers', { partitionKey: 'owner' });
    this.callbacks = new ReadModelTable(this, 'Callbacks', {
      partitionKey: 'app',
      sortKey: 'id',
      ttl: 'expires',
      // Who leaves is found by keys alone; the lists show whole records.
      indexes: Object.entries(callbackIndexes).map(([name, keys]) => ({ name, ...keys, keysOnly: name === 'byOwner' })),
    });
    this.bodies = this.bodiesBucket();
    this.work = this.workQueue('CallbackWork', maxReceives);
    this.api(platform, identity);
    this.callbackTaker(platform, identity);
    this.callbackWorker(platform);
    this.topUps(platform);
    this.streamReaders(platform);
    this.clock();
    this.users(platform, identity);
    this.watch();
  }

  private workQueue(id: string, maxReceiveCount = 8, timeout = providerTimeout): WorkQueue {
    return new WorkQueue(this, id, {
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      maxReceiveCount,
    });
  }

  private bodiesBucket(): Bucket {
    const bucket = new Bucket(this, 'CallbackBodies', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ expiration: Duration.days(callbackDays) }],
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions::AwsSolutions-S1',
      reason: 'Every object is written by one of our functions, which logs it.',
    });
    return bucket;
  }

  private function(
    id: string,
    entry: string,
    environment: Readonly<Record<string, string>> = {},
    timeout = Duration.seconds(10),
  ): TesseraFunction {
    return new TesseraFunction(this, id, {
      service: 'billing',
      entry: `services/billing/handlers/${entry}.ts`,
      environment: { EVENTS_TABLE: this.events.tableName, ...environment },
      timeout,
    });
  }

  /** Operators make an app's secret when it has a provider (docs/billing-operators.md). */
  private letUseProviders(fn: TesseraFunction): void {
    fn.allowSecrets(definitions.map(({ id }) => setupSecret(id)));
  }

  /** Payments and subscriptions, as a provider tells of them. */
  private letRecord(fn: TesseraFunction, platform: PlatformStack): void {
    this.events.grantAppend(fn);
    platform.letReadCatalog(fn);
    this.letUseProviders(fn);
    fn.addEnvironment('REFERENCES_TABLE', this.providerIds.tableName);
    this.providerIds.allow(fn, 'GetItem', 'PutItem');
  }

  private allowCustomers(fn: TesseraFunction, ...operations: string[]): void {
    fn.addEnvironment('CUSTOMERS_TABLE', this.customers.tableName);
    this.customers.allow(fn, ...operations);
  }

  /** Pages to pay on, of the user's customer. */
  private letBuy(fn: TesseraFunction, platform: PlatformStack, ...customers: string[]): void {
    this.letRecord(fn, platform);
    this.allowCustomers(fn, ...customers);
    fn.addEnvironment('PUBLIC_URL', platform.publicUrl);
  }

  private allowBodies(fn: TesseraFunction, ...actions: string[]): void {
    fn.addEnvironment('CALLBACKS_TABLE', this.callbacks.tableName);
    fn.addEnvironment('CALLBACKS_BUCKET', this.bodies.bucketName);
    fn.allow(actions, [this.bodies.arnForObjects('callbacks/*')]);
    Validations.of(fn.role ?? fn).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${this.getLogicalId(this.bodies.node.defaultChild as CfnBucket)}.Arn>/callbacks/*]`,
      reason: 'Keys of objects are made at run time; the prefix is all that is known of them.',
    });
  }

  private api(platform: PlatformStack, identity: IdentityStack): void {
    const api = this.function('Api', 'api', { PAYMENTS_TABLE: this.payments.tableName }, providerTimeout);
    this.letBuy(api, platform, 'GetItem', 'PutItem');
    this.payments.allow(api, 'GetItem');
    for (const index of ['byOwner', 'byApp']) this.payments.allowIndex(api, index);
    this.allowBodies(api, 's3:GetObject');
    // Without the right to list, S3 answers 403 instead of 404 for a body that was removed.
    api.allow(['s3:ListBucket'], [this.bodies.bucketArn]);
    this.callbacks.allow(api, 'GetItem');
    for (const index of ['byTime', 'byPayment']) this.callbacks.allowIndex(api, index);
    identity.routes.add(this, 'Routes', { routes, function: api });
  }

  private callbackTaker(platform: PlatformStack, identity: IdentityStack): void {
    const environment = { CALLBACK_QUEUE_URL: this.work.queue.queueUrl, REFERENCES_TABLE: this.providerIds.tableName };
    const taker = this.function('TakeCallbacks', 'callbacks', environment);
    platform.letReadCatalog(taker);
    this.letUseProviders(taker);
    this.allowBodies(taker, 's3:PutObject');
    this.callbacks.allow(taker, 'GetItem', 'PutItem', 'UpdateItem');
    this.providerIds.allow(taker, 'GetItem');
    taker.allow(['sqs:SendMessage'], [this.work.queue.queueArn]);
    Validations.of(
      identity.routes.add(this, 'CallbackRoutes', { routes: callbackRoutes, function: taker }),
    ).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason: 'Payment providers have no token: what they send is signed, and the function checks the signature.',
    });
  }

  private callbackWorker(platform: PlatformStack): void {
    const environment = { CALLBACK_QUEUE_URL: this.work.queue.queueUrl };
    const worker = this.function('OnCallback', 'on-callback', environment, providerTimeout);
    this.letRecord(worker, platform);
    // Of what turns out to be another app's nothing stays.
    this.allowBodies(worker, 's3:DeleteObject');
    this.callbacks.allow(worker, 'GetItem', 'UpdateItem');
    new QueueConsumer(this, 'CallbackConsumer', {
      work: this.work,
      function: worker,
      batchSize: 5,
      maxConcurrency: 20,
    });
  }

  private topUps(platform: PlatformStack): void {
    const topUp = this.function('OnTopUpRequested', 'on-top-up-requested', {}, providerTimeout);
    this.letBuy(topUp, platform, 'GetItem');
    new BusConsumer(this, 'TopUps', {
      bus: platform.bus,
      source: 'tessera.credits',
      detailTypes: ['TopUpRequested'],
      function: topUp,
      batchSize: 1,
    });
  }

  /** The two functions that the events table's stream may have. */
  private streamReaders({ bus }: PlatformStack): void {
    const relay = this.function('Relay', 'relay', { BUS_NAME: bus.eventBusName });
    relay.allow(['events:PutEvents'], [bus.eventBusArn]);
    new StreamConsumer(this, 'Relayed', { table: this.events, function: relay });

    const project = this.function('Project', 'project', {
      PAYMENTS_TABLE: this.payments.tableName,
      SUBSCRIPTIONS_TABLE: this.subscriptions.tableName,
    });
    this.payments.allow(project, 'PutItem');
    this.subscriptions.allow(project, 'PutItem');
    new StreamConsumer(this, 'Projected', { table: this.events, function: project });
  }

  /** What no provider tells of, or told in vain: that a period, a trial or the grace of an overdue payment is over. */
  private clock(): void {
    const checks = this.workQueue('DueChecks', 8, checkTimeout);
    const check = this.function(
      'CheckDue',
      'check-due',
      { SUBSCRIPTIONS_TABLE: this.subscriptions.tableName, DUE_QUEUE_URL: checks.queue.queueUrl },
      checkTimeout,
    );
    this.events.grantAppend(check);
    this.letUseProviders(check);
    this.subscriptions.allowIndex(check, 'byDue');
    check.allow(['sqs:SendMessage'], [checks.queue.queueArn]);
    new QueueConsumer(this, 'DueConsumer', { work: checks, function: check, batchSize: 1, maxConcurrency: 4 });
    new ScheduledMessage(this, 'EveryCheck', {
      description: 'Ends plans whose time is over',
      schedule: ScheduleExpression.rate(checkEvery),
      work: checks,
      message: { kind: 'start' },
    });
  }

  /** Whoever leaves is not charged any more, and what names them goes. */
  private users(platform: PlatformStack, identity: IdentityStack): void {
    const leaving = this.function('OnUserDeleted', 'on-user-deleted', {}, providerTimeout);
    this.letUseProviders(leaving);
    this.allowCustomers(leaving, 'GetItem', 'DeleteItem');
    this.allowBodies(leaving, 's3:DeleteObject');
    this.callbacks.allowIndex(leaving, 'byOwner');
    new BusConsumer(this, 'Leavings', {
      bus: platform.bus,
      source: 'tessera.identity',
      detailTypes: ['UserDeleted'],
      function: leaving,
      batchSize: 1,
    });

    const onExport = this.function(
      'OnExportRequested',
      'on-export-requested',
      { PAYMENTS_TABLE: this.payments.tableName, CUSTOMERS_TABLE: this.customers.tableName },
      exportTimeout,
    );
    this.events.grantEvents(onExport);
    this.payments.allowIndex(onExport, 'byOwner');
    this.customers.allow(onExport, 'GetItem');
    identity.letAddToExports(onExport, 'billing');
    new BusConsumer(this, 'ExportRequests', {
      bus: platform.bus,
      source: 'tessera.identity',
      detailTypes: ['ExportRequested'],
      function: onExport,
      batchSize: 1,
    });
  }

  private watch(): void {
    for (const [metricName, describe] of watched)
      alarmWhenCounted(this, metricName, { service: 'billing', period: Duration.minutes(5), describe });
  }
}
