import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { closeWebSockets, connect, startWebSocketApi, webSocketResources } from '../fixtures/websocket-api.ts';
import { createFrameReader, type Frame } from './frames.ts';

afterEach(closeWebSockets);

const ok = { statusCode: 200 };
const minute = 60_000;
const start = () =>
  startWebSocketApi(webSocketResources([{ key: '$connect' }, { key: '$disconnect' }, { key: '$default' }]), {
    f: () => ok,
  });
type Api = Awaited<ReturnType<typeof start>>;

const bodies = ({ events }: Api) => events.flatMap(({ event }) => event.body ?? []);
const connectionOf = ({ events, sockets }: Api) =>
  sockets.find('v1', events[0]?.event.requestContext.connectionId ?? '');
const endings = ({ events }: Api) =>
  events.flatMap(({ event: { requestContext } }) => requestContext.disconnectStatusCode ?? []);

describe('sizes', () => {
  test('a frame of 32 KB passes, and so do four of them in one message', async () => {
    const api = await start();
    const { socket } = await connect(api.url);
    const frame = 'x'.repeat(32 * 1024);
    socket.send(frame);
    for (const fin of [false, false, false, true]) socket.send(frame, { fin });
    await api.idle();
    expect(bodies(api).map(({ length }) => length)).toEqual([32 * 1024, 128 * 1024]);
  });

  test('a larger frame ends the connection with 1009 and is not delivered', async () => {
    const api = await start();
    const client = await connect(api.url);
    client.socket.send('x'.repeat(32 * 1024 + 1));
    client.socket.send('after it');
    expect((await client.closed).code).toBe(1009);
    await api.idle();
    expect([bodies(api), endings(api)]).toEqual([[], [1009]]);
  });

  test('so does a larger message in small frames', async () => {
    const api = await start();
    const client = await connect(api.url);
    for (const fin of [false, false, false, false, true]) client.socket.send('x'.repeat(32 * 1024), { fin });
    expect((await client.closed).code).toBe(1009);
    await api.idle();
    expect([bodies(api), endings(api)]).toEqual([[], [1009]]);
  });

  test('a binary frame ends the connection with 1003', async () => {
    const api = await start();
    const client = await connect(api.url);
    client.socket.send(Buffer.from([1, 2]));
    expect((await client.closed).code).toBe(1003);
    await api.idle();
    expect([bodies(api), endings(api)]).toEqual([[], [1003]]);
  });

  test('frames are told alike however the bytes are cut', () => {
    const frameOf = (length: number): Buffer => {
      const header = Buffer.alloc(length > 65_535 ? 14 : length > 125 ? 8 : 6);
      header[0] = 0x81;
      header[1] = 0x80 | (length > 65_535 ? 127 : length > 125 ? 126 : length);
      if (length > 65_535) header.writeBigUInt64BE(BigInt(length), 2);
      else if (length > 125) header.writeUInt16BE(length, 2);
      return Buffer.concat([header, Buffer.alloc(length, 0xff)]);
    };
    const lengths = fc.array(fc.oneof(fc.nat(130), fc.constantFrom(65_535, 65_536)), { maxLength: 5 });
    fc.assert(
      fc.property(lengths, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }), (sizes, cuts) => {
        const told: Frame[] = [];
        const read = createFrameReader((frame) => told.push(frame));
        const bytes = Buffer.concat(sizes.map(frameOf));
        for (let at = 0, i = 0; at < bytes.length; i += 1) {
          const end = i < 200 ? at + (cuts[i % cuts.length] ?? 1) : bytes.length;
          read(bytes.subarray(at, end));
          at = end;
        }
        expect(told).toEqual(sizes.map((size) => ({ kind: 'data', bytes: size })));
      }),
      { numRuns: 50 },
    );
  });
});

describe('times', () => {
  test('ten minutes without a message end it with 1001; a ping does not count', async () => {
    const api = await start();
    const client = await connect(api.url);
    api.clock.advance(9 * minute);
    const ponged = new Promise((resolve) => client.socket.once('pong', resolve));
    client.socket.ping();
    await ponged;
    api.clock.advance(minute);
    expect((await client.closed).code).toBe(1001);
    await api.idle();
    expect(endings(api)).toEqual([1001]);
  });

  test('a message in either direction begins them anew, up to two hours in all', async () => {
    const api = await start();
    const client = await connect(api.url);
    for (let passed = 0; passed < 108; passed += 18) {
      api.clock.advance(9 * minute);
      client.socket.send('still here');
      await api.idle();
      api.clock.advance(9 * minute);
      connectionOf(api)?.send('so am I');
    }
    expect(connectionOf(api)?.lastActiveAt).toBe(api.clock.now());
    api.clock.advance(9 * minute);
    client.socket.send('nearly over');
    await api.idle();
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    api.clock.advance(3 * minute);
    expect((await client.closed).code).toBe(1001);
  });
});

describe('from the server’s side', () => {
  test('what is sent arrives in order, as text', async () => {
    const api = await start();
    const client = await connect(api.url);
    const connection = connectionOf(api);
    for (const text of ['one', 'zwei ü']) connection?.send(Buffer.from(text));
    expect([await client.next(), await client.next()]).toEqual(['one', 'zwei ü']);
  });

  test('closing it runs $disconnect once, and it is found no more', async () => {
    const api = await start();
    const client = await connect(api.url);
    const connection = connectionOf(api);
    expect(api.sockets.find('other', connection?.id ?? '')).toBeUndefined();
    connection?.close();
    expect(connectionOf(api)).toBeUndefined();
    expect((await client.closed).code).toBe(1000);
    await api.idle();
    expect(endings(api)).toEqual([1000]);
  });

  test('it is not found before its handshake is answered', async () => {
    let found: unknown = 'not looked for';
    const api = await startWebSocketApi(webSocketResources([{ key: '$connect' }]), {
      f({ requestContext }) {
        found = api.sockets.find('v1', requestContext.connectionId);
        return ok;
      },
    });
    await connect(api.url);
    expect(found).toBeUndefined();
  });
});
