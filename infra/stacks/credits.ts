/** The credits service: accounts' events, who may append to them, who listens, and what happens by the clock. */
import { Duration, Stack, type StackProps, TimeZone } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { definitions } from '#apps';
import { heldCreditsAge, sweepMetrics } from '#services/credits/hold-sweep/outcome.ts';
import { paymentsOfClosedAccounts } from '#services/credits/payments/metrics.ts';
import { balanceIndexes } from '#services/credits/read-models/balances.ts';
import { refundsOfClosedAccounts } from '#services/credits/refunds/metrics.ts';
import { routes } from '#services/credits/routes.ts';
import { alarmAbove, alarmWhenCounted, countedMetric } from '../constructs/alarm.ts';
import { BusConsumer, QueueConsumer, StreamConsumer } from '../constructs/consumers.ts';
import { WorkQueue } from '../constructs/queues.ts';
import { ScheduledMessage } from '../constructs/schedules.ts';
import { EventsTable, ReadModelTable } from '../constructs/tables.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';
import { exportTimeout, type IdentityStack } from './identity.ts';
import type { PlatformStack } from './platform.ts';

export interface CreditsProps extends StackProps {
  readonly platform: PlatformStack;
  readonly identity: IdentityStack;
}

/** A function that works through a queue, and the queue's visibility of six times its time-out. */
const workTimeout = Duration.seconds(60);
const workQueue = { visibilityTimeout: Duration.seconds(workTimeout.toSeconds() * 6), maxReceiveCount: 5 };
/** A job that nothing else ends is ended by it, a hold's margin and this long after its deadline (I9). */
const sweepEvery = Duration.minutes(5);
/** Three sweeps have met the hold by then. */
const heldTooLong = Duration.minutes(20);

export class CreditsStack extends Stack {
  readonly events: EventsTable;
  /** Generation invokes it to hold credits. */
  readonly hold: TesseraFunction;
  private readonly balances: ReadModelTable;
  private readonly usage: ReadModelTable;
  private readonly allowances: ReadModelTable;
  private readonly history: ReadModelTable;

  constructor(scope: Construct, id: string, { platform, identity, ...props }: CreditsProps) {
    super(scope, id, props);
    this.events = new EventsTable(this, 'Events');
    this.balances = new ReadModelTable(this, 'Balances', {
      partitionKey: 'owner',
      indexes: Object.entries(balanceIndexes).map(([name, keys]) => ({ name, ...keys, keysOnly: true })),
    });
    this.usage = new ReadModelTable(this, 'Usage', { partitionKey: 'owner', sortKey: 'sk' });
    // Counters of free use, changed in place and gone some days after their period.
    this.allowances = new ReadModelTable(this, 'Allowances', { partitionKey: 'owner', sortKey: 'sk', ttl: 'expires' });
    // What apps' ledgers said before they moved here: written by operators' imports alone.
    this.history = new ReadModelTable(this, 'History', { partitionKey: 'owner', sortKey: 'sk' });
    this.hold = this.creditsFunction('Hold', 'hold', { EVENTS_TABLE: this.events.tableName });
    this.events.grantAppend(this.hold);
    platform.letReadCatalog(this.hold);
    this.jobEnds(platform);
    this.jobRefunds(platform);
    this.payments(platform);
    this.userEvents(platform);
    this.exportParts(platform, identity);
    this.streamReaders(platform);
    const resets = this.dailyReset(platform);
    this.holdSweep(platform);
    platform.letReadCatalog(this.api(identity, resets));
  }

  private api(identity: IdentityStack, resets: WorkQueue): TesseraFunction {
    const api = this.creditsFunction('Api', 'api', {
      EVENTS_TABLE: this.events.tableName,
      BALANCES_TABLE: this.balances.tableName,
      USAGE_TABLE: this.usage.tableName,
      ALLOWANCES_TABLE: this.allowances.tableName,
      HISTORY_TABLE: this.history.tableName,
      DAILY_RESET_QUEUE_URL: resets.queue.queueUrl,
    });
    this.events.grantAppend(api);
    this.balances.allow(api, 'BatchGetItem');
    for (const index of ['byBalance', 'bySpent', 'byUser']) this.balances.allowIndex(api, index);
    this.usage.allow(api, 'Query');
    this.allowances.allow(api, 'UpdateItem', 'Query');
    this.history.allow(api, 'Query');
    api.allow(['sqs:SendMessage'], [resets.queue.queueArn]);
    identity.routes.add(this, 'Routes', { routes, function: api });
    return api;
  }

  private jobEnds({ bus }: PlatformStack): void {
    const onJobEnded = this.creditsFunction('OnJobEnded', 'on-job-ended', { EVENTS_TABLE: this.events.tableName });
    this.events.grantAppend(onJobEnded);
    new BusConsumer(this, 'JobEnded', {
      bus,
      source: 'tessera.generation',
      detailTypes: ['JobSucceeded', 'JobFailed', 'JobCancelled'],
      function: onJobEnded,
    });
  }

  /** A queue of their own: a refund that cannot be booked keeps no hold from its end. */
  private jobRefunds(platform: PlatformStack): void {
    const onRefund = this.creditsFunction('OnJobRefunded', 'on-job-refunded', { EVENTS_TABLE: this.events.tableName });
    this.events.grantAppend(onRefund);
    platform.letReadCatalog(onRefund);
    new BusConsumer(this, 'JobRefunds', {
      bus: platform.bus,
      source: 'tessera.generation',
      detailTypes: ['JobRefunded'],
      function: onRefund,
    });
    alarmWhenCounted(this, refundsOfClosedAccounts, {
      service: 'credits',
      period: Duration.minutes(5),
      describe: 'what jobs cost was given back to users who have left: nothing came of it',
    });
  }

  /** What was paid is granted; what went back is taken back. */
  private payments(platform: PlatformStack): void {
    const onPayment = this.creditsFunction('OnPayment', 'on-payment', { EVENTS_TABLE: this.events.tableName });
    this.events.grantAppend(onPayment);
    platform.letReadCatalog(onPayment);
    new BusConsumer(this, 'Payments', {
      bus: platform.bus,
      source: 'tessera.billing',
      detailTypes: [
        'PaymentCaptured',
        'PaymentFailed',
        'PaymentRefunded',
        'DisputeOpened',
        'DisputeWon',
        'SubscriptionRenewed',
        'PlanEntitled',
      ],
      function: onPayment,
    });
    alarmWhenCounted(this, paymentsOfClosedAccounts, {
      service: 'credits',
      period: Duration.minutes(5),
      describe: 'money came of users who have left: give it back',
    });
  }

  /** An account begins and ends with its user. */
  private userEvents(platform: PlatformStack): void {
    const onUser = this.creditsFunction('OnUser', 'on-user', { EVENTS_TABLE: this.events.tableName });
    this.events.grantAppend(onUser);
    platform.letReadCatalog(onUser);
    const { work } = new BusConsumer(this, 'UserEvents', {
      bus: platform.bus,
      source: 'tessera.identity',
      detailTypes: ['UserRegistered', 'UserDeleted'],
      function: onUser,
    });
    onUser.addEnvironment('USER_EVENTS_QUEUE_URL', work.queue.queueUrl);
  }

  private exportParts(platform: PlatformStack, identity: IdentityStack): void {
    const environment = {
      EVENTS_TABLE: this.events.tableName,
      ALLOWANCES_TABLE: this.allowances.tableName,
      HISTORY_TABLE: this.history.tableName,
    };
    const onRequest = this.creditsFunction('OnExportRequested', 'on-export-requested', environment, exportTimeout);
    this.events.grantEvents(onRequest);
    this.allowances.allow(onRequest, 'Query');
    this.history.allow(onRequest, 'Query');
    platform.letReadCatalog(onRequest);
    identity.letAddToExports(onRequest, 'credits');
    new BusConsumer(this, 'ExportRequests', {
      bus: platform.bus,
      source: 'tessera.identity',
      detailTypes: ['ExportRequested'],
      function: onRequest,
      batchSize: 1,
    });
  }

  /** The two functions that the events table's stream may have. */
  private streamReaders(platform: PlatformStack): void {
    const { bus } = platform;
    const relay = this.creditsFunction('Relay', 'relay', { BUS_NAME: bus.eventBusName });
    relay.allow(['events:PutEvents'], [bus.eventBusArn]);
    new StreamConsumer(this, 'Relayed', { table: this.events, function: relay });

    const project = this.creditsFunction('Project', 'project', {
      BALANCES_TABLE: this.balances.tableName,
      USAGE_TABLE: this.usage.tableName,
    });
    platform.letReadCatalog(project);
    this.balances.allow(project, 'PutItem');
    this.usage.allow(project, 'PutItem');
    new StreamConsumer(this, 'Projected', { table: this.events, function: project });
  }

  /** At each app's midnight its accounts are looked through by pages; small batches of those that are due go on to be issued. */
  private dailyReset(platform: PlatformStack): WorkQueue {
    const resets = new WorkQueue(this, 'DailyReset', workQueue);
    const issues = new WorkQueue(this, 'DailyIssue', workQueue);
    const reset = this.creditsFunction(
      'ResetDaily',
      'reset-daily',
      {
        BALANCES_TABLE: this.balances.tableName,
        DAILY_RESET_QUEUE_URL: resets.queue.queueUrl,
        DAILY_ISSUE_QUEUE_URL: issues.queue.queueUrl,
      },
      workTimeout,
    );
    platform.letReadCatalog(reset);
    this.balances.allowIndex(reset, 'byApp');
    reset.allow(['sqs:SendMessage'], [resets.queue.queueArn, issues.queue.queueArn]);
    new QueueConsumer(this, 'Resets', { work: resets, function: reset, batchSize: 1 });

    const issue = this.creditsFunction(
      'IssueDaily',
      'issue-daily',
      { EVENTS_TABLE: this.events.tableName },
      workTimeout,
    );
    this.events.grantAppend(issue);
    platform.letReadCatalog(issue);
    // Fifty accounts at a time and invocation: a reset of a million leaves the table and the account's functions to the users.
    new QueueConsumer(this, 'Issues', { work: issues, function: issue, batchSize: 5, maxConcurrency: 10 });

    // Every app has a midnight, because an admin may give a plan daily credits at any time; where none does, it ends at once.
    for (const { id, zone } of definitions) {
      new ScheduledMessage(this, `Midnight-${id}`, {
        description: `The day's credits of ${id}`,
        // Also at one: where clocks go forward at midnight that hour does not exist, and Scheduler skips what falls into it.
        // https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
        schedule: ScheduleExpression.cron({ minute: '0', hour: '0,1', timeZone: TimeZone.of(zone) }),
        work: resets,
        message: { kind: 'page', app: id },
      });
    }
    return resets;
  }

  /** Holds past their expiry are ended as their jobs were; a job that lives keeps its own. */
  private holdSweep(platform: PlatformStack): void {
    const sweeps = new WorkQueue(this, 'HoldSweep', workQueue);
    const jobStatus = platform.namedFunction('job-status');
    const sweep = this.creditsFunction(
      'SweepHolds',
      'sweep-holds',
      {
        EVENTS_TABLE: this.events.tableName,
        BALANCES_TABLE: this.balances.tableName,
        HOLD_SWEEP_QUEUE_URL: sweeps.queue.queueUrl,
        JOB_STATUS_FUNCTION: jobStatus.functionName,
      },
      workTimeout,
    );
    this.events.grantAppend(sweep);
    this.balances.allowIndex(sweep, 'byHoldExpiry');
    sweep.allow(['lambda:InvokeFunction'], [jobStatus.functionArn]);
    sweep.allow(['sqs:SendMessage'], [sweeps.queue.queueArn]);
    new QueueConsumer(this, 'Sweeps', { work: sweeps, function: sweep, batchSize: 1, maxConcurrency: 4 });
    new ScheduledMessage(this, 'EverySweep', {
      description: 'Ends holds that are past their expiry',
      schedule: ScheduleExpression.rate(sweepEvery),
      work: sweeps,
      message: { kind: 'start' },
    });
    const watched = [
      [sweepMetrics.failed, 'expired holds could not be ended'],
      [sweepMetrics.living, 'jobs live past the expiry of their holds: they should have ended by their deadline'],
    ] as const;
    for (const [metricName, describe] of watched)
      alarmWhenCounted(this, metricName, { service: 'credits', period: sweepEvery, describe });
    const age = countedMetric(heldCreditsAge, { service: 'credits', period: sweepEvery, statistic: 'Maximum' });
    alarmAbove(this, heldCreditsAge, age, {
      threshold: heldTooLong.toSeconds(),
      describe: `credits: some are held ${heldTooLong.toMinutes()} minutes past the end of their hold`,
      runbook: heldCreditsAge.toLowerCase(),
    });
  }

  private creditsFunction(
    id: string,
    entry: string,
    environment: Readonly<Record<string, string>>,
    timeout = Duration.seconds(10),
  ): TesseraFunction {
    return new TesseraFunction(this, id, {
      service: 'credits',
      entry: `services/credits/handlers/${entry}.ts`,
      environment,
      timeout,
    });
  }
}
