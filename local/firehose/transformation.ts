/** A stream's function: what it is given, and what is made of its answer, record by record. */
import * as z from 'zod';
import type { InvokeResult } from '../contracts.ts';
import type { Deliver } from '../triggers/delivery.ts';
import type { DeliveryStream } from './read-streams.ts';

/** What was put into a stream. */
export interface PutRecord {
  readonly id: string;
  /** Milliseconds. */
  readonly arrivedAt: number;
  readonly data: Buffer;
}

export interface Transformed {
  readonly record: PutRecord;
  readonly data: Buffer;
  readonly partitionKeys: Readonly<Record<string, string>>;
}

/** What goes below the error prefix. */
export interface Failure {
  readonly type: 'processing-failed' | 'format-conversion-failed';
  readonly record: PutRecord;
  readonly attempts: number;
  readonly code: string;
  readonly message: string;
  /** What is kept of it: the data as it was when it failed. */
  readonly data: Buffer;
}

export interface Outcome {
  readonly transformed: readonly Transformed[];
  readonly failed: readonly Failure[];
}

const answerSchema = z.object({
  records: z.array(
    z.object({
      recordId: z.string(),
      result: z.enum(['Ok', 'Dropped', 'ProcessingFailed']),
      data: z.base64().default(''),
      metadata: z.object({ partitionKeys: z.record(z.string(), z.string()).default({}) }).optional(),
    }),
  ),
});
type Answer = z.output<typeof answerSchema>;

/** What Lambda gives back at most. */
const answerLimitBytes = 6 * 1_024 ** 2;
const functionError = 'Lambda.FunctionError';

/** In the order they came; a record is never parted. */
export function batchesOf(records: readonly PutRecord[], batchBytes: number): PutRecord[][] {
  const batches: PutRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    if (bytes + record.data.length > batchBytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(record);
    bytes += record.data.length;
  }
  return batches;
}

function readAnswer({ payload, functionError: failed }: InvokeResult): Answer {
  if (failed) throw new Error(`the function failed: ${payload.toString()}`);
  if (payload.length > answerLimitBytes) throw new Error('the answer is longer than 6 MB');
  return answerSchema.parse(JSON.parse(payload.toString()));
}

function sort(records: readonly PutRecord[], answer: Answer, attempts: number): Outcome {
  const transformed: Transformed[] = [];
  const failed: Failure[] = [];
  const answered = Map.groupBy(answer.records, ({ recordId }) => recordId);
  for (const record of records) {
    const [told, ...others] = answered.get(record.id) ?? [];
    const fail = (code: string, message: string) =>
      failed.push({ type: 'processing-failed', record, attempts, code, message, data: record.data });
    if (!told) fail('Lambda.MissingRecordId', 'the answer has no record with this id');
    else if (others.length > 0) fail('Lambda.DuplicatedRecordId', 'the answer has several records with this id');
    else if (told.result === 'ProcessingFailed') fail(functionError, 'the function gave the record back as failed');
    else if (told.result === 'Ok') {
      const { partitionKeys = {} } = told.metadata ?? {};
      transformed.push({ record, data: Buffer.from(told.data, 'base64'), partitionKeys });
    }
  }
  return { transformed, failed };
}

/** Tries a batch as often as the stream says; what comes to nothing is failed as a whole. */
async function transformBatch(
  { name, arn, transform }: DeliveryStream,
  region: string,
  deliver: Deliver,
  records: readonly PutRecord[],
): Promise<Outcome> {
  const toEvent = (given: readonly PutRecord[]) => ({
    invocationId: crypto.randomUUID(),
    deliveryStreamArn: arn,
    region,
    records: given.map(({ id, arrivedAt, data }) => ({
      recordId: id,
      approximateArrivalTimestamp: arrivedAt,
      data: data.toString('base64'),
    })),
  });
  const { functionName, retries } = transform;
  let message = '';
  for (let attempt = 1; attempt <= retries + 1; attempt += 1) {
    try {
      const answer = readAnswer(await deliver({ functionName, from: `firehose ${name}`, records, toEvent }));
      return sort(records, answer, attempt);
    } catch (error) {
      message = error instanceof Error ? error.message : String(error);
    }
  }
  const failed = records.map(
    (record): Failure => ({
      type: 'processing-failed',
      record,
      attempts: retries + 1,
      code: functionError,
      message,
      data: record.data,
    }),
  );
  return { transformed: [], failed };
}

export async function transform(
  stream: DeliveryStream,
  region: string,
  deliver: Deliver,
  records: readonly PutRecord[],
): Promise<Outcome> {
  const transformed: Transformed[] = [];
  const failed: Failure[] = [];
  for (const batch of batchesOf(records, stream.transform.batchBytes)) {
    const outcome = await transformBatch(stream, region, deliver, batch);
    transformed.push(...outcome.transformed);
    failed.push(...outcome.failed);
  }
  return { transformed, failed };
}
