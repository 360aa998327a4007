import { record } from '../eventsourcing/command-handler.ts';
import { toItem } from '../eventsourcing/event-item.ts';
import type { RecordedEvent } from '../eventsourcing/recorded-event.ts';
import { createLogger } from '../observability/logger.ts';
import { type Counter, type CounterEvent, counter } from '../testing/counter.ts';
import { startEventBus, type TestEventBus } from '../testing/event-bus.ts';
import { insertedRecord, streamEvent } from '../testing/stream-event.ts';
import { envelope, relay, type ToPublished } from './relay.ts';

process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

const at = '2026-11-05T10:00:00.000Z';
const meta = { actor: 'user', correlationId: 'request-1', causationId: 'event-0' };

const recorded = (count: number): RecordedEvent<CounterEvent, Counter>[] =>
  record<Counter, CounterEvent>(
    counter,
    'sparky#user-1',
    undefined,
    Array.from({ length: count }, (_, index) => ({ type: 'Added', by: index + 1 })),
    { at, meta, ids: Array.from({ length: count }, (_, index) => `id-${index + 1}`) },
  );

/** Clearing is the counter's own affair. */
const toPublished: ToPublished<CounterEvent, Counter> = ({ event }) =>
  event.type === 'Added' ? { type: 'NumberAdded', data: { by: event.by } } : undefined;

describe('the envelope', () => {
  const [first] = recorded(1);
  if (!first) throw new Error('nothing recorded');

  test('tells whose event it is, what led to it, and nothing of the state', () =>
    expect(envelope(first, { type: 'NumberAdded', data: { by: 1 } })).toEqual({
      id: 'id-1',
      type: 'NumberAdded',
      schemaVersion: 1,
      app: 'sparky',
      user: 'user-1',
      version: 1,
      at,
      correlationId: 'request-1',
      causationId: 'event-0',
      data: { by: 1 },
    }));
  test('an event that began it all was caused by its request', () =>
    expect(
      envelope({ ...first, meta: { actor: 'user', correlationId: 'request-1' } }, { type: 'X', data: {} }).causationId,
    ).toBe('request-1'));
});

describe('the relay', () => {
  let bus: TestEventBus;
  const publish = (event: ReturnType<typeof streamEvent>) =>
    relay({ client: bus.client, logger: createLogger('test'), bus: 'bus-1', source: 'tessera.test', toPublished })(
      event,
    );
  const published = () => bus.calls.map((entries) => entries.map(({ Detail }) => JSON.parse(Detail).version as number));

  beforeEach(async () => {
    bus = await startEventBus();
  });
  afterEach(() => bus.close());

  test('puts each event on the bus with its source, type and time', async () => {
    expect(await publish(streamEvent(recorded(1)))).toEqual({ batchItemFailures: [] });
    const [[entry] = []] = bus.calls;
    expect(entry).toMatchObject({
      EventBusName: 'bus-1',
      Source: 'tessera.test',
      DetailType: 'NumberAdded',
      Time: Date.parse(at) / 1_000,
    });
    expect(JSON.parse(entry?.Detail ?? '')).toMatchObject({ id: 'id-1', data: { by: 1 } });
  });

  test('in calls of ten, in order', async () => {
    expect(await publish(streamEvent(recorded(23)))).toEqual({ batchItemFailures: [] });
    expect(published().map((versions) => versions.length)).toEqual([10, 10, 3]);
    expect(published().flat()).toEqual(Array.from({ length: 23 }, (_, index) => index + 1));
  });

  test('leaves out markers, what is no insertion, and what is not for others', async () => {
    const [event] = recorded(1);
    if (!event) throw new Error('nothing recorded');
    const cleared = { ...event, event: { type: 'Cleared' } as const };
    const marker = insertedRecord({ stream: 'command#sparky#user-1#gift', version: 0, id: 'id-1', at }, '1');
    const removed = { ...insertedRecord(toItem(event), '2'), eventName: 'REMOVE' as const };
    const own = insertedRecord(toItem(cleared), '3');
    expect(await publish({ Records: [marker, removed, own] })).toEqual({ batchItemFailures: [] });
    expect(bus.calls).toEqual([]);
  });

  test('an entry that the bus refuses is reported by its place in the stream, and nothing behind it is sent', async () => {
    bus.decide = ({ Detail }) => (JSON.parse(Detail).version === 14 ? 'throttled' : 'taken');
    expect(await publish(streamEvent(recorded(23)))).toEqual({ batchItemFailures: [{ itemIdentifier: '14' }] });
    expect(published().map((versions) => versions.length)).toEqual([10, 10]);
  });

  test('a call that fails as a whole is reported from its first entry on', async () => {
    bus.broken = true;
    expect(await publish(streamEvent(recorded(12)))).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(published().map((versions) => versions.length)).toEqual([10]);
  });
});
