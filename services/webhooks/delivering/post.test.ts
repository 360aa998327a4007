import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { publicHttp, publicOnly, publicOr } from '#shared/net/public-http.ts';
import { deriveSecret } from '../signing/endpoint-secrets.ts';
import { endpointOf } from '../test/samples.ts';
import { addressFault } from './address-fault.ts';
import { post } from './post.ts';

let server: Server;
let base = '';
let answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => response.end();
const seen: { readonly path: string; readonly headers: Record<string, string>; readonly body: string }[] = [];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ path: request.url ?? '', headers: request.headers as Record<string, string>, body });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const trusts = publicOr(['127.0.0.1:*']);
const secrets = [2, 1].map((version) => deriveSecret('m'.repeat(64), endpointOf(), version));
const send = (url = `${base}/hook`, over = trusts) =>
  post(publicHttp({ trusts: over }), () => new Date())({ url, eventId: 'event-1', payload: '{"a":1}', secrets });

describe('X9 an attempt', () => {
  test('posts the body with signatures that receivers verify, by the new secret and the old', async () => {
    const { attempt } = await send();
    expect(attempt).toMatchObject({ httpStatus: 200 });
    expect(attempt.error).toBeUndefined();
    const { headers, body } = seen.at(-1) ?? { headers: {}, body: '' };
    for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual({ a: 1 });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'event-1' });
  });

  test.each([400, 404, 410, 429, 500, 503])('answered by %p has failed', async (status) => {
    answer = (_request, response) => response.writeHead(status, { 'retry-after': '7' }).end('why');
    expect(await send()).toMatchObject({
      attempt: { httpStatus: status, error: `answered ${status}` },
      retryAfterSeconds: 7,
    });
  });

  test('answered by a redirect has failed: it is not followed', async () => {
    answer = (_request, response) => response.writeHead(302, { location: `${base}/elsewhere` }).end();
    expect(await send()).toMatchObject({ attempt: { httpStatus: 302, error: 'answered 302' } });
    expect(seen.map(({ path }) => path)).not.toContain('/elsewhere');
  });

  test('that breaks off or finds nobody has failed, and tells nothing of why', async () => {
    answer = (request) => request.socket.destroy();
    expect(await send()).toMatchObject({ attempt: { error: 'no answer' } });
  });

  test('to an address that is not public is not made', async () => {
    const before = seen.length;
    for (const url of [`${base}/hook`, base.replace('http', 'https'), 'https://localhost/', 'https://169.254.169.254/'])
      expect(await send(url, publicOnly)).toMatchObject({ attempt: { error: 'the address may not be reached' } });
    expect(seen).toHaveLength(before);
  });
});

describe('X9 the address of a webhook', () => {
  const hosts = publicOr(['127.0.0.1:*', 'hooks.internal:8080']);
  test.each([
    'https://hooks.example/tessera?a=1',
    'https://8.8.8.8:8443/',
    'http://127.0.0.1:1234/',
    'https://127.0.0.1/',
    'http://hooks.internal:8080/x',
    'http://HOOKS.internal:8080/x',
  ])('%s may do', (url) => {
    expect(addressFault(url, hosts)).toBeUndefined();
  });
  test.each([
    ['hooks.example', 'is no URL'],
    ['http://hooks.example/', 'must begin with https'],
    ['ftp://127.0.0.1:21/', 'must begin with https'],
    ['http://hooks.internal/', 'must begin with https'],
    ['https://user:word@hooks.example/', 'holds credentials'],
    ['https://hooks.example/#a', 'has a fragment, which is never sent'],
    ['https://10.0.0.1/', 'is no public address'],
    ['https://0x7f.1.1/', 'is no public address'],
    ['https://[::1]/', 'is no public address'],
    ['https://[::ffff:10.0.0.1]/', 'is no public address'],
  ])('%s does not: it %s', (url, fault) => {
    expect(addressFault(url, hosts)).toBe(fault);
  });
});
