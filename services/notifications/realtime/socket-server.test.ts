import { afterAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { SocketControl, SocketMessage } from '../contracts.ts';
import { socketControl } from '../contracts.ts';
import { maxGreetings } from '../storage/connection-table.ts';
import { feedOfApp, keptMs, type Message } from '../storage/feed-table.ts';
import { answer } from './answer.ts';
import { maxPerUser } from './close-oldest.ts';
import { connect, disconnect } from './connect.ts';
import { maxRequests, perMs } from './request-rate.ts';
import type { SocketEvent } from './socket-event.ts';
import { startedAt, startWorld } from './testing/world.ts';

const world = await startWorld();
const { clock, connections, feed, sockets } = world;
const logger = { error: jest.fn() };
const handleConnect = connect({ connections, sockets, logger });
const handleDisconnect = disconnect({ connections });
const handleMessage = answer({ connections, feed, sockets, logger, now: () => new Date(clock.now) });
afterAll(() => world.close());
beforeEach(() => {
  clock.now = startedAt;
  sockets.reset();
  logger.error.mockReset();
});

const minute = 60_000;
const offered = 'tessera.v1, bearer.eyJh.eyJz.c2ln';
interface From {
  readonly user: string;
  readonly app?: string;
  readonly connection?: string;
  readonly expiresInMs?: number;
}
const socketEvent = (
  { user, app = 'sparky', connection = `${user}=`, expiresInMs = 60 * minute }: From,
  more: Partial<SocketEvent> = {},
) => ({
  requestContext: {
    connectionId: connection,
    connectedAt: clock.now,
    authorizer: {
      principalId: user,
      integrationLatency: 12,
      app,
      user,
      expiresAt: new Date(startedAt + expiresInMs).toISOString(),
    },
  },
  ...more,
});
const connecting = (from: From, headers: SocketEvent['headers'] = { 'Sec-WebSocket-Protocol': offered }) =>
  handleConnect(socketEvent(from, headers ? { headers } : {}));
const say = (from: From, body: unknown) =>
  handleMessage(socketEvent(from, { body: typeof body === 'string' ? body : JSON.stringify(body) }));
const heard = ({ user, connection = `${user}=` }: From): (SocketMessage | SocketControl)[] =>
  sockets.heardBy(connection);
const cursorAt = (user: string, ms: number = clock.now) => feed.cursorAt({ app: 'sparky', user }, new Date(ms));
const openOf = async (user: string, app = 'sparky') =>
  (await connections.of({ app, user })).map(({ connection }) => connection);
const balance = (available: number, version = 1): Message => ({
  type: 'credits.balance',
  id: `event-${version}`,
  key: 'credits',
  version,
  at: '2026-11-21T10:00:00.000Z',
  data: { available },
});

describe('SP14 $connect', () => {
  test('keeps the connection under its user until its token ends, and chooses the protocol that is not the token', async () => {
    expect(await connecting({ user: 'new' })).toEqual({
      statusCode: 200,
      headers: { 'Sec-WebSocket-Protocol': 'tessera.v1' },
    });
    expect(await connections.of({ app: 'sparky', user: 'new' })).toMatchObject([
      {
        owner: 'sparky#new',
        connection: 'new=',
        app: 'sparky',
        connectedAt: new Date(startedAt).toISOString(),
        expiresAt: new Date(startedAt + 60 * minute).toISOString(),
      },
    ]);
  });

  test('takes the header however it is spelled, and in several lines', async () => {
    expect(
      (await connecting({ user: 'spelled' }, { 'sec-websocket-protocol': 'bearer.x,tessera.v1' })).statusCode,
    ).toBe(200);
    const multiValueHeaders = { 'Sec-WebSocket-Protocol': ['tessera.v1', 'bearer.x'] };
    const headers = { 'Sec-WebSocket-Protocol': 'bearer.x' };
    const event = socketEvent({ user: 'spelled' }, { headers, multiValueHeaders });
    expect((await handleConnect(event)).statusCode).toBe(200);
  });

  test.each([[{}], [{ 'Sec-WebSocket-Protocol': 'bearer.x' }], [{ 'Sec-WebSocket-Protocol': 'tessera.v2, bearer.x' }]])(
    '400 to who does not speak our protocol: %j',
    async (headers) => {
      expect(await connecting({ user: 'foreign' }, headers)).toEqual({ statusCode: 400 });
      expect(await openOf('foreign')).toEqual([]);
    },
  );

  test('I8 without the authorizer’s word nobody is let in', async () => {
    const requestContext = { connectionId: 'unjudged=', connectedAt: clock.now };
    const event = { requestContext, headers: { 'Sec-WebSocket-Protocol': offered } };
    await expect(handleConnect(event)).rejects.toThrow('authorizer');
  });

  test('of more than ten devices the oldest is closed, and nobody else’s', async () => {
    await connecting({ user: 'neighbour' });
    for (let device = 0; device <= maxPerUser; device += 1) {
      clock.now += 1;
      await connecting({ user: 'many', connection: `d${device}=` });
    }
    expect([sockets.closed, sockets.heardBy('d0=')]).toEqual([['d0='], [{ type: 'replaced' }]]);
    expect(await openOf('many')).toHaveLength(maxPerUser);
    expect(await openOf('neighbour')).toHaveLength(1);
  });

  test('of many devices that connect at once ten stay: those that could not be closed then are when they greet', async () => {
    const ids = Array.from({ length: 16 }, (_, n) => `m${String(n).padStart(2, '0')}=`);
    // Not open before $connect is answered.
    for (const id of ids) sockets.behave(id, 'gone');
    await Promise.all(ids.map((connection) => connecting({ user: 'swarm', connection })));
    sockets.reset();
    await Promise.all(ids.map((connection) => say({ user: 'swarm', connection }, { action: 'hello' })));
    const open = ids.filter((id) => !sockets.closed.includes(id));
    expect([open.length, await openOf('swarm')]).toEqual([maxPerUser, expect.arrayContaining(open)]);
  });

  test('the newest has its place, though the oldest cannot be closed now', async () => {
    const failing = { ...sockets, close: async () => Promise.reject(new Error('not now')) };
    const handle = connect({ connections, sockets: failing, logger });
    for (let device = 0; device <= maxPerUser; device += 1)
      await handle(
        socketEvent({ user: 'crowd', connection: `e${device}=` }, { headers: { 'Sec-WebSocket-Protocol': offered } }),
      );
    expect(await openOf('crowd')).toHaveLength(maxPerUser + 1);
    expect(logger.error).toHaveBeenCalledTimes(1);
  });
});

test('SP14 $disconnect strikes the connection off; its user counts as here for a while', async () => {
  await connecting({ user: 'leaving' });
  expect(await handleDisconnect(socketEvent({ user: 'leaving' }))).toEqual({ statusCode: 200 });
  expect([await openOf('leaving'), await connections.wasHere({ app: 'sparky', user: 'leaving' })]).toEqual([[], true]);
});

describe('SP14 what a client says', () => {
  const me = { user: 'me' };

  test('ping: pong, with a cursor of now', async () => {
    expect(
      await world.counted(async () => expect(await say(me, { action: 'ping' })).toEqual({ statusCode: 200 })),
    ).toEqual([]);
    expect(heard(me)).toEqual([{ type: 'pong', cursor: cursorAt('me') }]);
  });

  test('hello: ready, with a cursor of now and the token’s end; a connection that was struck off is there again', async () => {
    await connecting({ user: 'early' });
    await connections.remove({ owner: 'sparky#early', connection: 'early=' });
    await say({ user: 'early' }, { action: 'hello' });
    const expires_at = new Date(startedAt + 60 * minute).toISOString();
    expect(heard({ user: 'early' })).toEqual([{ type: 'ready', cursor: cursorAt('early'), expires_at }]);
    expect(await openOf('early')).toEqual(['early=']);
  });

  test('resume: what was missed, their own and the app’s, and then the end of it', async () => {
    const since = cursorAt('back');
    clock.now += minute;
    await feed.admit({ app: 'sparky', user: 'back' }, balance(5));
    await feed.admit({ app: 'sparky', user: 'other' }, balance(99));
    await feed.admit(feedOfApp('sparky'), {
      ...balance(0),
      type: 'catalog.changed',
      key: 'catalog',
      data: { changed: [], truncated: true },
    });
    clock.now += minute;
    await say({ user: 'back' }, { action: 'resume', since });
    const said = heard({ user: 'back' });
    expect(said.map(({ type }) => type).toSorted()).toEqual(['catalog.changed', 'credits.balance', 'resumed']);
    const last = said.at(-1);
    expect(last).toMatchObject({ type: 'resumed', cursor: cursorAt('back') });
    expect(socketControl.parse(last)).toEqual(last);
    expect(said.find(({ type }) => type === 'credits.balance')).toMatchObject({ data: { available: 5 } });
  });

  test('I8 resume with somebody else’s cursor tells one’s own, never theirs', async () => {
    const admission = await feed.admit({ app: 'sparky', user: 'victim' }, balance(7));
    const since = admission.send ? admission.cursor : '';
    for (const from of [{ user: 'curious' }, { user: 'victim', app: 'nano-banana', connection: 'namesake=' }]) {
      await say(from, { action: 'resume', since });
      expect(heard(from)).not.toContainEqual(expect.objectContaining({ type: 'credits.balance' }));
    }
  });

  test('resume from too long ago, from nothing, or from where another user was: refetch, with a cursor to go on from', async () => {
    const old = cursorAt('stale', clock.now - keptMs - 1);
    const others = cursorAt('somebody else');
    for (const since of [old, '', 'none of ours', others]) await say({ user: 'stale' }, { action: 'resume', since });
    const cursor = cursorAt('stale');
    expect(heard({ user: 'stale' })).toEqual(Array(4).fill(expect.objectContaining({ type: 'refetch', cursor })));
  });

  test.each([
    ['', 'it is not a JSON object.'],
    ['hello', 'it is not a JSON object.'],
    ['[]', 'it is not a JSON object.'],
    ['null', 'it is not a JSON object.'],
    ['{}', '/action: must be ping, hello or resume'],
    ['{"action":"subscribe","topic":"sparky#victim"}', '/action: must be ping, hello or resume'],
    ['{"action":"resume"}', '/since: is needed'],
    ['{"action":"ping","user":"victim"}', '/user: is not a known field'],
    [`{"action":"resume","since":"${'x'.repeat(201)}"}`, '/since: must be at most 200 characters'],
    [JSON.stringify({ action: 'resume', since: 'x'.repeat(1_001) }), 'it has more than 1000 characters.'],
  ])(
    'I8 anything else, as another’s topic: an error that says what is wrong, and nothing more: %s',
    async (body, why) => {
      const odd = { user: 'odd', connection: `odd-${body.length}=` };
      await say(odd, body);
      expect(heard(odd)).toEqual([{ type: 'error', detail: `This is no request: ${why}` }]);
    },
  );

  test('after the end of its token: nothing, and it is closed', async () => {
    const late = { user: 'late', expiresInMs: minute };
    await connecting(late);
    await feed.admit({ app: 'sparky', user: 'late' }, balance(5));
    clock.now += minute;
    await say(late, { action: 'resume', since: cursorAt('late') });
    expect([heard(late), sockets.closed]).toEqual([[], ['late=']]);
  });

  test('410: dropped before it is answered, it is struck off', async () => {
    sockets.behave('dropped=', 'gone');
    await say({ user: 'dropped' }, { action: 'hello' });
    expect([await openOf('dropped'), sockets.closed]).toEqual([[], []]);
  });

  test('429: a client that takes nothing is closed before more is sent, and asks anew when it is back', async () => {
    const slow = { user: 'slow' };
    for (const version of [1, 2, 3])
      await feed.admit({ app: 'sparky', ...slow }, { ...balance(version), key: `k${version}` });
    let tries = 0;
    sockets.behave('slow=', () => {
      tries += 1;
      return tries === 1 ? 'done' : 'busy';
    });
    await say(slow, { action: 'resume', since: cursorAt('slow') });
    expect([heard(slow).map(({ type }) => type), sockets.closed]).toEqual([['credits.balance'], ['slow=']]);
  });

  test('hello and resume more than five times: an error, and it is closed; nothing is written or read any more', async () => {
    const eager = { user: 'eager' };
    await connecting(eager);
    for (let time = 0; time < maxGreetings; time += 1)
      await say(eager, time % 2 === 0 ? { action: 'hello' } : { action: 'resume', since: cursorAt('eager') });
    const answers = heard(eager).filter(({ type }) => type === 'ready' || type === 'resumed');
    expect([answers.length, sockets.closed]).toEqual([maxGreetings, []]);
    await say(eager, { action: 'hello' });
    expect([heard(eager).at(-1)?.type, sockets.closed, await openOf('eager')]).toEqual(['error', ['eager='], []]);
  });

  test('more than twenty requests in ten seconds: it is closed, once, and what comes behind is not answered', async () => {
    const loud = { user: 'loud' };
    await connecting(loud);
    for (let time = 0; time < maxRequests; time += 1) await say(loud, { action: 'ping' });
    expect([heard(loud).length, sockets.closed]).toEqual([maxRequests, []]);
    for (let time = 0; time < 3; time += 1) await say(loud, { action: 'ping' });
    await say({ user: 'calm' }, { action: 'ping' });
    expect([heard(loud).length, sockets.closed, heard({ user: 'calm' }).length]).toEqual([maxRequests, ['loud='], 1]);
    expect(await openOf('loud')).toEqual([]);
    clock.now += perMs;
    await say(loud, { action: 'ping' });
    expect(heard(loud)).toHaveLength(maxRequests + 1);
  });

  test('the calls that it takes: hello one write and one read, resume two reads more', async () => {
    await connecting(me);
    const calls = (request: object) => world.counted(async () => void (await say(me, request)));
    expect(await calls({ action: 'hello' })).toEqual(['UpdateItem', 'Query']);
    const resume = await calls({ action: 'resume', since: cursorAt('me') });
    expect(resume).toEqual(['UpdateItem', 'Query', 'Query', 'Query']);
  });
});
