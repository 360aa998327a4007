/**
 * Gives the records that a stream's consumer gave up on to it again: read from the stream, which keeps them for 24 hours, and
 * handed over in the event that Lambda makes of them. Records between them that the mapping's filter would have held back come
 * along; consumers take what is theirs.
 */
import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { InvokeCommand, type LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { Pointer } from './dead-letters.ts';
import { type StreamRecord, toStreamRecord } from './stream-record.ts';

export type Replayed =
  | { readonly outcome: 'handled'; readonly records: number }
  /** The stream no longer has all of them. */
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'failed'; readonly why: string };

/** A page holds 1 MB at most, and may be empty though more records follow. An open shard has no end, only empty pages. */
const most = { reads: 1_000, emptyReads: 20 };
/** DynamoDB's own limit for one read. */
const readLimit = 1_000;
/** Below Lambda's 6 MB for one event, and no more records than a mapping gives at once. */
const eventLimits = { bytes: 5 * 1024 * 1024, records: 100 };

const goneErrors = new Set(['TrimmedDataAccessException', 'ResourceNotFoundException', 'ExpiredIteratorException']);
const isGone = (error: unknown): boolean => goneErrors.has(String((Object(error) as Partial<Error>).name));

async function* readFrom(streams: DynamoDBStreamsClient, info: Pointer['DDBStreamBatchInfo']) {
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({
      StreamArn: info.streamArn,
      ShardId: info.shardId,
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      SequenceNumber: info.startSequenceNumber,
    }),
  );
  let iterator = ShardIterator;
  for (let [reads, empty] = [0, 0]; iterator && reads < most.reads && empty < most.emptyReads; reads += 1) {
    const { Records = [], NextShardIterator } = await streams.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: readLimit }),
    );
    yield* Records;
    empty = Records.length === 0 ? empty + 1 : 0;
    iterator = NextShardIterator;
  }
}

/** From the first to the last that the message names; nothing when they are not all there. */
export const readRecords = async (
  streams: DynamoDBStreamsClient,
  { DDBStreamBatchInfo: info }: Pointer,
): Promise<StreamRecord[] | undefined> => {
  const [start, end] = [BigInt(info.startSequenceNumber), BigInt(info.endSequenceNumber)];
  const region = info.streamArn.split(':')[3] ?? '';
  const records: StreamRecord[] = [];
  try {
    for await (const record of readFrom(streams, info)) {
      const read = toStreamRecord(record, region, info.streamArn);
      const at = BigInt(read.dynamodb.SequenceNumber);
      if (at > end) return undefined;
      if (records.length === 0 && at !== start) return undefined;
      records.push(read);
      if (at === end) return records;
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return undefined;
};

const toEvents = (records: readonly StreamRecord[]): StreamRecord[][] => {
  const events: StreamRecord[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = Buffer.byteLength(JSON.stringify(record));
    const event = events.at(-1);
    if (event && event.length < eventLimits.records && bytes + size <= eventLimits.bytes) {
      event.push(record);
      bytes += size;
    } else {
      events.push([record]);
      bytes = size;
    }
  }
  return events;
};

const batchAnswer = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() });
const thrown = z.object({ errorType: z.string().default('Error'), errorMessage: z.string().default('') });

const parseJson = (payload: Uint8Array | undefined): unknown => {
  const text = Buffer.from(payload ?? []).toString();
  return text === '' ? null : JSON.parse(text);
};

const invokeOnce = (lambda: LambdaClient, functionArn: string, Records: readonly StreamRecord[]) =>
  lambda
    .send(new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify({ Records })) }))
    .catch((error: unknown) => {
      // A later deployment may have done away with the function.
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    });

/** Why the function did not take them; nothing when it did. */
const invoke = async (...[lambda, functionArn, records]: Parameters<typeof invokeOnce>) => {
  const result = await invokeOnce(lambda, functionArn, records);
  if (!result) return `there is no function ${functionArn}`;
  const answer = parseJson(result.Payload);
  if (result.FunctionError) {
    const { errorType, errorMessage } = thrown.parse(answer ?? {});
    return `${errorType}: ${errorMessage}`;
  }
  const failures = batchAnswer.nullish().safeParse(answer).data?.batchItemFailures ?? [];
  return failures[0] && `it failed again at record ${failures[0].itemIdentifier}`;
};

/** Records before one that fails are handled again when the message is redriven again. */
export const replayRecords = async (
  { streams, lambda }: { readonly streams: DynamoDBStreamsClient; readonly lambda: LambdaClient },
  pointer: Pointer,
): Promise<Replayed> => {
  const records = await readRecords(streams, pointer);
  if (!records) return { outcome: 'gone' };
  for (const event of toEvents(records)) {
    const why = await invoke(lambda, pointer.requestContext.functionArn, event);
    if (why) return { outcome: 'failed', why };
  }
  return { outcome: 'handled', records: records.length };
};
