import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { removeItems } from '#shared/aws/remove-items.ts';
import type { SocketControl, SocketMessage } from '../contracts.ts';
import { hereForMs } from '../storage/connection-table.ts';
import { feedOfApp, lookBackMs } from '../storage/feed-table.ts';
import { answer } from './answer.ts';
import { fanOut as tellAgain } from './fan-out.ts';
import { maxTellingMs } from './fan-out-message.ts';
import { firstPagesAfterSeconds, type PushDependencies, type Pushed, push } from './push.ts';
import { balance, heardEvent, jobLife } from './testing/events.ts';
import { memoryFanOut, startedAt, startWorld } from './testing/world.ts';

const world = await startWorld();
const { clock, connections, feed, sockets, device, counted } = world;
const fanOut = memoryFanOut();
const pushOver = (other: Partial<PushDependencies>) =>
  push({
    connections,
    feed,
    sockets,
    fanOut: fanOut.send,
    removeFeed: removeItems(world.db.client, { name: world.feedName, sortKey: 'key' }),
    logger: { info: () => {} },
    now: () => clock.now,
    ...other,
  });
const tell = pushOver({});
const pushEvent = (event: Pushed) => tell(event, () => true);
/** What the queue of the fan-out brings, and that again. */
const drainFanOut = async (): Promise<void> => {
  const handle = tellAgain({ connections, sockets, send: fanOut.send, logger: { info: () => {} } });
  for (let next = fanOut.waiting.shift(); next; next = fanOut.waiting.shift()) await handle(next);
};
afterAll(() => world.close());
beforeEach(() => {
  clock.now = startedAt;
  sockets.reset();
  fanOut.waiting.length = 0;
  fanOut.calls.length = 0;
});

const owner = (user: string) => ({ app: 'sparky', user });
/** A cursor of now; the table does not ask whose. */
const now = () => feed.cursorAt(owner('anybody'), new Date(clock.now));
const balances = (connection: string) =>
  sockets.heardBy(connection).map((said) => (said.type === 'credits.balance' ? said.data.available : said.type));

/** What a client makes of what it hears: of each thing the newest, and what it showed on the way there. */
const clientOf = (heard: readonly (SocketMessage | SocketControl)[]) => {
  const newest = new Map<string, SocketMessage>();
  const shown: number[] = [];
  for (const said of heard) {
    if (!('key' in said) || said.version <= (newest.get(said.key)?.version ?? 0)) continue;
    newest.set(said.key, said);
    shown.push(said.version);
  }
  return { newest, shown };
};

describe('SP14 what happened', () => {
  test('reaches each of the user’s devices, with where to resume from', async () => {
    await device('two', 'a=');
    await device('two', 'b=');
    await pushEvent(balance(7, { user: 'two' }));
    expect([balances('a='), balances('b=')]).toEqual([[7], [7]]);
    const [said] = sockets.heardBy('a=');
    expect(said).toMatchObject({ key: 'credits', version: 1, cursor: expect.stringMatching(/^[0-9a-z]{9}-/) });
  });

  test('I8 reaches nobody else, nor the same user id in another app', async () => {
    await device('me', 'me=');
    await device('you', 'you=');
    await device('me', 'elsewhere=', { owner: 'nano-banana#me', app: 'nano-banana' });
    await pushEvent(balance(7, { user: 'me' }));
    expect(sockets.posted.map(({ connection }) => connection)).toEqual(['me=']);
    expect(await feed.since(owner('you'), now())).toEqual([]);
  });

  test('does not reach a device whose token has ended', async () => {
    await device('expired', 'old=', { expiresAt: new Date(startedAt + 60_000).toISOString() });
    await device('expired', 'new=');
    clock.now += 60_000;
    await pushEvent(balance(7, { user: 'expired' }));
    expect(sockets.posted.map(({ connection }) => connection)).toEqual(['new=']);
  });
});

describe('SP14 the calls that a push takes', () => {
  test('of a user who is not there: one read, and nothing is sent', async () => {
    expect(await counted(() => pushEvent(balance(7, { user: 'offline' })))).toEqual(['Query']);
    expect(await counted(() => pushEvent(heardEvent('AccountOpened', {}, { user: 'offline' })))).toEqual([]);
    expect(sockets.posted).toEqual([]);
  });

  test('of a user with three devices: two reads, one write, three posts', async () => {
    for (const id of ['x=', 'y=', 'z=']) await device('three', id);
    expect(await counted(() => pushEvent(balance(7, { user: 'three' })))).toEqual(['Query', 'UpdateItem', 'Query']);
    expect(sockets.posted).toHaveLength(3);
  });

  test('of what is late: one read, and one write that is refused', async () => {
    await device('latecomer', 'l=');
    await pushEvent(balance(7, { user: 'latecomer', version: 2 }));
    // A refused write tells no capacity, so it is not in the list.
    expect(await counted(() => pushEvent(balance(8, { user: 'latecomer' })))).toEqual(['Query']);
    expect(balances('l=')).toEqual([7]);
  });

  test('of who left a moment ago: kept for them, until they are gone for good', async () => {
    await device('away', 'w=');
    await connections.remove({ owner: 'sparky#away', connection: 'w=' });
    const cursor = now();
    clock.now += 60_000;
    await pushEvent(balance(7, { user: 'away' }));
    expect(await feed.since(owner('away'), cursor)).toMatchObject([{ key: 'credits', data: { available: 7 } }]);
    clock.now += hereForMs;
    expect(await counted(() => pushEvent(balance(9, { user: 'away', version: 2 })))).toEqual(['Query']);
  });
});

describe('BM14 duplicates and disorder on the bus', () => {
  test('progress is sent twice a second at most, whatever else at once', async () => {
    await device('watching', 'p=');
    for (const event of jobLife('watching')) {
      await pushEvent(event);
      clock.now += 100;
    }
    const statuses = sockets.heardBy('p=').map((said) => said.type === 'generation.updated' && said.data.status);
    expect(statuses).toEqual(['queued', 'processing', 'completed']);
  });

  test('NB8, PP7: in any order and repetition, the client sees versions go up and ends at the result', async () => {
    let run = 0;
    const order = fc
      .array(fc.nat(4), { maxLength: 6 })
      .chain((more) => fc.shuffledSubarray([0, 1, 2, 3, 4, ...more], { minLength: 5 + more.length }));
    await fc.assert(
      fc.asyncProperty(order, fc.boolean(), async (indices, together) => {
        run += 1;
        const user = `any-${run}`;
        await device(user, `${user}=`);
        const life = jobLife(user);
        const events = indices.flatMap((index) => life[index] ?? []);
        if (together) await Promise.all(events.map((event) => pushEvent(event)));
        else for (const event of events) await pushEvent(event);
        const { newest, shown } = clientOf(sockets.heardBy(`${user}=`));
        expect(shown).toEqual(shown.toSorted((a, b) => a - b));
        expect([...newest.values()]).toMatchObject([{ version: 6, data: { status: 'completed' } }]);
        const kept = await feed.since(owner(user), now());
        expect(kept).toMatchObject([{ version: 6, data: { status: 'completed' } }]);
      }),
      { numRuns: 15 },
    );
  });
});

describe('SP14 a connection', () => {
  test('410: dropped in the middle of a push, is struck off; the other device has it, and who comes back is told', async () => {
    await device('dropped', 'gone=');
    await device('dropped', 'here=');
    const cursor = now();
    sockets.behave('gone=', 'gone');
    await pushEvent(balance(7, { user: 'dropped' }));
    expect(balances('here=')).toEqual([7]);
    expect((await connections.of(owner('dropped'))).map(({ connection }) => connection)).toEqual(['here=']);
    expect(await feed.since(owner('dropped'), cursor)).toMatchObject([{ data: { available: 7 } }]);
  });

  test('429: is tried again after a pause, alone', async () => {
    await device('pressed', 'busy=');
    await device('pressed', 'here=');
    let tries = 0;
    sockets.behave('busy=', () => (++tries === 1 ? 'busy' : 'done'));
    await pushEvent(balance(7, { user: 'pressed' }));
    expect(fanOut.calls).toEqual([{ messages: 1, delaySeconds: 5 }]);
    await drainFanOut();
    expect([balances('busy='), balances('here=')]).toEqual([[7], [7]]);
    expect(sockets.heardBy('busy=')).toEqual(sockets.heardBy('here='));
  });

  test('429: what is tried again behind a newer one, the client drops', async () => {
    await device('overtaken', 'slow=');
    let tries = 0;
    sockets.behave('slow=', () => (++tries === 1 ? 'busy' : 'done'));
    await pushEvent(balance(7, { user: 'overtaken' }));
    await pushEvent(balance(9, { user: 'overtaken', version: 2 }));
    await drainFanOut();
    expect(balances('slow=')).toEqual([9, 7]);
    expect(clientOf(sockets.heardBy('slow=')).shown).toEqual([2]);
  });

  test('BM14 429: who was busy, pings and drops before the next try is told on resume', async () => {
    const request = (connection: string, body: object) =>
      answer({ connections, feed, sockets, logger: { error: () => {} }, now: () => new Date(clock.now) })({
        requestContext: {
          connectionId: connection,
          connectedAt: clock.now,
          authorizer: { ...owner('unlucky'), expiresAt: new Date(startedAt + 3_600_000).toISOString() },
        },
        body: JSON.stringify(body),
      });
    await device('unlucky', 'u1=');
    sockets.behave('u1=', 'busy');
    const done = jobLife('unlucky').at(-1);
    if (done) await pushEvent(done);
    sockets.behave('u1=', 'done');
    clock.now += maxTellingMs;
    await request('u1=', { action: 'ping' });
    const [pong] = sockets.heardBy('u1=');
    await connections.remove({ owner: 'sparky#unlucky', connection: 'u1=' });
    await device('unlucky', 'u2=');
    await request('u2=', { action: 'resume', since: pong && 'cursor' in pong ? pong.cursor : '' });
    expect(sockets.heardBy('u2=').map(({ type }) => type)).toEqual(['generation.updated', 'resumed']);
  });

  test('is told or closed, and all tries over, before a resume looks no further back', () =>
    expect(maxTellingMs).toBeLessThan(lookBackMs));

  test('that takes nothing at all holds up no other, and is closed in the end: its client comes again', async () => {
    await device('slow', 'stuck=');
    await device('slow', 'quick=');
    const stuck = Promise.withResolvers<void>();
    const quick = Promise.withResolvers<void>();
    sockets.behave('stuck=', () => stuck.promise.then(() => 'busy' as const));
    sockets.behave('quick=', () => {
      quick.resolve();
      return 'done';
    });
    const pushing = pushEvent(balance(7, { user: 'slow' }));
    await quick.promise;
    stuck.resolve();
    await pushing;
    await drainFanOut();
    expect([sockets.closed, balances('quick=')]).toEqual([['stuck='], [7]]);
    expect((await connections.of(owner('slow'))).map(({ connection }) => connection)).toEqual(['quick=']);
  });

  test('that may not be posted to fails the push when the others have heard, also those that were busy', async () => {
    for (const id of ['bad=', 'well=', 'full=']) await device('mixed', id);
    sockets.behave('bad=', () => Promise.reject(new Error('forbidden')));
    sockets.behave('full=', 'busy');
    await expect(pushEvent(balance(7, { user: 'mixed' }))).rejects.toThrow('1 of 3 failed');
    expect([balances('well='), fanOut.waiting]).toMatchObject([[7], [{ connections: [{ connection: 'full=' }] }]]);
  });

  test('410: that was still being made is not struck off by what read it before its hello', async () => {
    const made = await device('early', 'e=');
    sockets.behave('e=', 'gone');
    const slowly: typeof connections.strikeOff = async (seen) => {
      sockets.behave('e=', 'done');
      await connections.greet(made);
      await connections.strikeOff(seen);
    };
    await pushOver({ connections: { ...connections, strikeOff: slowly } })(balance(7, { user: 'early' }), () => true);
    await pushEvent(balance(8, { user: 'early', version: 2 }));
    expect(balances('e=')).toEqual([8]);
  });
});

test('SP14 a changed catalogue is kept for the app and handed to the fan-out, a page for each shard; an older one is not', async () => {
  const changed = (offerVersion: number) =>
    heardEvent('CatalogChanged', { offerVersion, changed: ['plans'], truncated: false }, { user: 'catalog' });
  expect(await counted(() => pushEvent(changed(2)))).toEqual(['UpdateItem']);
  await pushEvent(changed(1));
  expect(fanOut.calls).toEqual([{ messages: 4, delaySeconds: firstPagesAfterSeconds }]);
  expect(fanOut.waiting).toMatchObject(
    [0, 1, 2, 3].map((shard) => ({ kind: 'page', app: 'sparky', shard, message: { version: 2 } })),
  );
  const cursor = now();
  expect(await feed.since(feedOfApp('sparky'), cursor)).toMatchObject([{ key: 'catalog', version: 2 }]);
  expect([await feed.since(feedOfApp('nano-banana'), cursor), sockets.posted]).toEqual([[], []]);
});
