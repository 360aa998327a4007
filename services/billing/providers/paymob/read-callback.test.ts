import { describe, expect, test } from '@jest/globals';
import type { ReadCallback } from '../../callbacks/facts.ts';
import { readCallback } from './read-callback.ts';
import { request, type Sample, sample, sign, signedCallback } from './testing/signed-callback.ts';

const secret = 'sparky-hmac-secret';
/** `openssl dgst -sha512 -hmac sparky-hmac-secret` over the string that Paymob's documentation makes of its example. */
const vector =
  'f1a20e977951ae004ac7aabf6c1f1bc0380ea0008455190045f75d47d214e41cdf9a7e40199c21295b48df3f83486d1c226c354d93e0902ee86bf4a5dd324309';

const account = { integration_ids: [4097557, sample.integration_id], owner: sample.owner };
const read = readCallback({ ...account, hmac_secrets: [secret] });
const bodyOf = (obj: Sample): string => JSON.stringify({ type: 'TRANSACTION', obj });
/** As the sample was signed, whatever it says now. */
const readTampered = (changes: Sample): ReadCallback =>
  read(request(bodyOf({ ...sample, ...changes }), sign(sample, secret)));
const factsOf = (answer: ReadCallback) => ('callback' in answer ? answer.callback.facts : answer.fault);
const readFacts = (changes: Sample) => factsOf(read(signedCallback(changes, secret)));

const payment = { by: 'reference', reference: 'order-217503754' };
const reference = '192036465';
const child = { has_parent_transaction: true, id: 192036999, amount_cents: 30_000 };
const captured = { kind: 'captured', payment, reference, amountMinor: 100_000, currency: 'EGP' };

test('SP13 the documented example is authentic by the documented HMAC', () => {
  expect(read(request(bodyOf(sample), vector))).toEqual({
    callback: {
      provider: 'paymob',
      id: expect.stringMatching(/^192036465-[0-9a-f]{12}$/),
      type: 'TRANSACTION',
      facts: [captured],
    },
  });
});

const signedChanges: readonly Sample[] = [
  { amount_cents: 100_001 },
  { created_at: '2024-06-13T11:33:44.592346' },
  { currency: 'USD' },
  { error_occured: true },
  { has_parent_transaction: true },
  { id: 192036466 },
  { integration_id: 4097559 },
  { is_3d_secure: false },
  { is_auth: true },
  { is_capture: true },
  { is_refunded: true },
  { is_standalone_payment: false },
  { is_voided: true },
  { order: { ...sample.order, id: 217503755 } },
  { owner: 302853 },
  { pending: true },
  { source_data: { ...sample.source_data, pan: '2347' } },
  { source_data: { ...sample.source_data, sub_type: 'Visa' } },
  { source_data: { ...sample.source_data, type: 'wallet' } },
  { success: false },
];
test('SP13 each of the twenty signed fields, changed, makes the callback forged', () => {
  expect(signedChanges).toHaveLength(20);
  for (const change of signedChanges) expect(readTampered(change)).toEqual({ fault: 'forged' });
});

test('SP13 a signed field that is left out makes the callback forged', () => {
  for (const change of signedChanges.slice(0, 13)) {
    const left = Object.keys(change).map((field) => [field, undefined]);
    expect(readTampered(Object.fromEntries(left))).toEqual({ fault: 'forged' });
  }
});

test.each<Sample>([
  { order: { ...sample.order, merchant_order_id: 'pay_of_another' } },
  { order: { ...sample.order, amount_cents: 1 } },
  { data: { message: 'Refunded' } },
  { data: 'odd' },
  { is_refund: true, is_void: true },
  { refunded_amount_cents: 100_000 },
  { parent_transaction: 7 },
])('SP13 unsigned fields decide nothing: %j', (change) => {
  const answer = readTampered(change);
  expect(answer).toEqual(read(request(bodyOf(sample), vector)));
});

describe('a digit that moves to its neighbour keeps the signature', () => {
  const shifted = { fault: 'forged', why: 'digits-shifted' };
  const idDigits = `${sample.id}${sample.integration_id}`;
  const orderDigits = `${sample.order.id}${sample.owner}`;
  const splits = (digits: string) =>
    Array.from({ length: digits.length + 1 }, (_, at) => [digits.slice(0, at), digits.slice(at)] as const);

  test.each<Sample>([
    { amount_cents: 1000002, created_at: '024-06-13T11:33:44.592345' },
    { amount_cents: 10000, created_at: '02024-06-13T11:33:44.592345' },
    { amount_cents: 10, created_at: '00002024-06-13T11:33:44.592345' },
    { amount_cents: '', created_at: '1000002024-06-13T11:33:44.592345' },
    { id: idDigits, integration_id: '' },
    { id: idDigits, integration_id: undefined },
    { id: null, integration_id: idDigits },
    { order: {}, owner: orderDigits },
  ])('SP13 where Paymob has none: nothing of it is kept: %j', (change) => {
    expect(readTampered(change)).toEqual(shifted);
  });

  test('SP13 from the transaction to its integration: only one of ours counts', () => {
    const own = splits(idDigits).filter(([id, integration]) => {
      const answer = readTampered({ id, integration_id: integration });
      return 'callback' in answer || answer.fault !== 'forged';
    });
    expect(own).toEqual([[`${sample.id}`, `${sample.integration_id}`]]);
  });

  test('SP13 from the order to the owner: only the account’s own counts', () => {
    const own = splits(orderDigits).filter(([id, rest]) => {
      const answer = readTampered({ order: { id }, owner: rest });
      return 'callback' in answer || answer.fault !== 'forged';
    });
    expect(own).toEqual([[`${sample.order.id}`, `${sample.owner}`]]);
  });

  test('SP13 whatever else its body says, it is one callback', () => {
    const odd = { ...sample, currency: 'egp' };
    const answers = ['a', 'b'].map((junk) => read(request(bodyOf({ ...odd, ...{ junk } }), sign(odd, secret))));
    expect(answers[0]).toEqual({ fault: 'malformed', id: expect.stringMatching(/^[0-9a-f]{12}$/) });
    expect(answers[1]).toEqual(answers[0]);
  });
});

describe('a transaction by another integration', () => {
  const other = { integration_id: 4097000 };
  const stranger = { fault: 'forged', why: 'integration-other' };
  test('SP13 brings no money, and fails nothing', () => {
    for (const change of [{}, { pending: true }, { success: false }, { ...child, is_capture: true }])
      expect(read(signedCallback({ ...change, ...other }, secret))).toEqual(stranger);
  });
  test('SP6 gives money back all the same: it may have been offered once', () => {
    expect(readFacts({ ...child, ...other })).toHaveLength(1);
  });
  test('SP13 of another account is none of ours; where ours is not set up, any is', () => {
    expect(read(signedCallback({ ...child, owner: 7 }, secret))).toEqual({ fault: 'forged', why: 'owner-other' });
    const anyOwner = readCallback({ integration_ids: account.integration_ids, hmac_secrets: [secret] });
    expect(factsOf(anyOwner(signedCallback({ owner: 7 }, secret)))).toEqual([captured]);
  });
});

test('SP13 another app has another secret', () => {
  expect(
    readCallback({ ...account, hmac_secrets: ['flirt-studio-hmac-secret'] })(request(bodyOf(sample), vector)),
  ).toEqual({ fault: 'forged' });
});

test('SP13 while secrets rotate, both are good', () => {
  const rotating = readCallback({ ...account, hmac_secrets: ['next-secret', secret] });
  expect(factsOf(rotating(request(bodyOf(sample), vector)))).toEqual([captured]);
  expect(factsOf(rotating(signedCallback({}, 'next-secret')))).toEqual([captured]);
  expect(factsOf(rotating(signedCallback({}, 'last-secret')))).toBe('forged');
});

test.each([undefined, '', vector.toUpperCase(), vector.slice(1), `${vector}0`, 'ü'.repeat(64)])(
  'SP13 the signature is there, whole and in lower case: %s',
  (hmac) => {
    expect(read(request(bodyOf(sample), hmac))).toEqual({ fault: 'forged' });
  },
);

test('SP13 fields are signed and not bytes: other spacing and order of keys is the same callback', () => {
  const turned = Object.fromEntries(Object.entries(sample).toReversed());
  const answer = read(request(JSON.stringify({ obj: turned, type: 'TRANSACTION' }, null, 4), vector));
  expect(answer).toEqual(read(request(bodyOf(sample), vector)));
});

test('SP13 numbers and booleans that are sent as text are the same callback', () => {
  const text = Object.entries(sample).map(([field, value]) => [field, typeof value === 'object' ? value : `${value}`]);
  const obj = { ...Object.fromEntries(text), order: { id: '217503754' } };
  expect(read(request(bodyOf(obj), vector))).toEqual(read(request(bodyOf(sample), vector)));
});

test('SP13 what is null or not there adds nothing to what is signed', () => {
  expect(readFacts({ source_data: { type: 'wallet', pan: null } })).toEqual([captured]);
});

test.each(['', 'null', '[]', '{"type":"TRANSACTION"}', '{"type":"TRANSACTION","obj":[]}', '{"obj":'])(
  'SP13 a body that holds no transaction cannot be authentic: %s',
  (body) => {
    expect(read(request(body, vector))).toEqual({ fault: 'forged' });
  },
);

test('SP13 only transactions are signed this way', () => {
  expect(read(request(JSON.stringify({ type: 'TOKEN', obj: sample }), vector))).toEqual({ fault: 'forged' });
});

test.each<Sample>([{ amount_cents: 1_000_000_001 }, { currency: 'egp' }, { success: 'yes' }, { created_at: 'today' }])(
  'SP6 what is signed and not understood is malformed: %j',
  (change) => {
    expect(read(signedCallback(change, secret))).toEqual({ fault: 'malformed', id: expect.any(String) });
  },
);

test.each<Sample>([
  { amount_cents: 100.5 },
  { amount_cents: -1 },
  { amount_cents: '0100' },
  { id: '0192036465' },
  { order: { id: 'abc' } },
  { created_at: '20240-06-13T11:33:44' },
  { created_at: '0024-06-13T11:33:44' },
])('SP13 a number or a year that Paymob never sends is forged: %j', (change) => {
  expect(read(signedCallback(change, secret))).toMatchObject({ fault: 'forged' });
});

test('SP6 a pending transaction is told as pending, and one that is only reserved too', () => {
  const pending = [{ kind: 'pending', payment, reference }];
  expect(readFacts({ pending: true, success: false })).toEqual(pending);
  expect(readFacts({ pending: true, success: true })).toEqual(pending);
  expect(readFacts({ is_auth: true })).toEqual(pending);
});

test.each([
  [{ message: 'Insufficient funds', txn_response_code: '51' }, 'Insufficient funds'],
  [{ txn_response_code: 'DECLINED' }, 'DECLINED'],
  [{ message: 'x'.repeat(101) }, 'failed'],
  [{ message: '<b>no</b>' }, 'failed'],
  [null, 'failed'],
])('SP6 a failed transaction fails the attempt, with a reason that is short and plain', (data, reason) => {
  expect(readFacts({ success: false, data })).toEqual([{ kind: 'failed', payment, reference, reason }]);
});

test('SP6 a voided payment was captured, and all of it went back', () => {
  expect(readFacts({ is_voided: true })).toEqual([
    captured,
    { kind: 'refunded', payment, refunded: { totalMinor: 100_000 }, reference },
  ]);
});

test('SP6 of a refunded payment only the capture is told: how much went back is not signed there', () => {
  expect(readFacts({ is_refunded: true })).toEqual([captured]);
});

test('SP6 a refund or a void is a transaction of its own, and told by its id', () => {
  expect(readFacts(child)).toEqual([
    { kind: 'refunded', payment, refunded: { refund: '192036999', amountMinor: 30_000 } },
  ]);
});

test('SP6 a void says that it is one, though nobody signs it', () => {
  const refunded = { refund: '192036999', amountMinor: 30_000 };
  expect(readFacts({ ...child, ...{ is_void: true } })).toEqual([{ kind: 'refunded', payment, refunded, voids: true }]);
});

test('SP6 a reserved card that is voided is free again: nothing came', () => {
  expect(readFacts({ is_auth: true, is_voided: true })).toEqual([
    { kind: 'failed', payment, reference, reason: 'voided' },
  ]);
});

test('SP6 a capture of a reserved card brings the money', () => {
  expect(readFacts({ ...child, is_capture: true })).toEqual([
    { ...captured, reference: '192036999', amountMinor: 30_000 },
  ]);
});

test('SP6 a refund that failed or is pending tells nothing', () => {
  expect(readFacts({ ...child, success: false })).toEqual([]);
  expect(readFacts({ ...child, pending: true })).toEqual([]);
});

test('SP6 the same state told again is the same callback, and another state is another', () => {
  const id = (changes: Sample) => {
    const answer = read(signedCallback(changes, secret));
    return 'callback' in answer ? answer.callback.id : answer.fault;
  };
  expect(id({ success: false })).toBe(id({ success: false, data: { message: 'Declined' } }));
  expect(new Set([id({}), id({ success: false }), id({ pending: true }), id({ is_voided: true })]).size).toBe(4);
});
