/** FS9 what admins and operators do is written down before it is done, and when it is over. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { ApiEventParts } from '../testing/api-event.ts';
import { call, logger, metrics, routes, trail } from '../testing/notes-api.ts';
import { actAudited, auditMessage, intentOf, messageBody, withoutSecrets } from './audit.ts';
import { isAct, type Route } from './route.ts';

const admin = { verdict: 'admin', app: 'sparky', key: 'key-0123456789ab' } as const;
const wipe = (more: Partial<ApiEventParts> = {}) =>
  call({ method: 'POST', path: '/v1/admin/notes/wipe', body: { reason: 'spring' }, verdict: admin, ...more });

beforeEach(() => {
  trail.messages.length = 0;
  jest.spyOn(logger, 'info').mockReturnValue();
  jest.spyOn(logger, 'error').mockReturnValue();
  jest.spyOn(metrics, 'publishStoredMetrics').mockImplementation(() => {
    metrics.clearMetrics();
    return metrics;
  });
});
afterEach(() => void jest.restoreAllMocks());

describe('an act', () => {
  test('leaves two messages: who wants what, and how it ended', async () => {
    expect((await wipe({ headers: { 'x-correlation-id': 'spring-1' } })).status).toBe(200);
    const who = { id: 'request-1', app: 'sparky', actor: 'admin:key-0123456789ab', at: expect.any(String) };
    expect(trail.messages).toEqual([
      {
        kind: 'intent',
        ...who,
        service: 'test',
        route: 'wipeNotes',
        method: 'POST',
        path: '/v1/admin/notes/wipe',
        params: {},
        query: {},
        body: '{"reason":"spring"}',
        bodyCut: false,
        correlationId: 'spring-1',
      },
      { kind: 'outcome', ...who, status: 200, endedAt: expect.any(String) },
    ]);
  });

  test.each([
    ['is refused by a rule', 'refuse me', 409],
    ['breaks down', 'break down', 500],
    ['meets others', 'too many', 503],
  ])('that %s leaves its status too', async (_, reason, status) => {
    expect((await wipe({ body: { reason } })).status).toBe(status);
    expect(trail.messages).toMatchObject([{ kind: 'intent' }, { kind: 'outcome', status }]);
  });

  test('is not done when it cannot be written down first: 503, and nothing changed', async () => {
    const wiped = (await wipe()).body.times;
    jest.spyOn(trail, 'send').mockRejectedValueOnce(new Error('down'));
    const answer = await wipe();
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:tessera:problem:unavailable' } });
    expect(answer.headers['retry-after']).toBe('5');
    expect((await wipe()).body.times).toBe(wiped + 1);
    expect(logger.error).toHaveBeenCalledWith('act not written down', expect.anything());
  });

  test('whose end cannot be written down is answered all the same', async () => {
    const send = jest.spyOn(trail, 'send');
    const kept = trail.messages;
    send.mockImplementationOnce(async (message) => void kept.push(message)).mockRejectedValueOnce(new Error('down'));
    expect((await wipe()).status).toBe(200);
    expect(kept).toMatchObject([{ kind: 'intent' }]);
    expect(logger.error).toHaveBeenCalledWith('act not written down', expect.anything());
  });
});

describe('nothing is written down of', () => {
  test.each<[string, Partial<ApiEventParts>]>([
    ['users', { method: 'POST', path: '/v1/notes/n1/close', verdict: { verdict: 'user', app: 'sparky', user: 'u1' } }],
    ['whoever is no admin', { verdict: { verdict: 'user', app: 'sparky', user: 'u1' } }],
    ['nobody', { verdict: { verdict: 'refused', reason: 'token-missing' } }],
    ['requests that are none', { body: { reason: '' } }],
    ['what admins read', { method: 'GET', path: '/v1/trace' }],
  ])('%s', async (_, parts) => {
    await wipe(parts);
    expect(trail.messages).toEqual([]);
  });

  test('routes that read, and routes of users', () => {
    const acts = Object.entries<Route>(routes).flatMap(([name, route]) => (isAct(route) ? [name] : []));
    expect(acts).toEqual(['wipeNotes']);
  });
});

describe('what is secret', () => {
  test('is taken out by its name, at any depth; names of texts stay', () => {
    const body = {
      secret: 's',
      client_secret: 's',
      apiKey: 's',
      api_key: 's',
      accessToken: 's',
      jwt: 's',
      sessionCookie: 's',
      'set-cookie': 's',
      hmac_sha256: 's',
      Password: 's',
      key: 's',
      keys: ['s'],
      nested: [{ webhook_secret: 's', title_key: 'plans.free.name' }],
      message_key: 'a.b',
      tokens_used: 5,
      name: 'monkey',
    };
    const removed = '[removed]';
    expect(withoutSecrets(body)).toEqual({
      ...Object.fromEntries(Object.keys(body).map((name) => [name, removed])),
      nested: [{ webhook_secret: removed, title_key: 'plans.free.name' }],
      message_key: 'a.b',
      name: 'monkey',
    });
  });

  test('is taken out wherever it stands in a text: keys, and what links carry', () => {
    const key = 'x'.repeat(43);
    const told = [`adm_sparky_${key}`, `see opr_${key}!`, `whsec_${key}`, `sk_live_${key}`];
    expect(withoutSecrets(told)).toEqual(['[removed]', 'see [removed]!', '[removed]', '[removed]']);
    expect(withoutSecrets('https://me:pw@host.example/hook?token=1')).toBe('https://host.example/hook?[removed]');
    expect(withoutSecrets('https://host.example/hook')).toBe('https://host.example/hook');
    expect(withoutSecrets('https://host.example/hook#access_token=1')).toBe('https://host.example/hook?[removed]');
  });

  test.each([
    ['calls https://me:pw@host.example/a, then stops', 'calls https://host.example/a, then stops'],
    [
      '(see https://host.example/a?token=1) and http://b.example/c?d=2 too',
      '(see https://host.example/a?[removed] and http://b.example/c?[removed] too',
    ],
    ['db at postgres://me:p#w@db.example/x', 'db at postgres://[removed]'],
    ['redis://:pw@cache.example:6379/0', 'redis://cache.example:6379/0'],
    ['at https://host.example/@me, as told', 'at https://host.example/@me, as told'],
    ['sent Authorization: Bearer abc.def-123_x=', 'sent Authorization: Bearer [removed]'],
    ['a bearer of news', 'a bearer of news'],
    [`used AIza${'x'.repeat(35)}.`, 'used [removed].'],
    [`used r8_${'x'.repeat(37)}`, 'used [removed]'],
    [`used AKIA${'X7'.repeat(8)} here`, 'used [removed] here'],
    [`got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${'s'.repeat(43)}!`, 'got [removed]!'],
  ])('within a sentence: %s', (told, written) => expect(withoutSecrets({ reason: told })).toEqual({ reason: written }));

  test('is looked for in time, however long a text and whatever it repeats', () => {
    const starts = ['a.', 'eyJaaaaaaaa-', 'bearer ', 'adm_x-', 'https:/', 'AKIAX-'].map((part) => part.repeat(50_000));
    const began = performance.now();
    withoutSecrets(starts);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

test('whatever an act is of, its message is one that the reader takes, and one that SQS takes', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\uffff', 'a\ufffe', '\ud800'));
  // Of a name that no route has: zod leaves it out of what it reads.
  const name = text.filter((one) => one !== '__proto__');
  const anything = fc.dictionary(name, fc.oneof(text, fc.integer(), fc.jsonValue()));
  const act = fc.record({ params: anything, query: anything, body: fc.option(anything, { nil: undefined }) });
  fc.assert(
    fc.property(act, fc.string({ unit: 'binary', maxLength: 3_000 }), (parts, path) => {
      const intent = intentOf('credits', {
        id: 'r',
        at: '2026-11-20T10:00:00.000Z',
        app: 'sparky',
        actor: 'admin:u',
        route: 'adjust',
        method: 'POST',
        path,
        correlationId: 'c',
        ...parts,
      });
      const sent = messageBody(intent);
      expect(auditMessage.parse(JSON.parse(sent))).toEqual(intent);
      expect(sent).toMatch(/^[ -~]*$/);
    }),
  );
});

test('a long body is cut, and said to be', () => {
  const of = { id: 'r', at: '2026-11-20T10:00:00.000Z', app: 'sparky', actor: 'a', route: 'r', correlationId: 'c' };
  const body = { text: 'ü'.repeat(200_000) };
  const intent = intentOf('catalog', { ...of, method: 'PUT', path: '/', params: undefined, query: {}, body });
  expect([intent.body?.length, intent.bodyCut]).toEqual([32_000, true]);
  expect(messageBody(intent).length).toBeLessThan(256 * 1_024);
});

test('an act that throws is thrown on, after its end is written down', async () => {
  const sent: unknown[] = [];
  const fault = new Error('no');
  const acting = actAudited(
    { service: 'test', send: async (message) => void sent.push(message.kind) },
    {
      id: 'r',
      at: '2026-11-20T10:00:00.000Z',
      app: '*',
      actor: 'operator:key-0123456789ab',
      route: 'redrive',
      method: 'POST',
      path: '/',
      params: {},
      query: {},
      body: undefined,
      correlationId: 'c',
    },
    {
      act: async () => {
        sent.push('act');
        throw fault;
      },
      statusOf: () => 500,
      onLost: () => undefined,
    },
  );
  await expect(acting).rejects.toBe(fault);
  expect(sent).toEqual(['intent', 'act', 'outcome']);
});
