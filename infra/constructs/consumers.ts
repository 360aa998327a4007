/** What wakes functions: a table's stream, events on the bus, messages in a queue. Bounded tries, then a dead-letter queue. */
import { Duration, Validations } from 'aws-cdk-lib';

import { type EventBus, type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { alarmAbove } from './alarm.ts';
import { DeadLetterQueue, WorkQueue } from './queues.ts';
import { EventsTable, type ReadModelTable } from './tables.ts';
import type { TesseraFunction } from './tessera-function.ts';

export interface StreamConsumerProps {
  readonly table: EventsTable | ReadModelTable;
  readonly function: TesseraFunction;
  /** Records that match wake the function; the others cost nothing. */
  readonly filter?: Record<string, unknown>;
  /** Default 100. */
  readonly batchSize?: number;
  /** How long records may wait for others; 5 minutes at most. Default: not at all. */
  readonly batchingWindow?: Duration;
}

/** Gives a table's stream to a function. A stream takes two of these at most: Lambda reads each shard for two functions, not more. */
export class StreamConsumer extends Construct {
  readonly function: TesseraFunction;

  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    const { table, function: fn, filter, batchSize = 100, batchingWindow } = props;
    this.function = fn;
    const deadLetters = new DeadLetterQueue(this, 'DeadLetters');
    const { tableStreamArn } = table;
    if (!tableStreamArn) throw new Error(`${table.node.path} has no stream`);
    fn.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [tableStreamArn]);
    // Listing streams knows no resource level.
    fn.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }));
    Validations.of(fn.role ?? fn).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'dynamodb:ListStreams takes no resource.',
    });
    new EventSourceMapping(this, 'Mapping', {
      target: fn,
      eventSourceArn: tableStreamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize,
      ...(batchingWindow ? { maxBatchingWindow: batchingWindow } : {}),
      // Left alone, a mapping repeats a bad record for a day and stops everything behind it.
      bisectBatchOnError: true,
      // An outage of minutes must not lose an event; a record that can never be handled must not stop the rest for a day.
      retryAttempts: 50,
      reportBatchItemFailures: true,
      onFailure: new SqsDlq(deadLetters),
      ...(filter ? { filters: [FilterCriteria.filter(filter)] } : {}),
    });
    if (table instanceof EventsTable) this.watchForTampering(table, fn);
    const age = fn.metric('IteratorAge', { period: Duration.minutes(1), statistic: 'Maximum' });
    // Records that wait for others are not behind.
    const patienceMs = 60_000 + (batchingWindow?.toMilliseconds() ?? 0);
    alarmAbove(this, 'Behind', age, {
      threshold: patienceMs,
      describe: `${fn.node.path}: its stream is more than ${patienceMs / 1_000} s behind`,
      runbook: 'stream-behind',
    });
  }

  /** Events are never changed; records of other tables are. */
  private watchForTampering(table: EventsTable, fn: TesseraFunction): void {
    const changed = new MetricFilter(this, 'Changed', {
      logGroup: fn.logGroup,
      filterPattern: FilterPattern.stringValue('$.message', '=', 'recorded event changed'),
      metricNamespace: 'Tessera',
      metricName: `RecordedEventChanged-${this.node.path.replaceAll('/', '-')}`,
    });
    alarmAbove(this, 'Tampering', changed.metric({ period: Duration.minutes(5), statistic: 'Sum' }), {
      threshold: 0,
      describe: `${table.node.path}: a recorded event was changed or removed; verify the ledger`,
      runbook: 'recorded-event-changed',
    });
  }
}

export interface QueueConsumerProps {
  readonly work: WorkQueue;
  readonly function: TesseraFunction;
  /** Default 10. 1 where one message may take long: the others of a batch would fail with it. */
  readonly batchSize?: number;
  /** How long messages may wait for others; 5 minutes at most. Of batches above 10, Lambda asks for a second at least. */
  readonly batchingWindow?: Duration;
  /** Concurrent invocations at most; at least 2. */
  readonly maxConcurrency?: number;
}

/** Gives a queue's messages to a function. */
export class QueueConsumer extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { work, function: fn, batchSize = 10, batchingWindow, maxConcurrency }: QueueConsumerProps,
  ) {
    super(scope, id);
    fn.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
      [work.queue.queueArn],
    );
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: fn,
      eventSourceArn: work.queue.queueArn,
      batchSize,
      reportBatchItemFailures: true,
      ...(batchingWindow ? { maxBatchingWindow: batchingWindow } : {}),
      ...(maxConcurrency ? { maxConcurrency } : {}),
    });
    Validations.of(mapping).acknowledge({
      id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
      reason: "A queue's messages go to its own dead-letter queue.",
    });
  }
}

export interface BusConsumerProps extends Pick<QueueConsumerProps, 'batchSize' | 'batchingWindow' | 'maxConcurrency'> {
  readonly bus?: EventBus;
  /** For example `tessera.generation`, or several. */
  readonly source: string | readonly string[];
  readonly detailTypes: readonly string[];
  readonly detail?: EventPattern['detail'];
  readonly function: TesseraFunction;
}

/** Gives events of the bus to a function, through a queue: a function that is down for an hour loses nothing. */
export class BusConsumer extends Construct {
  readonly work: WorkQueue;

  constructor(scope: Construct, id: string, props: BusConsumerProps) {
    super(scope, id);
    const { bus, source, detailTypes, detail, function: fn, ...reading } = props;
    const { timeout = Duration.seconds(3) } = fn;
    const waiting = reading.batchingWindow?.toSeconds() ?? 0;
    this.work = new WorkQueue(this, 'Events', {
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6 + waiting),
      maxReceiveCount: 5,
    });
    const target = new SqsQueue(this.work.queue, { deadLetterQueue: this.work.deadLetterQueue });
    new Rule(this, 'Rule', {
      ...(bus ? { eventBus: bus } : {}),
      eventPattern: { source: [source].flat(), detailType: [...detailTypes], ...(detail ? { detail } : {}) },
      targets: [target],
    });
    new QueueConsumer(this, 'Consumer', { work: this.work, function: fn, ...reading });
  }
}
