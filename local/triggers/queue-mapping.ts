/** A function fed by a queue: long polls, deletes what succeeded, leaves what failed to come again. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Resource } from '../contracts.ts';
import { backOff } from './backoff.ts';
import { readBatchFailures } from './batch-answer.ts';
import type { TriggerContext } from './context.ts';
import { compileFilters, filterCriteria } from './filter-criteria.ts';
import { boolean, functionNameOf, nameOf, number, queueNameOf, readProperties } from './properties.ts';
import { toQueueRecord } from './queue-record.ts';

export const queueMappingSchema = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: boolean.default(true),
  BatchSize: number.min(1).max(10_000).default(10),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  FilterCriteria: filterCriteria,
  ScalingConfig: z.object({ MaximumConcurrency: number.min(2).max(1_000).optional() }).optional(),
  // Played as 0: a batch is what waits now.
  MaximumBatchingWindowInSeconds: number.optional(),
});

export interface QueueMapping {
  readonly queue: string;
  readonly enabled: boolean;
  /** The function set the visibility of a message it holds: that time counts, not ours. */
  visibilityChanged(receiptHandle: string): void;
  close(): Promise<void>;
}

export interface QueueMappingOptions {
  /** A message whose invocation ended without success comes again at once instead of after the visibility time-out. */
  readonly fastRedelivery: boolean;
}

/** Lambda begins with five concurrent batches per queue. */
const mostAtOnce = 5;
/** SQS's limit for one receive, delete or change. */
const sqsBatchLimit = 10;
/** A message that failed this often waits for its visibility time-out, so that one without a dead-letter queue does not spin. */
const fastReceiveLimit = 10;
const longPollSeconds = 20;

export async function startQueueMapping(
  context: TriggerContext,
  resource: Resource,
  options: QueueMappingOptions,
): Promise<QueueMapping> {
  const settings = readProperties(resource, queueMappingSchema);
  const queue = queueNameOf(settings.EventSourceArn);
  if (!queue) throw new Error(`${nameOf(resource)}: ${settings.EventSourceArn} is no queue`);
  const functionName = functionNameOf(settings.FunctionName) ?? settings.FunctionName;
  const poller = new QueuePoller(context, resource, {
    ...settings,
    queue,
    functionName,
    queueUrl: await context.queues.urlOf(queue),
    ...options,
  });
  poller.start();
  return poller;
}

type Settings = z.output<typeof queueMappingSchema> &
  QueueMappingOptions & { readonly queue: string; readonly functionName: string; readonly queueUrl: string };

class QueuePoller implements QueueMapping {
  readonly #context: TriggerContext;
  readonly #resource: Resource;
  readonly #settings: Settings;
  readonly #matches: (record: unknown) => boolean;
  readonly #abort = new AbortController();
  readonly #batches = new Set<Promise<void>>();
  readonly #setByFunction = new Set<string>();
  #polling: Promise<void> = Promise.resolve();

  constructor(context: TriggerContext, resource: Resource, settings: Settings) {
    this.#context = context;
    this.#resource = resource;
    this.#settings = settings;
    this.#matches = compileFilters(settings.FilterCriteria);
  }

  get queue(): string {
    return this.#settings.queue;
  }

  get enabled(): boolean {
    return this.#settings.Enabled;
  }

  start(): void {
    if (this.#settings.Enabled) this.#polling = this.#poll();
  }

  visibilityChanged(receiptHandle: string): void {
    this.#setByFunction.add(receiptHandle);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#polling;
    await Promise.all(this.#batches);
  }

  async #poll(): Promise<void> {
    const { MaximumConcurrency = mostAtOnce } = this.#settings.ScalingConfig ?? {};
    // What is taken and waits for a worker has had its turn in the queue: here are a few workers, not hundreds.
    const concurrency = Math.min(MaximumConcurrency, mostAtOnce);
    for (let failures = 0; !this.#abort.signal.aborted; ) {
      try {
        if (this.#batches.size >= concurrency) await Promise.race(this.#batches);
        const messages = await this.#receiveBatch();
        failures = 0;
        if (messages.length > 0) this.#track(messages);
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        failures += 1;
        if (failures === 1) this.#context.report(nameOf(this.#resource), `polling failed: ${String(error)}`);
        await backOff(failures, this.#abort.signal);
      }
    }
  }

  #track(messages: Message[]): void {
    const end = this.#context.activity.begin(`batch of ${this.queue}`);
    const batch = this.#process(messages)
      .catch((error: unknown) =>
        this.#context.report(nameOf(this.#resource), `a batch was left to its visibility time-out: ${String(error)}`),
      )
      .finally(() => {
        this.#batches.delete(batch);
        end();
      });
    this.#batches.add(batch);
  }

  async #receiveBatch(): Promise<Message[]> {
    const { BatchSize } = this.#settings;
    const messages = await this.#receive(Math.min(BatchSize, sqsBatchLimit), longPollSeconds);
    while (messages.length > 0 && messages.length < BatchSize && messages.length % sqsBatchLimit === 0) {
      const more = await this.#receive(Math.min(BatchSize - messages.length, sqsBatchLimit), 0);
      if (more.length === 0) break;
      messages.push(...more);
    }
    return messages;
  }

  async #receive(count: number, waitSeconds: number): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#settings.queueUrl,
      MaxNumberOfMessages: count,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await this.#context.sqs.send(command, { abortSignal: this.#abort.signal });
    return Messages;
  }

  async #process(messages: readonly Message[]): Promise<void> {
    const { functionName, EventSourceArn, FunctionResponseTypes } = this.#settings;
    const { deliver, model } = this.#context;
    const records = messages.map((message) => toQueueRecord(message, EventSourceArn, model.region));
    const wanted = records.filter((record) => this.#matches(filterView(record)));
    const ids = new Set(wanted.map(({ messageId }) => messageId));
    const failures =
      wanted.length === 0
        ? new Set<string>()
        : readBatchFailures(
            await deliver({
              functionName,
              from: `queue ${this.queue}`,
              records: wanted,
              toEvent: (Records) => ({ Records }),
            }),
            FunctionResponseTypes.length > 0,
            ids,
          );
    const failed = (message: Message) =>
      ids.has(message.MessageId ?? '') && (failures === 'all' || failures.has(message.MessageId ?? ''));
    await this.#delete(messages.filter((message) => !failed(message)));
    await this.#release(messages.filter(failed), failures === 'all');
  }

  async #delete(messages: readonly Message[]): Promise<void> {
    for (const entries of inChunks(messages)) {
      await this.#context.sqs.send(
        new DeleteMessageBatchCommand({ QueueUrl: this.#settings.queueUrl, Entries: entries.map(handleOf) }),
      );
    }
  }

  /** A function that died did not mean the visibility it set for its own lifetime; one that reported failures did. */
  async #release(messages: readonly Message[], functionDied: boolean): Promise<void> {
    const ours = messages.filter(
      ({ ReceiptHandle = '', Attributes }) =>
        (!this.#setByFunction.delete(ReceiptHandle) || functionDied) &&
        Number(Attributes?.ApproximateReceiveCount ?? 1) < fastReceiveLimit,
    );
    if (!this.#settings.fastRedelivery) return;
    for (const entries of inChunks(ours)) {
      const Entries = entries.map((message, i) => ({ ...handleOf(message, i), VisibilityTimeout: 0 }));
      await this.#context.sqs.send(
        new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#settings.queueUrl, Entries }),
      );
    }
  }
}

const handleOf = ({ ReceiptHandle }: Message, index: number) => ({
  Id: String(index),
  ReceiptHandle: ReceiptHandle ?? '',
});

function inChunks(messages: readonly Message[]): Message[][] {
  const count = Math.ceil(messages.length / sqsBatchLimit);
  return Array.from({ length: count }, (_, i) => messages.slice(i * sqsBatchLimit, (i + 1) * sqsBatchLimit));
}

/** Filters see the body parsed when it is JSON. */
function filterView(record: { readonly body: string }): unknown {
  try {
    return { ...record, body: JSON.parse(record.body) as unknown };
  } catch {
    return record;
  }
}
