/** What every event store promises. Each store's test runs this suite over itself. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Counter, type CounterCommand, type CounterEvent, counter, counterAggregate } from '../testing/counter.ts';
import { ContentionError, commandHandler, type Handled, record } from './command-handler.ts';
import { type EventStore, maxEventsPerAppend, readAll } from './event-store.ts';
import type { EventMeta, RecordedEvent } from './recorded-event.ts';
import { verifyStream } from './verify-stream.ts';

type CounterStore = EventStore<Counter, CounterEvent>;
type Recorded = RecordedEvent<CounterEvent, Counter>;

const at = '2026-11-05T10:00:00.000Z';
const meta: EventMeta = { actor: 'system:test', correlationId: 'request-1' };
const added = (by: number): CounterEvent => ({ type: 'Added', by });
const add = (by: number, key?: string): CounterCommand => ({ type: 'Add', by, at, ...(key ? { key } : {}) });

/** Events that follow a tail, ready to append. */
const following = (stream: string, tail: Recorded | undefined, ...events: CounterEvent[]): Recorded[] =>
  record<Counter, CounterEvent>(counter, stream, tail, events, { at, meta, ids: [] });

const collect = async (store: CounterStore, stream: string, pageSize?: number): Promise<Recorded[]> => {
  const events: Recorded[] = [];
  for await (const event of readAll(store, stream, pageSize)) events.push(event);
  return events;
};

const versions = (events: readonly Recorded[]): number[] => events.map(({ version }) => version);

let streams = 0;
/** A stream that no other test uses. */
const newStream = (): string => {
  streams += 1;
  return `app#user-${streams}`;
};

const appends = (store: () => CounterStore): void => {
  test('a stream without events has no tail and no events', async () => {
    const stream = newStream();
    expect(await store().load(stream)).toBeUndefined();
    expect(await store().read(stream, { limit: 10 })).toEqual([]);
  });

  test('appended events come back as they were, the newest as the tail', async () => {
    const stream = newStream();
    const [first] = following(stream, undefined, added(1));
    const [second] = following(stream, first, added(2));
    expect(await store().append(first ? [first] : [])).toEqual({ status: 'appended', again: false });
    expect(await store().append(second ? [second] : [])).toEqual({ status: 'appended', again: false });
    expect(await collect(store(), stream)).toEqual([first, second]);
    expect(await store().load(stream)).toMatchObject({ version: 2, id: second?.id, state: { sum: 3 } });
    expect((await store().load(stream))?.hash).toEqual(second?.hash);
  });

  test('an event behind an old tail is a conflict and changes nothing', async () => {
    const stream = newStream();
    await store().append(following(stream, undefined, added(1)));
    expect(await store().append(following(stream, undefined, added(5)))).toEqual({ status: 'conflict' });
    expect((await store().load(stream))?.state).toEqual({ sum: 1 });
  });

  test('the same append again, its answer lost, is recognised, also when others have appended since', async () => {
    const stream = newStream();
    const first = following(stream, undefined, added(1));
    await store().append(first);
    expect(await store().append(first)).toEqual({ status: 'appended', again: true });
    await store().append(following(stream, first.at(-1), added(2)));
    expect(await store().append(first)).toEqual({ status: 'appended', again: true });
    expect(await collect(store(), stream)).toHaveLength(2);
  });

  test('several events are appended together or not at all', async () => {
    const stream = newStream();
    const three = following(stream, undefined, added(1), added(2), added(3));
    expect(await store().append(three)).toEqual({ status: 'appended', again: false });
    expect(await store().append(three)).toEqual({ status: 'appended', again: true });
    // Version 4 would be free, version 3 is not.
    const late = following(stream, three[1], added(7), added(8));
    expect(await store().append(late)).toEqual({ status: 'conflict' });
    expect(versions(await collect(store(), stream))).toEqual([1, 2, 3]);
  });

  test('an append of none, or of more than 20, is refused', async () => {
    const stream = newStream();
    const many = following(stream, undefined, ...Array.from({ length: maxEventsPerAppend + 1 }, () => added(1)));
    await expect(store().append([])).rejects.toThrow(RangeError);
    await expect(store().append(many)).rejects.toThrow(RangeError);
    expect(await store().append(many.slice(0, maxEventsPerAppend))).toMatchObject({ status: 'appended' });
  });

  test('an app called "command" cannot write where the markers are', async () => {
    await expect(store().append(following('command#user', undefined, added(1)))).rejects.toThrow(RangeError);
  });
};

const markers = (store: () => CounterStore): void => {
  test('what carries a marker is done once for ever, whatever happened to the stream since', async () => {
    const stream = newStream();
    const first = following(stream, undefined, added(1));
    expect(await store().append(first, { key: 'gift' })).toEqual({ status: 'appended', again: false });
    expect(await store().append(first, { key: 'gift' })).toEqual({ status: 'appended', again: true });
    const second = following(stream, first.at(-1), added(2));
    expect(await store().append(second, { key: 'gift' })).toEqual({ status: 'done-before' });
    expect(await store().append(second, { key: 'other' })).toEqual({ status: 'appended', again: false });
    expect(await collect(store(), stream)).toHaveLength(2);
  });

  test('a marker left by a conflict does not stay', async () => {
    const stream = newStream();
    const first = following(stream, undefined, added(1));
    await store().append(first);
    expect(await store().append(following(stream, undefined, added(2)), { key: 'gift' })).toEqual({
      status: 'conflict',
    });
    expect(await store().append(following(stream, first.at(-1), added(2)), { key: 'gift' })).toMatchObject({
      status: 'appended',
    });
  });

  test('the same marker in another stream is another one', async () => {
    const [one, other] = [newStream(), newStream()];
    expect(await store().append(following(one, undefined, added(1)), { key: 'gift' })).toMatchObject({
      status: 'appended',
    });
    expect(await store().append(following(other, undefined, added(1)), { key: 'gift' })).toMatchObject({
      status: 'appended',
    });
  });

  test('a repeated unique command is accepted without events', async () => {
    const handle = commandHandler(store(), counterAggregate);
    const stream = newStream();
    await handle(stream, add(1, 'gift'), meta);
    await handle(stream, add(2), meta);
    expect(await handle(stream, add(1, 'gift'), meta)).toEqual({
      accepted: true,
      events: [],
      state: { sum: 3 },
      version: 2,
    });
  });

  test('a unique command that was done is accepted when it is repeated, also where it would be rejected now', async () => {
    const handle = commandHandler(store(), counterAggregate);
    const [stream, other] = [newStream(), newStream()];
    await handle(stream, add(900, 'gift'), meta);
    await handle(other, add(900), meta);
    expect(await handle(stream, add(900, 'gift'), meta)).toMatchObject({ accepted: true, events: [], version: 1 });
    expect(await handle(stream, add(900, 'other'), meta)).toMatchObject({ accepted: false, rejection: 'too-much' });
    expect(await handle(other, add(900, 'gift'), meta)).toMatchObject({ accepted: false, rejection: 'too-much' });
  });

  test('whether a stream carries a marker can be asked', async () => {
    const stream = newStream();
    await store().append(following(stream, undefined, added(1)), { key: 'gift' });
    expect(await store().isMarked(stream, { key: 'gift' })).toBe(true);
    expect(await store().isMarked(stream, { key: 'other' })).toBe(false);
    expect(await store().isMarked(newStream(), { key: 'gift' })).toBe(false);
  });
};

const reads = (store: () => CounterStore): void => {
  test('pages go forward and backward, each behind a version', async () => {
    const stream = newStream();
    await store().append(following(stream, undefined, ...[1, 2, 3, 4, 5].map(added)));
    const read = async (options: Parameters<CounterStore['read']>[1]) =>
      versions([...(await store().read(stream, options))]);
    expect(await read({ limit: 2 })).toEqual([1, 2]);
    expect(await read({ limit: 2, after: 2 })).toEqual([3, 4]);
    expect(await read({ limit: 2, after: 4 })).toEqual([5]);
    expect(await read({ limit: 2, direction: 'backward' })).toEqual([5, 4]);
    expect(await read({ limit: 9, direction: 'backward', after: 3 })).toEqual([2, 1]);
    expect(await read({ limit: 9, direction: 'backward', after: 1 })).toEqual([]);
  });

  test('a whole stream is read page by page, also when the last page is full', async () => {
    const stream = newStream();
    await store().append(following(stream, undefined, ...[1, 2, 3, 4].map(added)));
    expect(versions(await collect(store(), stream, 2))).toEqual([1, 2, 3, 4]);
    expect(versions(await collect(store(), stream, 3))).toEqual([1, 2, 3, 4]);
  });

  test('the streams of one store do not mix', async () => {
    const [one, other] = [newStream(), newStream()];
    await store().append(following(one, undefined, added(1)));
    await store().append(following(other, undefined, added(2)));
    expect((await collect(store(), one)).map(({ event }) => event)).toEqual([added(1)]);
  });
};

const integrity = (store: () => CounterStore): void => {
  const written = async (): Promise<Recorded[]> => {
    const handle = commandHandler(store(), counterAggregate);
    const stream = newStream();
    for (const by of [1, 2, 3]) await handle(stream, add(by), meta);
    await handle(stream, { type: 'AddEach', each: [4, 5], at }, meta);
    return collect(store(), stream);
  };

  test('I6: what was written verifies: gapless versions, chained hashes, states that equal the fold', async () => {
    const events = await written();
    expect(versions(events)).toEqual([1, 2, 3, 4, 5]);
    expect(verifyStream(counter, events)).toBeUndefined();
  });

  test('I6: any change of a stored event is found and named', async () => {
    const events = await written();
    const [{ stream } = { stream: '' }] = events;
    const changed = (version: number, change: (event: Recorded) => Partial<Recorded>) =>
      verifyStream(
        counter,
        events.map((event) => (event.version === version ? { ...event, ...change(event) } : event)),
      );
    const flipped = (hash: Uint8Array) => hash.map((byte, index) => (index === 7 ? byte ^ 1 : byte));
    expect(changed(2, () => ({ event: added(3) }))).toEqual({ stream, version: 2, fault: 'hash' });
    expect(changed(3, () => ({ at: '2026-11-05T10:00:01.000Z' }))).toEqual({ stream, version: 3, fault: 'hash' });
    expect(changed(3, () => ({ meta: { ...meta, actor: 'somebody' } }))).toMatchObject({ version: 3, fault: 'hash' });
    expect(changed(4, ({ hash }) => ({ hash: flipped(hash) }))).toMatchObject({ version: 4, fault: 'hash' });
    expect(changed(5, () => ({ state: { sum: 1_000 } }))).toEqual({ stream, version: 5, fault: 'state' });
    expect(verifyStream(counter, [...events.slice(0, 2), ...events.slice(3)])).toMatchObject({
      version: 3,
      fault: 'gap',
    });
  });
};

const contention = (store: () => CounterStore): void => {
  test('a stream that others keep changing is given up after five attempts', async () => {
    const stream = newStream();
    const handle = commandHandler(store(), counterAggregate);
    let attempts = 0;
    const overtaken: CounterStore = {
      ...store(),
      load: async (wanted) => {
        const tail = await store().load(wanted);
        attempts += 1;
        await handle(wanted, add(1), meta);
        return tail;
      },
    };
    await expect(commandHandler(overtaken, counterAggregate)(stream, add(100), meta)).rejects.toThrow(ContentionError);
    expect(attempts).toBe(5);
    expect((await store().load(stream))?.state).toEqual({ sum: 5 });
  });

  test('twenty writers at once lose nothing', async () => {
    const stream = newStream();
    const handle = commandHandler(store(), counterAggregate);
    const untilDone = async (command: CounterCommand): Promise<Handled<Counter, CounterEvent, string>> => {
      for (let tries = 0; tries < 50; tries += 1) {
        try {
          return await handle(stream, command, meta);
        } catch (error) {
          if (!(error instanceof ContentionError)) throw error;
          await wait(Math.random() * 20);
        }
      }
      throw new Error('fifty times contended');
    };
    const commands = Array.from({ length: 20 }, (_, index) => add(index + 1, index % 2 ? `key-${index}` : undefined));
    const results = await Promise.all(commands.map(untilDone));
    expect(results.every(({ accepted }) => accepted)).toBe(true);
    const events = await collect(store(), stream);
    expect(events).toHaveLength(20);
    expect(events.at(-1)?.state).toEqual({ sum: 210 });
    expect(verifyStream(counter, events)).toBeUndefined();
  });
};

/** @example describe('memory event store', () => eventStoreContract(() => memoryEventStore())); */
export const eventStoreContract = (store: () => CounterStore): void => {
  describe('appends', () => appends(store));
  describe('unique markers', () => markers(store));
  describe('reads', () => reads(store));
  describe('integrity', () => integrity(store));
  describe('contention', () => contention(store));
};
