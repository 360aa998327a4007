import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Stripe from 'stripe';
import { readCallbackOf } from './read-callback.ts';
import { app } from './testing/account-at.ts';
import { anothers, intent, session } from './testing/objects.ts';

const secret = 'whsec_new';
const signedAt = Date.parse('2026-11-21T12:00:00Z') / 1_000;
const body = JSON.stringify({
  id: 'evt_1',
  object: 'event',
  type: 'payment_intent.succeeded',
  data: { object: intent() },
});

const sign = (payload: string, by = secret, timestamp = signedAt) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret: by, timestamp });
const read = (payload: string, header: string | undefined, { late = 0, secrets = [secret] } = {}) =>
  readCallbackOf(
    app,
    secrets,
  )({
    body: payload,
    headers: { 'stripe-signature': header },
    query: {},
    receivedAtMs: (signedAt + late) * 1_000,
  });
const accepted = { callback: { provider: 'stripe', id: 'evt_1', type: 'payment_intent.succeeded' } };

describe('what Stripe signed is taken (FS8, PP8)', () => {
  test('with the facts that it tells', () => {
    expect(read(body, sign(body))).toMatchObject({ callback: { ...accepted.callback, facts: [{ kind: 'captured' }] } });
  });
  test('of a type that nobody reads, with none', () => {
    const payload = JSON.stringify({ id: 'evt_2', type: 'customer.created', data: { object: {} } });
    expect(read(payload, sign(payload))).toMatchObject({
      callback: { id: 'evt_2', type: 'customer.created', facts: [] },
    });
  });
  test.each<[object, object]>([
    [{ metadata: { tessera_app: app, tessera_user: 'user-1' } }, { owner: { app, user: 'user-1' } }],
    [{ customer: 'cus_1', metadata: { tessera_user: 1 } }, { customer: 'cus_1' }],
    [{ customer: { id: 'cus_1' }, metadata: {} }, { customer: 'cus_1' }],
    [{ customer: 7 }, {}],
  ])('and with whose it is, of whatever type: %j', (object, whose) => {
    const payload = JSON.stringify({ id: 'evt_4', type: 'customer.updated', data: { object } });
    const callback = { provider: 'stripe', id: 'evt_4', type: 'customer.updated', facts: [], ...whose };
    expect(read(payload, sign(payload))).toEqual({ callback });
  });
  test('by each of two secrets while one is replaced by the other', () => {
    const secrets = ['whsec_old', secret];
    for (const by of secrets) expect(read(body, sign(body, by), { secrets })).toMatchObject(accepted);
    expect(read(body, sign(body, 'whsec_old'))).toEqual({ fault: 'forged' });
  });
  test('with several signatures in one header, of which one is good', () => {
    expect(read(body, `${sign(body, 'whsec_old')},${sign(body).split(',')[1]}`)).toMatchObject(accepted);
  });
  test('299 s late, and not 301 s late', () => {
    expect(read(body, sign(body), { late: 299 })).toMatchObject(accepted);
    expect(read(body, sign(body), { late: 301 })).toEqual({ fault: 'stale' });
    expect(read('[', sign('['), { late: 301 })).toEqual({ fault: 'stale' });
  });
  test("another app's payment in the same account, which tells nothing", () => {
    const payload = JSON.stringify({
      id: 'evt_3',
      type: 'checkout.session.completed',
      data: { object: session({ metadata: anothers }) },
    });
    expect(read(payload, sign(payload))).toMatchObject({ callback: { facts: [] } });
  });
});

describe('what Stripe did not sign is refused (FS8)', () => {
  test('any one character of the body changed', () => {
    const header = sign(body);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, put) => {
        fc.pre(body[at] !== put);
        expect(read(body.slice(0, at) + put + body.slice(at + 1), header)).toEqual({ fault: 'forged' });
      }),
      { numRuns: 200 },
    );
  });
  test.each<[string, string, string | undefined]>([
    ['a body that was written anew', JSON.stringify(JSON.parse(body), null, 1), sign(body)],
    ['another time', body, sign(body).replace(String(signedAt), String(signedAt + 1))],
    ["another app's secret", body, sign(body, 'whsec_other')],
    ['another scheme', body, sign(body).replace('v1=', 'v0=')],
    ['no signature', body, `t=${signedAt}`],
    ['no time', body, sign(body).replace(/^t=\d+,/, '')],
    ['no header', body, undefined],
    ['nonsense', body, 'nonsense'],
    ['no body', '', sign('')],
  ])('%s', (_, payload, header) => expect(read(payload, header)).toEqual({ fault: 'forged' }));
  test('what is old and forged is forged', () => {
    expect(read(body, sign(body, 'whsec_other'), { late: 301 })).toEqual({ fault: 'forged' });
  });
});

test.each([
  ['no JSON', 'hello'],
  ['no event', '{}'],
  ['null', 'null'],
  ['a thin event', JSON.stringify({ object: 'v2.core.event', id: 'evt_1', type: 'x' })],
  [
    'an object of which too little is left',
    JSON.stringify({ id: 'evt_1', type: 'invoice.paid', data: { object: { id: 'in_1' } } }),
  ],
])('what is signed and not understood is malformed, and nothing is thrown: %s (FS8)', (_, payload) => {
  expect(read(payload, sign(payload))).toEqual({ fault: 'malformed' });
});
