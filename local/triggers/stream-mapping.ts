/** A function fed by a table's stream: reads after every write, in order, and remembers how far it came. */
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import * as z from 'zod';
import type { Resource } from '../contracts.ts';
import { backOff } from './backoff.ts';
import type { TriggerContext } from './context.ts';
import { compileFilters, filterCriteria } from './filter-criteria.ts';
import { boolean, functionNameOf, nameOf, number, queueNameOf, readProperties } from './properties.ts';
import { type GiveUpCondition, processStreamBatch, type RetryPolicy } from './stream-batch.ts';
import { expiredIdentity, type StreamRecord, toStreamRecord } from './stream-record.ts';

export const streamMappingSchema = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: boolean.default(true),
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']),
  BatchSize: number.min(1).max(10_000).default(100),
  MaximumRetryAttempts: number.default(-1),
  MaximumRecordAgeInSeconds: number.default(-1),
  BisectBatchOnFunctionError: boolean.default(false),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  FilterCriteria: filterCriteria,
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }).optional() }).optional(),
  // Played as if the window were 0 and one batch of a shard ran at a time: what a function sees differs only in the batch's size.
  MaximumBatchingWindowInSeconds: number.optional(),
  ParallelizationFactor: number.optional(),
  TumblingWindowInSeconds: z.undefined().optional(),
});

/** How far each shard was read, kept over restarts when the tables are. */
export interface Checkpoints {
  get(mapping: string, shard: string): string | undefined;
  set(mapping: string, shard: string, sequenceNumber: string): void;
}

export interface StreamMapping {
  readonly table: string;
  /** Reads what was written; the mapping is in flight until the stream is read to its end. */
  wake(): void;
  close(): Promise<void>;
}

/** After these the position is taken anew, from the checkpoint. */
const iteratorErrors = new Set(['ExpiredIteratorException', 'TrimmedDataAccessException', 'ResourceNotFoundException']);

/** DynamoDB's own limit for one read. */
const readLimit = 1_000;
/** DynamoDB ends a shard after some hours and opens another. */
const shardsKnownForMs = 60_000;

export async function startStreamMapping(
  context: TriggerContext,
  resource: Resource,
  checkpoints: Checkpoints,
): Promise<StreamMapping> {
  const properties = readProperties(resource, streamMappingSchema);
  const table = /:table\/([^/]+)\/stream\//.exec(properties.EventSourceArn)?.[1];
  const functionName = functionNameOf(properties.FunctionName) ?? properties.FunctionName;
  if (!table) throw new Error(`${nameOf(resource)}: ${properties.EventSourceArn} is no table's stream`);
  const reader = new StreamReader(context, resource, { ...properties, table, functionName }, checkpoints);
  await reader.open();
  return reader;
}

type Settings = z.output<typeof streamMappingSchema> & { readonly table: string; readonly functionName: string };

class StreamReader implements StreamMapping {
  readonly #context: TriggerContext;
  readonly #settings: Settings;
  readonly #resource: Resource;
  readonly #checkpoints: Checkpoints;
  readonly #policy: RetryPolicy;
  readonly #matches: (record: unknown) => boolean;
  readonly #abort = new AbortController();
  readonly #iterators = new Map<string, string>();
  #streamArn = '';
  #known: { readonly shards: readonly Shard[]; readonly at: number } | undefined;
  #dirty = false;
  #reading: Promise<void> | undefined;

  constructor(context: TriggerContext, resource: Resource, settings: Settings, checkpoints: Checkpoints) {
    this.#context = context;
    this.#resource = resource;
    this.#settings = settings;
    this.#checkpoints = checkpoints;
    this.#matches = compileFilters(settings.FilterCriteria);
    this.#policy = {
      bisects: settings.BisectBatchOnFunctionError,
      maxRetries: settings.MaximumRetryAttempts,
      maxAgeSeconds: settings.MaximumRecordAgeInSeconds,
      reportsItems: settings.FunctionResponseTypes.length > 0,
    };
  }

  get table(): string {
    return this.#settings.table;
  }

  /** Takes its starting position now, so that nothing written later is missed. */
  async open(): Promise<void> {
    const { Table } = await this.#context.dynamodb.send(new DescribeTableCommand({ TableName: this.table }));
    if (!Table?.LatestStreamArn) throw new Error(`${nameOf(this.#resource)}: the table ${this.table} has no stream`);
    this.#streamArn = Table.LatestStreamArn;
    for (const shard of await this.#shards())
      await this.#iterator(shard.ShardId ?? '', this.#settings.StartingPosition);
    if (this.#settings.StartingPosition === 'TRIM_HORIZON') this.wake();
  }

  wake(): void {
    this.#dirty = true;
    if (this.#reading || this.#abort.signal.aborted || !this.#settings.Enabled) return;
    const end = this.#context.activity.begin(`stream of ${this.table} for ${this.#settings.functionName}`);
    this.#reading = this.#readToEnd().finally(() => {
      this.#reading = undefined;
      end();
    });
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#reading;
  }

  async #readToEnd(): Promise<void> {
    for (let failures = 0; this.#dirty && !this.#abort.signal.aborted; ) {
      this.#dirty = false;
      try {
        for (const shard of await this.#shards()) await this.#readShard(shard.ShardId ?? '');
        failures = 0;
      } catch (error) {
        this.#known = undefined;
        if (iteratorErrors.has((error as Error).name)) this.#iterators.clear();
        this.#dirty = true;
        failures += 1;
        if (failures === 1 && !this.#abort.signal.aborted)
          this.#context.report(nameOf(this.#resource), `reading the stream failed: ${String(error)}`);
        if (!(await backOff(failures, this.#abort.signal))) return;
      }
    }
  }

  async #shards(): Promise<readonly Shard[]> {
    if (this.#known && Date.now() - this.#known.at < shardsKnownForMs) return this.#known.shards;
    const { StreamDescription } = await this.#context.streams.send(
      new DescribeStreamCommand({ StreamArn: this.#streamArn }),
    );
    const shards = StreamDescription?.Shards ?? [];
    this.#known = { shards, at: Date.now() };
    return shards;
  }

  async #iterator(shardId: string, start: Settings['StartingPosition']): Promise<string | undefined> {
    const known = this.#iterators.get(shardId);
    if (known) return known;
    const after = this.#checkpoints.get(this.#resource.logicalId, `${this.#streamArn} ${shardId}`);
    const position = after
      ? ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after } as const)
      : ({ ShardIteratorType: start } as const);
    const { ShardIterator } = await this.#context.streams.send(
      new GetShardIteratorCommand({ StreamArn: this.#streamArn, ShardId: shardId, ...position }),
    );
    if (ShardIterator) this.#iterators.set(shardId, ShardIterator);
    return ShardIterator;
  }

  async #readShard(shardId: string): Promise<void> {
    const { streams, model } = this.#context;
    const Limit = Math.min(this.#settings.BatchSize, readLimit);
    // A shard that was not there at the start is read from its beginning.
    for (let iterator = await this.#iterator(shardId, 'TRIM_HORIZON'); iterator && !this.#abort.signal.aborted; ) {
      const { Records = [], NextShardIterator } = await streams.send(
        new GetRecordsCommand({ ShardIterator: iterator, Limit }),
      );
      if (Records.length === 0) return;
      const records = Records.map((record) =>
        this.#withIdentity(toStreamRecord(record, model.region, this.#settings.EventSourceArn)),
      );
      await this.#process(shardId, records);
      // What was not done with when the account closes is read again from the checkpoint.
      if (this.#abort.signal.aborted) return;
      if (NextShardIterator) this.#iterators.set(shardId, NextShardIterator);
      else this.#known = undefined;
      // The backend ends a read early only at the end of the shard, and what is written from now on wakes the reader again.
      if (Records.length < Limit) return;
      iterator = NextShardIterator;
    }
  }

  #withIdentity(record: StreamRecord): StreamRecord {
    const keys = (record.dynamodb.Keys ?? {}) as Readonly<Record<string, unknown>>;
    const isExpired = record.eventName === 'REMOVE' && this.#context.expirations.has(this.table, keys);
    return isExpired ? { ...record, userIdentity: expiredIdentity } : record;
  }

  async #process(shardId: string, records: readonly StreamRecord[]): Promise<void> {
    const { deliver } = this.#context;
    const checkpoint = (last: StreamRecord) =>
      this.#checkpoints.set(this.#resource.logicalId, `${this.#streamArn} ${shardId}`, last.dynamodb.SequenceNumber);
    const matching = records.filter(this.#matches);
    if (matching.length > 0) {
      const { functionName } = this.#settings;
      const steps = {
        invoke: (part: readonly StreamRecord[]) =>
          deliver({ functionName, from: `stream ${this.table}`, records: part, toEvent: (Records) => ({ Records }) }),
        giveUp: (part: readonly StreamRecord[], condition: GiveUpCondition, attempts: number) =>
          this.#giveUp(shardId, part, condition, attempts),
        checkpoint,
      };
      await processStreamBatch(matching, this.#policy, steps, this.#abort.signal);
    }
    const last = records.at(-1);
    if (last && !this.#abort.signal.aborted) checkpoint(last);
  }

  /** Lambda keeps no records in the failure queue, only where to find them in the stream. */
  async #giveUp(
    shardId: string,
    records: readonly StreamRecord[],
    condition: GiveUpCondition,
    attempts: number,
  ): Promise<void> {
    const { functionName, DestinationConfig, EventSourceArn } = this.#settings;
    const destination = DestinationConfig?.OnFailure?.Destination;
    const arrival = (record: StreamRecord | undefined) =>
      `${new Date(Number(record?.dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString().slice(0, 19)}Z`;
    const range = `records ${records[0]?.dynamodb.SequenceNumber} to ${records.at(-1)?.dynamodb.SequenceNumber} of ${this.table}`;
    this.#context.report(
      nameOf(this.#resource),
      `${functionName} gave up on ${range} after ${attempts} attempts (${condition})`,
    );
    if (!destination) return;
    if (!queueNameOf(destination)) throw new Error(`${nameOf(this.#resource)}: ${destination} is no queue`);
    const body = {
      requestContext: {
        requestId: crypto.randomUUID(),
        functionArn:
          this.#context.model.ofType('AWS::Lambda::Function').find(({ ref }) => ref === functionName)?.arn ??
          functionName,
        condition,
        approximateInvokeCount: attempts,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: new Date().toISOString(),
      DDBStreamBatchInfo: {
        shardId,
        startSequenceNumber: records[0]?.dynamodb.SequenceNumber,
        endSequenceNumber: records.at(-1)?.dynamodb.SequenceNumber,
        approximateArrivalOfFirstRecord: arrival(records[0]),
        approximateArrivalOfLastRecord: arrival(records.at(-1)),
        batchSize: records.length,
        streamArn: EventSourceArn,
      },
    };
    await this.#context.queues.send(destination, { body: JSON.stringify(body) });
  }
}
