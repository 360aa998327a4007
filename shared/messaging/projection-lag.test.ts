import { expect, test } from '@jest/globals';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { measuringLag } from './projection-lag.ts';

const written = Date.parse('2026-11-21T12:00:00Z') / 1_000;
const batch = (...times: readonly (number | undefined)[]): DynamoDBStreamEvent => ({
  Records: times.map((at, index) => ({
    eventName: 'INSERT',
    dynamodb: { SequenceNumber: String(index), ...(at === undefined ? {} : { ApproximateCreationDateTime: at }) },
  })),
});

const measured = async (event: DynamoDBStreamEvent, { afterMs = 0, fails = false } = {}) => {
  let now = written * 1_000 + 2_000;
  const told: [string, string, number][] = [];
  const metrics = {
    addMetric: (...metric: [string, string, number]) => void told.push(metric),
    publishStoredMetrics: () => void told.push(['published', '', told.length]),
  };
  const consume = measuringLag({ metrics, now: () => now }, async () => {
    now += afterMs;
    if (fails) throw new Error('the table is away');
    return { batchItemFailures: [] };
  });
  const outcome = await consume(event).catch((error: Error) => error.message);
  return { outcome, told };
};

test('PP13 the lag is from the first write of the batch until its rows are written', async () => {
  const { outcome, told } = await measured(batch(written, written + 1), { afterMs: 300 });
  expect(told).toEqual([
    ['ProjectionLag', 'Milliseconds', 2_300],
    ['published', '', 1],
  ]);
  expect(outcome).toEqual({ batchItemFailures: [] });
});

test('a batch that fails is measured, and fails', async () => {
  const { outcome, told } = await measured(batch(written), { fails: true });
  expect(outcome).toBe('the table is away');
  expect(told[0]).toEqual(['ProjectionLag', 'Milliseconds', 2_000]);
});

test('a clock that is behind the stream’s gives no negative lag, and a record without a time none at all', async () => {
  expect((await measured(batch(written + 60))).told[0]).toEqual(['ProjectionLag', 'Milliseconds', 0]);
  expect((await measured(batch(undefined))).told).toEqual([]);
});
