import { Logger } from '@aws-lambda-powertools/logger';
import { describe, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { definitions } from '#apps';
import { apiFunction } from '#shared/http/api-function.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { apiEvent } from '#shared/testing/api-event.ts';
import type { CallbackLog, CallbackRecord } from '../../callbacks/callback-log.ts';
import { type CallbackMessage, callbackMessage } from '../../callbacks/callback-message.ts';
import type { Callback, CallbackRequest, Fact, ReadCallback } from '../../callbacks/facts.ts';
import type { PaymentProvider } from '../../contracts.ts';
import { problems } from '../../problems.ts';
import type { Providers } from '../../providers/provider.ts';
import { callbackRoutes } from '../../routes.ts';
import type { CallbackOutcome } from '../../views.ts';
import { type ReceiveCallbackDeps, receiveCallback } from './receive-callback.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';

const app = 'sparky';
const expired: Fact = {
  kind: 'expired',
  session: 'cs_1',
  payment: { by: 'metadata', owner: { app, user: 'user-1' }, paymentId: 'pay_1' },
};
const authentic = (
  facts: readonly Fact[],
  provider: PaymentProvider = 'stripe',
  whose: Pick<Callback, 'owner' | 'customer'> = {},
): ReadCallback => ({
  callback: { provider, id: 'evt_1', type: 'checkout.session.expired', facts, ...whose },
});
const body = '{ "id": "evt_1",\t"type": "something.new", "who": "Zoë" }';

interface Setting {
  readonly reading?: ReadCallback;
  readonly provider?: PaymentProvider;
  /** What an earlier delivery came to. */
  readonly outcome?: CallbackOutcome;
  readonly deps?: Partial<ReceiveCallbackDeps>;
}

/** Both routes over a log in memory and a provider that says what it is told to. */
const ingress = ({ reading = authentic([expired]), provider = 'stripe', outcome, deps = {} }: Setting = {}) => {
  const steps: unknown[] = [];
  const sent: CallbackMessage[] = [];
  const read: CallbackRequest[] = [];
  const counted: string[] = [];
  const concluded = new Map<string, CallbackOutcome>();
  const api = {
    readCallback: (request: CallbackRequest) => {
      read.push(request);
      return reading;
    },
  };
  const log: Pick<CallbackLog, 'receive' | 'conclude'> = {
    receive: async ({ owner, ...record }, text) => {
      steps.push(['kept', record.id, record.type, text, ...(owner ? [owner.user] : [])]);
      const kept: CallbackRecord = { ...record, outcome: outcome ?? concluded.get(record.id) ?? 'received' };
      return outcome === undefined ? kept : { ...kept, receivedAt: '2026-11-20T00:00:00.000Z' };
    },
    conclude: async (_, id, { outcome: what }) => {
      concluded.set(id, what);
      steps.push(['concluded', id, what]);
    },
  };
  const [lab] = definitions;
  if (!lab) throw new Error('no app is defined');
  const all: ReceiveCallbackDeps = {
    catalog: { app: async (id) => (id === app ? { ...lab, id } : undefined) },
    providersOf: async () => ({ [provider]: api }) as unknown as Providers,
    references: {
      find: async (_, by, customer) => (customer === 'cus_1' ? { owner: { app, user: `${by}-user` } } : undefined),
    },
    log,
    send: async (message) => {
      steps.push(['sent', message.id]);
      sent.push(callbackMessage.parse(message));
    },
    logger: new Logger({ logLevel: 'SILENT' }),
    count: (alarm) => void counted.push(alarm),
    ...deps,
  };
  const handler = apiFunction({
    routes: callbackRoutes,
    problems,
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics: createMetrics('test'),
    handlers: {
      receiveStripeCallback: receiveCallback(all, 'stripe'),
      receivePaymobCallback: receiveCallback(all, 'paymob'),
    },
  });
  const post = async (path = `/webhooks/stripe/${app}`, query: Record<string, string> = {}, rawBody = body) => {
    const event = apiEvent({ method: 'POST', path, query, rawBody, headers: { 'stripe-signature': 't=1,v1=a' } });
    const { statusCode, body: text, headers } = await handler(event, {} as Context);
    return { status: statusCode, body: JSON.parse(text), retryAfter: headers['retry-after'] };
  };
  return { post, steps, sent, read, counted };
};

describe('FS8 an authentic callback', () => {
  test('is kept whole, handed to the worker, and then acknowledged', async () => {
    const { post, steps, sent } = ingress();
    expect(await post()).toMatchObject({ status: 200, body: { received: true } });
    expect(steps).toEqual([
      ['kept', 'stripe:evt_1', 'checkout.session.expired', body],
      ['sent', 'stripe:evt_1'],
    ]);
    expect(sent).toEqual([
      {
        app,
        id: 'stripe:evt_1',
        provider: 'stripe',
        facts: [expired],
        receivedAt: expect.any(String),
        correlationId: 'request-1',
      },
    ]);
  });

  test('SP13 of Paymob is judged by its bytes and its HMAC in the query', async () => {
    const { post, read } = ingress({ provider: 'paymob', reading: authentic([expired], 'paymob') });
    expect((await post(`/webhooks/paymob/${app}`, { hmac: 'ab12' })).status).toBe(200);
    expect(read).toMatchObject([
      { body, query: { hmac: 'ab12' }, headers: { 'stripe-signature': 't=1,v1=a' }, receivedAtMs: expect.any(Number) },
    ]);
  });

  test('I8 of another app, or of a type that concerns nobody, is a record without body and user', async () => {
    const { post, steps } = ingress({ reading: authentic([], 'stripe', { owner: { app, user: 'user-1' } }) });
    for (const _again of [1, 2]) expect((await post()).status).toBe(200);
    const kept = ['kept', 'stripe:evt_1', 'checkout.session.expired', undefined];
    expect(steps).toEqual([kept, ['concluded', 'stripe:evt_1', 'ignored'], kept]);
  });

  test.each<[Pick<Callback, 'owner' | 'customer'>, string[]]>([
    [{ owner: { app, user: 'user-1' }, customer: 'cus_1' }, ['user-1']],
    [{ customer: 'cus_1' }, ['stripe-user']],
    [{ customer: 'cus_unknown' }, []],
    [{ owner: { app: 'nano-banana', user: 'user-1' } }, []],
  ])('FS10 is known by its user before it is applied, so that its body goes with them: %j', async (whose, users) => {
    for (const reading of [authentic([expired], 'stripe', whose), { fault: 'malformed' as const, ...whose }]) {
      const { post, steps } = ingress({ reading });
      expect((await post()).status).toBe(200);
      expect(steps[0]).toEqual(['kept', expect.any(String), expect.any(String), body, ...users]);
    }
  });

  test.each<[CallbackOutcome, boolean]>([
    ['received', true],
    ['unmatched', true],
    ['handled', false],
    ['ignored', false],
    ['mismatched', false],
  ])('sent again that was %s before: handed on is %p', async (outcome, isSent) => {
    const { post, sent } = ingress({ outcome });
    expect((await post()).status).toBe(200);
    expect(sent.map(({ receivedAt }) => receivedAt)).toEqual(isSent ? ['2026-11-20T00:00:00.000Z'] : []);
  });

  test.each<[string, Partial<ReceiveCallbackDeps>]>([
    ['cannot be kept', { log: { receive: () => Promise.reject(new Error('table away')), conclude: async () => {} } }],
    ['cannot be handed on', { send: () => Promise.reject(new Error('queue away')) }],
  ])('that %s is not acknowledged, so that it is sent again', async (_, deps) => {
    expect((await ingress({ deps }).post()).status).toBe(500);
  });

  test('that nobody understands is kept by its bytes for people to look at', async () => {
    const { post, steps, counted, sent } = ingress({ reading: { fault: 'malformed' } });
    for (const text of [body, body, 'no JSON']) expect((await post(undefined, {}, text)).status).toBe(200);
    const kept = steps.filter((step) => Array.isArray(step) && step[0] === 'kept') as string[][];
    expect(kept.map(([, id, type, text]) => [id?.replace(/[0-9a-f]{32}$/, '#'), type, text])).toEqual([
      ['stripe:malformed-#', 'something.new', body],
      ['stripe:malformed-#', 'something.new', body],
      ['stripe:malformed-#', 'unknown', 'no JSON'],
    ]);
    expect(new Set(kept.map(([, id]) => id)).size).toBe(2);
    expect(steps).toContainEqual(['concluded', kept[0]?.[1], 'unmatched']);
    // Each rings once.
    expect([counted, sent]).toEqual([Array(2).fill('CallbacksUnmatched'), []]);
  });
});

test('SP13 what is signed in part and not understood is known by that part, whatever else its body says', async () => {
  const reading = { fault: 'malformed', id: 'a1b2' } as const;
  const { post, steps, counted } = ingress({ provider: 'paymob', reading });
  for (const text of [body, 'x'.repeat(1_000)])
    expect((await post(`/webhooks/paymob/${app}`, {}, text)).status).toBe(200);
  const ids = steps.map((step) => (Array.isArray(step) ? step[1] : undefined));
  expect(new Set(ids)).toEqual(new Set(['paymob:malformed-a1b2']));
  expect(counted).toEqual(['CallbacksUnmatched']);
});

test('FS8 an authentic callback of what no fact may be is kept for people, once, and the worker never hears of it', async () => {
  const beyond: Fact = {
    kind: 'captured',
    payment: { by: 'reference', reference: 'pi_1' },
    reference: 'pi_1',
    amountMinor: 1_000_000_001,
    currency: 'VND',
  };
  const { post, steps, counted } = ingress({ reading: authentic([beyond]) });
  for (const _again of [1, 2]) expect((await post()).status).toBe(200);
  const kept = ['kept', 'stripe:evt_1', 'checkout.session.expired', body];
  expect(steps).toEqual([kept, ['concluded', 'stripe:evt_1', 'unmatched'], kept]);
  expect(counted).toEqual(['CallbacksUnmatched']);
});

describe('FS8 a callback that is refused', () => {
  const quiet = { info: () => undefined, error: () => undefined };

  test.each(['forged', 'stale'] as const)(
    'because it is %s: 401, the same for both, and nothing is kept; the log alone says which',
    async (fault) => {
      const warned: unknown[] = [];
      const logger = { ...quiet, warn: (...line: unknown[]) => void warned.push(line) };
      const { post, steps } = ingress({ reading: { fault }, deps: { logger } });
      const { status, body: problem } = await post();
      expect(warned).toEqual([['callback not trusted', { app, provider: 'stripe', fault }]]);
      expect([status, problem.type, problem.detail]).toEqual([
        401,
        'urn:tessera:problem:callback-untrusted',
        'The signature does not fit.',
      ]);
      expect(steps).toEqual([]);
    },
  );

  test.each([
    ['of an app that is not served', '/webhooks/stripe/nano-banana', 404],
    ['of a provider that the app has not set up', `/webhooks/paymob/${app}`, 404],
    ['of an app that cannot be', '/webhooks/stripe/Sparky', 400],
  ])('I8 %s: its body is not looked at', async (_, path, status) => {
    const { post, read, steps } = ingress();
    expect((await post(path)).status).toBe(status);
    expect([read, steps]).toEqual([[], []]);
  });

  test('with a body above 256 KB: 413', async () => {
    expect((await ingress().post(undefined, {}, 'x'.repeat(256 * 1024 + 1))).status).toBe(413);
  });

  test.each<[string, Partial<ReceiveCallbackDeps>]>([
    ['the catalog', { catalog: { app: () => Promise.reject(new SourceUnavailable('away')) } }],
    ['the secret', { providersOf: () => Promise.reject(new SourceUnavailable('away')) }],
  ])('while %s cannot be read: 503, to be sent again in five seconds', async (_, deps) => {
    const { status, retryAfter, body: problem } = await ingress({ deps }).post();
    expect([status, retryAfter, problem.type]).toEqual([503, '5', 'urn:tessera:problem:unavailable']);
  });
});
