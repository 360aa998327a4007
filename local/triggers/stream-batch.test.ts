import { expect, test } from '@jest/globals';
import type { InvokeResult } from '../contracts.ts';
import { processStreamBatch, type RetryPolicy } from './stream-batch.ts';
import type { StreamRecord } from './stream-record.ts';

const records = (count: number): StreamRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    eventID: String(i),
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-central-1',
    eventSourceARN: 'arn',
    dynamodb: { SequenceNumber: String(i), ApproximateCreationDateTime: Math.floor(Date.now() / 1000) },
  }));
const policy: RetryPolicy = { bisects: false, maxRetries: 2, maxAgeSeconds: -1, reportsItems: false };
const answers = (value: unknown): InvokeResult => ({ payload: Buffer.from(JSON.stringify(value)) });
const error: InvokeResult = { payload: Buffer.from('{}'), functionError: 'Unhandled' };

/** Runs a batch against a function that knows which records it cannot bear; answers what was tried, dropped and passed. */
async function run(
  count: number,
  settings: Partial<RetryPolicy>,
  answer: (numbers: string[], attempt: number) => InvokeResult,
) {
  const tried: string[] = [];
  const dropped: string[] = [];
  const checkpoints: string[] = [];
  const numbers = (part: readonly StreamRecord[]) => part.map((record) => record.dynamodb.SequenceNumber);
  await processStreamBatch(
    records(count),
    { ...policy, ...settings },
    {
      invoke: async (part) => {
        tried.push(numbers(part).join(''));
        return answer(numbers(part), tried.length);
      },
      giveUp: async (part, condition, attempts) => {
        dropped.push(`${numbers(part).join('')} ${condition} ${attempts}`);
      },
      checkpoint: (last) => checkpoints.push(last.dynamodb.SequenceNumber),
    },
    new AbortController().signal,
  );
  return { tried, dropped, last: checkpoints.at(-1) };
}
const failsOn = (bad: string) => (numbers: string[]) => (numbers.includes(bad) ? error : answers(null));

test('a batch that succeeds is tried once', async () => {
  expect(await run(3, {}, () => answers(null))).toEqual({ tried: ['012'], dropped: [], last: '2' });
});

test('a failing batch is retried whole as often as allowed, then given up', async () => {
  expect(await run(2, {}, () => error)).toEqual({
    tried: ['01', '01', '01'],
    dropped: ['01 RetryAttemptsExhausted 3'],
    last: '1',
  });
});

test('a batch that recovers is not given up', async () => {
  expect(await run(2, {}, (_, attempt) => (attempt < 3 ? error : answers(null)))).toEqual({
    tried: ['01', '01', '01'],
    dropped: [],
    last: '1',
  });
});

test('bisecting isolates the bad record, in order, without counting the splits as attempts', async () => {
  const { tried, dropped } = await run(4, { bisects: true, maxRetries: 1 }, failsOn('2'));
  expect(tried).toEqual(['0123', '01', '23', '2', '2', '3']);
  expect(dropped).toEqual(['2 RetryAttemptsExhausted 2']);
});

test('reported failures move the checkpoint to the lowest failed record', async () => {
  const failTwiceFrom1 = (_: string[], attempt: number) =>
    attempt < 3
      ? answers({ batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '1' }] })
      : answers({ batchItemFailures: [] });
  const { tried, dropped, last } = await run(3, { reportsItems: true }, failTwiceFrom1);
  expect(tried).toEqual(['012', '12', '12']);
  expect([dropped, last]).toEqual([[], '2']);
});

test('reported failures with bisecting retry only the rest, split', async () => {
  const { tried, dropped } = await run(5, { reportsItems: true, bisects: true, maxRetries: 0 }, (numbers) =>
    numbers.includes('1') ? answers({ batchItemFailures: [{ itemIdentifier: '1' }] }) : answers({}),
  );
  expect(tried).toEqual(['01234', '12', '1', '2', '34']);
  expect(dropped).toEqual(['1 RetryAttemptsExhausted 1']);
});

test.each([
  [{ batchItemFailures: [{ itemIdentifier: 'unknown' }] }],
  [{ batchItemFailures: [{ itemIdentifier: '' }] }],
  [{ batchItemFailures: [{}] }],
  [{ batchItemFailures: 'all' }],
])('an answer that names no record of the batch fails all of it: %j', async (answer) => {
  expect((await run(2, { reportsItems: true, maxRetries: 0 }, () => answers(answer))).dropped).toEqual([
    '01 RetryAttemptsExhausted 1',
  ]);
});

test('records older than allowed are given up at the first failure', async () => {
  const { tried, dropped } = await run(1, { maxAgeSeconds: 0, maxRetries: -1 }, (_, attempt) =>
    attempt < 500 ? error : answers(null),
  );
  expect(tried.length).toBeLessThan(200);
  expect(dropped[0]).toMatch(/^0 MaximumRecordAgeExceeded/);
});
