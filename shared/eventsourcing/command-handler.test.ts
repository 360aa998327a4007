import { type Counter, type CounterCommand, type CounterEvent, counter, counterAggregate } from '../testing/counter.ts';
import { commandHandler, record } from './command-handler.ts';
import { fold } from './decider.ts';
import type { EventStore } from './event-store.ts';
import { memoryEventStore } from './memory-event-store.ts';
import { chainHash } from './recorded-event.ts';
import { verifyStream } from './verify-stream.ts';

const at = '2026-11-05T10:00:00.000Z';
const meta = { actor: 'system:test', correlationId: 'request-1' };
const add = (by: number): CounterCommand => ({ type: 'Add', by, at });

type CounterStore = EventStore<Counter, CounterEvent>;

/** A store that counts what is asked of it. */
const counted = (store: CounterStore) => {
  const calls = { load: 0, append: 0, read: 0 };
  const counting: CounterStore = {
    load: (...args) => {
      calls.load += 1;
      return store.load(...args);
    },
    append: (...args) => {
      calls.append += 1;
      return store.append(...args);
    },
    read: (...args) => {
      calls.read += 1;
      return store.read(...args);
    },
    isMarked: store.isMarked,
  };
  return { calls, store: counting };
};

describe('fold', () => {
  test('no events leave the initial state', () => expect(fold(counter, [])).toEqual({ sum: 0 }));
  test('events apply in order', () =>
    expect(fold(counter, [{ type: 'Added', by: 5 }, { type: 'Cleared' }, { type: 'Added', by: 2 }])).toEqual({
      sum: 2,
    }));
});

describe('record', () => {
  const events: CounterEvent[] = [
    { type: 'Added', by: 1 },
    { type: 'Added', by: 2 },
  ];
  const recorded = record<Counter, CounterEvent>(counter, 'app#user', undefined, events, { at, meta, ids: ['a', 'b'] });

  test('numbers, names, times and attributes each event, and gives it the state it led to', () => {
    expect(recorded.map(({ hash, ...rest }) => rest)).toEqual([
      { stream: 'app#user', version: 1, id: 'a', at, event: events[0], meta, state: { sum: 1 } },
      { stream: 'app#user', version: 2, id: 'b', at, event: events[1], meta, state: { sum: 3 } },
    ]);
  });

  test('goes on behind a tail', () => {
    const [third] = record<Counter, CounterEvent>(counter, 'app#user', recorded[1], [{ type: 'Cleared' }], {
      at,
      meta,
      ids: [],
    });
    expect(third).toMatchObject({ version: 3, state: { sum: 0 } });
    expect(verifyStream(counter, third ? [...recorded, third] : [])).toBeUndefined();
  });

  test('the hash depends on the previous one and on every fact, not on the order of fields', () => {
    const [first] = recorded;
    if (!first) throw new Error('nothing recorded');
    const facts = { stream: first.stream, version: 1, id: 'a', at, event: first.event, meta };
    const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex');
    expect(hex(first.hash)).toBe(hex(chainHash(undefined, facts)));
    const reordered = { ...facts, meta: { correlationId: meta.correlationId, actor: meta.actor } };
    expect(hex(chainHash(undefined, reordered))).toBe(hex(first.hash));
    expect(hex(chainHash(new Uint8Array(32), facts))).not.toBe(hex(first.hash));
    expect(hex(chainHash(undefined, { ...facts, stream: 'app#other' }))).not.toBe(hex(first.hash));
  });

  test('a hash once computed stays what it is: stored chains must verify for ever', () => {
    expect(recorded.map(({ hash }) => Buffer.from(hash).toString('hex'))).toEqual([
      'b9834c9fc9593ffea7bb92039bd23931b21de1f8fc1b5c1a760e27175b124e92',
      '83904ff35cd11d761798e3d0d7b325a8d3b07f9931f8e5e3454b80f1c6c61ce6',
    ]);
  });
});

describe('command handler', () => {
  test('an accepted command costs one load and one append', async () => {
    const { calls, store } = counted(memoryEventStore());
    const handled = await commandHandler(store, counterAggregate)('app#user', add(3), meta);
    expect(handled).toMatchObject({ accepted: true, version: 1, state: { sum: 3 } });
    expect(calls).toEqual({ load: 1, append: 1, read: 0 });
  });

  test('a rejected command appends nothing and tells the state it was judged by', async () => {
    const { calls, store } = counted(memoryEventStore());
    const handle = commandHandler(store, counterAggregate);
    await handle('app#user', add(990), meta);
    expect(await handle('app#user', add(20), meta)).toEqual({
      accepted: false,
      rejection: 'too-much',
      state: { sum: 990 },
      version: 1,
    });
    expect(calls.append).toBe(1);
  });

  test('a command that changes nothing appends nothing', async () => {
    const { calls, store } = counted(memoryEventStore());
    expect(await commandHandler(store, counterAggregate)('app#user', { type: 'Clear', at }, meta)).toEqual({
      accepted: true,
      events: [],
      state: { sum: 0 },
      version: 0,
    });
    expect(calls).toEqual({ load: 1, append: 0, read: 0 });
  });

  test('after a conflict the command is decided again, on what is there now', async () => {
    const base = memoryEventStore<Counter, CounterEvent>();
    const other = commandHandler(base, counterAggregate);
    let overtaken = false;
    const handle = commandHandler<Counter, CounterCommand, CounterEvent, 'too-much'>(
      {
        ...base,
        load: async (stream) => {
          const tail = await base.load(stream);
          if (!overtaken) await other(stream, add(995), meta);
          overtaken = true;
          return tail;
        },
      },
      counterAggregate,
    );
    expect(await handle('app#user', add(10), meta)).toMatchObject({ accepted: false, rejection: 'too-much' });
  });

  describe('with the stream as the caller has just loaded it', () => {
    test('an accepted command costs one append and no load', async () => {
      const { calls, store } = counted(memoryEventStore());
      const handle = commandHandler(store, counterAggregate);
      expect(await handle('app#user', add(3), meta, { tail: undefined })).toMatchObject({ accepted: true, version: 1 });
      expect(calls).toEqual({ load: 0, append: 1, read: 0 });
    });

    test('that has moved on since: the command is decided again, on what is there now', async () => {
      const { calls, store } = counted(memoryEventStore());
      const handle = commandHandler(store, counterAggregate);
      await handle('app#user', add(995), meta, { tail: undefined });
      const late = await handle('app#user', add(10), meta, { tail: undefined });
      expect(late).toMatchObject({ accepted: false, rejection: 'too-much', version: 1 });
      expect(calls).toMatchObject({ load: 1, append: 2 });
    });

    test('what would append nothing is decided by what is really there', async () => {
      const { store } = counted(memoryEventStore());
      const handle = commandHandler(store, counterAggregate);
      await handle('app#user', add(5), meta);
      const cleared = await handle('app#user', { type: 'Clear', at }, meta, { tail: undefined });
      expect(cleared).toMatchObject({ accepted: true, state: { sum: 0 }, version: 2 });
    });
  });

  test('events carry the time of the command and the given meta', async () => {
    const handled = await commandHandler(memoryEventStore<Counter, CounterEvent>(), counterAggregate)(
      'app#user',
      add(1),
      { ...meta, causationId: 'event-9' },
    );
    expect(handled.accepted && handled.events).toMatchObject([{ at, meta: { ...meta, causationId: 'event-9' } }]);
  });
});
