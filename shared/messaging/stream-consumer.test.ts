import { record } from '../eventsourcing/command-handler.ts';
import { createLogger } from '../observability/logger.ts';
import { type Counter, type CounterEvent, counter } from '../testing/counter.ts';
import { insertedRecord, streamEvent } from '../testing/stream-event.ts';
import { recordedEventOf, streamConsumer } from './stream-consumer.ts';

process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

const at = '2026-11-05T10:00:00.000Z';
const meta = { actor: 'user', correlationId: 'request-1' };
const events = record<Counter, CounterEvent>(
  counter,
  'sparky#user-1',
  undefined,
  [1, 2, 3].map((by) => ({ type: 'Added', by }) as const),
  { at, meta, ids: ['a', 'b', 'c'] },
);

test('a recorded event comes out of the stream as it was appended, hash and state included', () => {
  const [first] = streamEvent(events).Records;
  const read = first && recordedEventOf<CounterEvent, Counter>(first);
  expect(read).toEqual({ ...events[0], hash: expect.anything() });
  expect(Buffer.from(read?.hash ?? []).equals(events[0]?.hash ?? new Uint8Array())).toBe(true);
});

test('each event is handled, in order', async () => {
  const handled: number[] = [];
  const consume = streamConsumer<CounterEvent, Counter>(createLogger('test'), async ({ version }) => {
    handled.push(version);
  });
  expect(await consume(streamEvent(events))).toEqual({ batchItemFailures: [] });
  expect(handled).toEqual([1, 2, 3]);
});

test('markers are no events', async () => {
  const consume = streamConsumer(createLogger('test'), async () => {
    throw new Error('must not be called');
  });
  const marker = insertedRecord({ stream: 'command#sparky#user-1#gift', version: 0, id: 'a', at }, '1');
  expect(await consume({ Records: [marker] })).toEqual({ batchItemFailures: [] });
});

test('the first that fails is reported, and what follows is left for the next time', async () => {
  const handled: number[] = [];
  const consume = streamConsumer<CounterEvent, Counter>(createLogger('test'), async ({ version }) => {
    handled.push(version);
    if (version === 2) throw new Error('no');
  });
  expect(await consume(streamEvent(events))).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  expect(handled).toEqual([1, 2]);
});

test('I6 a change of what was recorded is told as such and not handled', async () => {
  const logger = createLogger('test');
  const told: string[] = [];
  Object.assign(logger, { error: (message: string) => told.push(message) });
  const consume = streamConsumer(logger, async () => {
    throw new Error('must not be called');
  });
  const [record] = streamEvent(events).Records;
  expect(
    await consume({
      Records: [
        { ...record, eventName: 'MODIFY' },
        { ...record, eventName: 'REMOVE' },
      ],
    }),
  ).toEqual({ batchItemFailures: [] });
  expect(told).toEqual(['recorded event changed', 'recorded event changed']);
});

test('a record that cannot be read is reported like one that fails', async () => {
  const consume = streamConsumer(createLogger('test'), async () => undefined);
  const bad = { eventName: 'INSERT' as const, dynamodb: { SequenceNumber: '9', NewImage: { stream: {} as never } } };
  expect(await consume({ Records: [bad] })).toEqual({ batchItemFailures: [{ itemIdentifier: '9' }] });
});
