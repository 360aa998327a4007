import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { isPublicAddress } from './public-address.ts';
import { fetchPublic, type PublicHttpError, publicHttp, publicOr, sendPublic } from './public-http.ts';

describe('SP10 addresses that belong to everybody', () => {
  test.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:1.1.1.1', '64:ff9b::101:101'])('%s', (text) =>
    expect(isPublicAddress(text)).toBe(true),
  );
});
describe('SP10 addresses that do not', () => {
  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.0.1',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1.1.1.1',
    '100::1',
    '2001:db8::1',
    '2001::1',
    '2002:7f00:1::',
    '3fff::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    '2130706433',
    '',
  ])('%s', (text) => expect(isPublicAddress(text)).toBe(false));
});

const faultOf = async (promise: Promise<unknown>) => ((await promise.catch((error) => error)) as PublicHttpError).fault;
const limits = { maxBytes: 1_000, timeoutMs: 2_000 };
const read = async (bytes: AsyncIterable<Uint8Array>) => Buffer.concat(await Array.fromAsync(bytes)).toString();

describe('SP10 without a connection', () => {
  test.each([
    ['http', 'http://example.com/a'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:text/plain,a'],
    ['no URL', 'a'],
    ['credentials', 'https://user:word@example.com/'],
    ['too long', `https://example.com/${'a'.repeat(9_000)}`],
    ['loopback', 'https://127.0.0.1/'],
    ['short loopback', 'https://127.1/'],
    ['decimal IPv4', 'https://2130706433/'],
    ['octal IPv4', 'https://0177.0.0.1/'],
    ['hexadecimal IPv4', 'https://0x7f.1/'],
    ['wide digits', 'https://１２７.0.0.1/'],
    ['metadata', 'https://169.254.169.254/latest/meta-data'],
    ['IPv6 loopback', 'https://[::1]/'],
    ['IPv4 in IPv6', 'https://[::ffff:10.0.0.1]/'],
    ['NAT64', 'https://[64:ff9b::10.0.0.1]:8443/'],
    ['ULA', 'https://[fd00:ec2::254]/'],
  ])('%s is refused', async (_, url) => {
    expect(await faultOf(fetchPublic(url, limits))).toBe('refused');
    expect(await faultOf(sendPublic(url, {}))).toBe('refused');
  });
  test('a name is refused when one of its addresses is private', async () => {
    const asked: string[] = [];
    const { fetchPublic } = publicHttp({
      resolve: async (host) => {
        asked.push(host);
        return ['93.184.216.34', '10.0.0.7'].map((address) => ({ address, family: 4 }));
      },
    });
    expect(await faultOf(fetchPublic('https://rebind.example/a', limits))).toBe('refused');
    expect(asked).toEqual(['rebind.example']);
  });
  test('a name without an address is unanswered, and so is one whose resolver hangs', async () => {
    const none = publicHttp({ resolve: async () => [] });
    expect(await faultOf(none.fetchPublic('https://a.example', limits))).toBe('unanswered');
    const hanging = publicHttp({ resolve: () => new Promise(() => {}) });
    expect(await faultOf(hanging.fetchPublic('https://a.example', { ...limits, timeoutMs: 20 }))).toBe('too-slow');
    const signal = AbortSignal.timeout(20);
    expect(await faultOf(hanging.fetchPublic('https://a.example', { ...limits, signal }))).toBe('unanswered');
  });
});

describe('with a host that the operator trusts', () => {
  type Answer = (request: IncomingMessage, response: ServerResponse) => void;
  let answers: Record<string, Answer>;
  let port = 0;
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  const redirect =
    (location: string): Answer =>
    (_, response) =>
      response.writeHead(302, { location }).end();
  let asked = 0;
  const http = () =>
    publicHttp({
      trusts: publicOr([`GPU.internal:${port}`]),
      resolve: async () => {
        asked += 1;
        return [{ address: '127.0.0.1', family: 4 }];
      },
    });
  const at = (path: string) => `http://gpu.internal:${port}${path}`;
  const fetched = async (path: string, change = {}) => {
    const { bytes, ...head } = await http().fetchPublic(at(path), { ...limits, ...change });
    return { ...head, text: await read(bytes) };
  };
  beforeAll(async () => {
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  beforeEach(() => {
    answers = {};
    asked = 0;
  });

  test('a file is fetched, its name resolved once and the connection pinned to what was resolved', async () => {
    answers['/a'] = (request, response) => {
      expect(request.headers).toMatchObject({ host: `gpu.internal:${port}`, 'accept-encoding': 'identity' });
      response.writeHead(200, { 'content-type': 'Text/Plain; charset=utf-8' }).end('hello');
    };
    expect(await fetched('/a')).toEqual({ contentType: 'text/plain', contentLength: undefined, text: 'hello' });
    expect(asked).toBe(1);
  });
  test('another port of a trusted host is not trusted', async () => {
    expect(await faultOf(http().fetchPublic(`http://gpu.internal:${port + 1}/`, limits))).toBe('refused');
    expect(await faultOf(http().fetchPublic('https://gpu.internal/', limits))).toBe('refused');
    const [any, one] = [publicOr(['gpu.internal:*']), publicOr(['gpu.internal:443'])];
    expect([any, one].map((trusts) => trusts(new URL('http://gpu.internal:8000/')))).toEqual([true, false]);
    expect([any, one].map((trusts) => trusts(new URL('https://GPU.internal/')))).toEqual([true, true]);
    expect(any(new URL('https://other.internal/'))).toBe(false);
  });
  test.each([
    'http://127.0.0.1/',
    'https://169.254.169.254/',
    'file:///etc/passwd',
    'https://a:b@gpu.internal/',
    '//[',
  ])('a redirect to %s is refused', async (location) => {
    answers['/a'] = redirect(location);
    expect(await faultOf(fetched('/a'))).toBe('refused');
  });
  test('three redirects are followed, a fourth is not, and each name is resolved anew', async () => {
    answers['/4'] = redirect('/3');
    answers['/3'] = redirect(at('/2'));
    answers['/2'] = redirect('1');
    answers['/1'] = (_, response) => response.end('here');
    expect((await fetched('/3')).text).toBe('here');
    expect(asked).toBe(3);
    answers['/1'] = redirect('/0');
    answers['/0'] = (_, response) => response.end('there');
    expect((await fetched('/3')).text).toBe('there');
    expect(await faultOf(fetched('/4'))).toBe('refused');
  });
  test('an answer that is no success says its status', async () => {
    answers['/nowhere'] = (_, response) => response.writeHead(302).end();
    await expect(fetched('/missing')).rejects.toMatchObject({ fault: 'status', status: 404 });
    await expect(fetched('/nowhere')).rejects.toMatchObject({ fault: 'status', status: 302 });
  });
  test('a body over the limit is refused, announced or not', async () => {
    answers['/announced'] = (_, response) => response.writeHead(200, { 'content-length': 1_001 }).write('a');
    answers['/silent'] = (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(500)));
      };
      response.on('drain', more);
      more();
    };
    answers['/fits'] = (_, response) => response.end('a'.repeat(1_000));
    expect(await faultOf(fetched('/announced'))).toBe('too-large');
    expect(await faultOf(fetched('/silent'))).toBe('too-large');
    expect((await fetched('/fits')).text).toHaveLength(1_000);
  });
  test('silence ends a body, and so does the time for all of it; a slow reader does not', async () => {
    answers['/stuck'] = (_, response) => void response.write('a');
    answers['/drip'] = (_, response) => {
      const drip = setInterval(() => response.write('a'), 5);
      response.on('close', () => clearInterval(drip));
    };
    answers['/fine'] = (_, response) => response.end('fine');
    expect(await faultOf(fetched('/stuck', { idleMs: 30 }))).toBe('too-slow');
    expect(await faultOf(fetched('/drip', { idleMs: 200, timeoutMs: 60 }))).toBe('too-slow');
    const { bytes } = await http().fetchPublic(at('/fine'), { ...limits, idleMs: 10 });
    for await (const chunk of bytes) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(Buffer.from(chunk).toString()).toBe('fine');
    }
  });
  test('a body that breaks off, and a caller who gives up', async () => {
    answers['/broken'] = (_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setImmediate(() => response.destroy());
    };
    answers['/stuck'] = (_, response) => void response.write('a');
    expect(await faultOf(fetched('/broken'))).toBe('unanswered');
    expect(await faultOf(fetched('/stuck', { signal: AbortSignal.timeout(30) }))).toBe('unanswered');
  });
  test('a body that nobody reads is hung up when its time is over, and breaks nothing', async () => {
    const closed = new Promise<void>((done) => {
      answers['/stuck'] = (_, response) => {
        response.on('close', done).write('a');
      };
    });
    await http().fetchPublic(at('/stuck'), { ...limits, timeoutMs: 50 });
    await closed;
  });

  test('NB3 what is sent is answered with status, headers and the start of the body; redirects are not followed', async () => {
    const got: { method?: string | undefined; body: string; type?: string | undefined }[] = [];
    answers['/hook'] = async (request, response) => {
      got.push({ method: request.method, body: await read(request), type: request.headers['content-type'] });
      response.writeHead(302, { location: '/elsewhere', 'set-cookie': ['a=1', 'b=2'] }).end(Buffer.alloc(200_000, 'x'));
    };
    const headers = { 'content-type': 'application/json' };
    const answer = await http().sendPublic(at('/hook'), { headers, body: '{"a":1}' });
    expect(got).toEqual([{ method: 'POST', body: '{"a":1}', type: 'application/json' }]);
    expect(answer).toMatchObject({ status: 302, headers: { location: '/elsewhere', 'set-cookie': 'a=1, b=2' } });
    expect(answer.body).toHaveLength(64 * 1024);
  });
  test('NB3 nothing comes back', async () => {
    answers['/never'] = () => {};
    answers['/drop'] = (request) => void request.destroy();
    expect(await faultOf(http().sendPublic(at('/never'), { timeoutMs: 30 }))).toBe('too-slow');
    expect(await faultOf(http().sendPublic(at('/drop'), {}))).toBe('unanswered');
  });
});
