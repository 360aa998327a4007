/** Reconciliation: what Stripe tells beside what is here, each kind of difference found and, where it can be, mended. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { paymentOfInvoice } from '../callbacks/find-payment.ts';
import { ProviderFailure } from '../providers/provider.ts';
import { recordCapture, recordFailure, refundTotal } from '../test/payment-words.ts';
import { day } from '../test/subscriptions.ts';
import { newApp, startBooks, type TestBooks } from './testing/books.ts';

let books: TestBooks;
beforeAll(async () => {
  books = await startBooks();
});
afterAll(() => books.close());

const kindsOf = (differences: readonly { readonly kind: string }[]) => differences.map(({ kind }) => kind);

/** A payment that Stripe has captured, and that was asked for here. */
const paidThere = async () => {
  const app = newApp(books);
  const paymentId = await app.request();
  app.stripe.charge('pi_1', { owner: app.owner, paymentId });
  return { ...app, paymentId };
};
/** Captured on both sides. */
const paid = async () => {
  const app = await paidThere();
  await app.tell(app.paymentId, { ...recordCapture('pi_1'), at: day(1) });
  return app;
};

describe('what Stripe captured and we did not', () => {
  test('FS8 is found, and without --fix nothing is written', async () => {
    const { reconcile, everything, paymentId } = await paidThere();
    const before = await everything();
    const { code, differences } = await reconcile();
    expect({ code, differences }).toMatchObject({
      code: 1,
      differences: [{ kind: 'missing here', reference: 'pi_1', paymentId, user: 'user-1' }],
    });
    expect(await everything()).toEqual(before);
  });

  test('FS8 I5 is captured once by --fix, however often that runs, and whoever did it is in the event', async () => {
    const { reconcile, eventsOf, everything, paymentId } = await paidThere();
    expect(await reconcile('--fix')).toMatchObject({ code: 0, mended: [{ outcome: 'handled' }], remaining: [] });
    const after = await everything();
    expect(await reconcile('--fix')).toMatchObject({ code: 0, differences: [], mended: [], remaining: [] });
    expect(await everything()).toEqual(after);
    expect(await eventsOf(paymentId)).toEqual([
      expect.objectContaining({ type: 'PaymentRequested' }),
      { actor: 'operator:reconcile', type: 'PaymentCaptured', reference: 'pi_1', capturedAt: day(40) },
    ]);
  });

  test('FS8 also where it failed here before', async () => {
    const { reconcile, tell, stateOf, paymentId } = await paidThere();
    await tell(paymentId, { ...recordFailure('declined'), at: day(1) });
    expect(await reconcile('--fix')).toMatchObject({ code: 0, differences: [{ what: 'it is failed here' }] });
    expect(await stateOf(paymentId)).toMatchObject({ status: 'captured' });
  });

  test('stays a difference where nobody asked for it here, or it does not say what it is for', async () => {
    const { reconcile, stripe, owner } = newApp(books);
    stripe.charge('pi_1', { owner, paymentId: 'pay_0199c2d4-0000-7000-8000-000000000000', refundedMinor: 1 });
    stripe.charge('pi_2', { owner });
    const { code, differences, mended } = await reconcile('--fix');
    expect({ code, mended, kinds: kindsOf(differences) }).toEqual({
      code: 1,
      mended: [],
      kinds: ['missing here', 'missing here', 'refund missing'],
    });
  });

  test('is found by its id where it lost its mark', async () => {
    const { reconcile, request, references, stripe, owner } = newApp(books);
    const paymentId = await request();
    await references.keep('stripe', 'pi_1', { owner, paymentId });
    stripe.charge('pi_1');
    expect(await reconcile('--fix')).toMatchObject({ code: 0, differences: [{ kind: 'missing here', paymentId }] });
  });
});

describe('money that is not what was asked for', () => {
  test('FS8 is recorded by --fix, grants nothing, and is a difference until it went back', async () => {
    const { reconcile, stripe, stateOf, paymentId, owner } = await paidThere();
    stripe.charge('pi_1', { owner, paymentId, amountMinor: 900 });
    const fixed = await reconcile('--fix');
    expect(fixed).toMatchObject({ code: 1, mended: [{ outcome: 'mismatched' }] });
    expect(fixed.remaining).toMatchObject([
      { kind: 'mismatched', there: { amountMinor: 900 }, here: { amountMinor: 900, currency: 'EGP' } },
    ]);
    expect(await stateOf(paymentId)).toMatchObject({ status: 'mismatched', clawedBack: 0 });
    stripe.refund('pi_1', 900);
    const again = await reconcile('--fix');
    expect(again).toMatchObject({ code: 0, remaining: [] });
    expect(kindsOf(again.differences)).toEqual(['mismatched', 'refund missing']);
  });

  test('I5 a second payment of the same order is recorded beside the first one', async () => {
    const { reconcile, stripe, stateOf, paymentId, owner } = await paid();
    stripe.charge('pi_2', { owner, paymentId, createdAt: day(3) });
    const { code, remaining } = await reconcile('--fix');
    expect({ code, remaining }).toMatchObject({ code: 1, remaining: [{ kind: 'mismatched', reference: 'pi_2' }] });
    expect(await stateOf(paymentId)).toMatchObject({ status: 'captured', reference: 'pi_1', refundedMinor: 0 });
  });
});

test('FS8 SP13 mismatched money reads as such, with what came and what was asked for; at Paymob too, and in the payment’s history', async () => {
  const { billing, stripe, request, tell, owner } = newApp(books);
  const bought = await request();
  await tell(bought, { ...recordCapture('pi_1', { amountMinor: 900 }), at: day(1) });
  stripe.charge('pi_1', { owner, paymentId: bought, amountMinor: 900 });
  const ordered = await request({ provider: 'paymob' });
  await tell(ordered, { ...recordCapture('7001'), at: day(1) });
  await tell(ordered, { ...recordCapture('7002', { amountMinor: 700, currency: 'USD' }), at: day(1) });
  const { code, said } = await billing('reconcile', '--app', owner.app, '--since', '2027-01-01');
  expect(code).toBe(1);
  expect(said).toMatch(
    /mismatched {2}2027-\S+ \S+ {2}EGP 9.00 {2,}EGP 9.00 {2,}mismatched: EGP 10.00 was asked for; .* pi_1 /,
  );
  expect(said).toMatch(/mismatched {2}2027-\S+ \S+ {2,}\$7.00 {2,}mismatched: paid twice, EGP 10.00 before; .* 7002 /);
  const { said: history } = await billing('show', owner.app, ordered);
  expect(history).toContain('money that is mismatched to be given back');
  await tell(ordered, { type: 'RecordRefund', at: day(2), refunded: { totalMinor: 700 }, reference: '7002' });
  const { said: later } = await billing('reconcile', '--app', owner.app, '--since', '2027-01-01');
  expect(later).not.toContain('7002');
});

describe('refunds', () => {
  test('FS8 I5 one that was not heard of takes its credits back, once', async () => {
    const { reconcile, stripe, stateOf, paymentId } = await paid();
    stripe.refund('pi_1', 300);
    const { code, differences } = await reconcile('--fix');
    expect({ code, differences }).toMatchObject({ code: 0, differences: [{ kind: 'refund missing' }] });
    expect(await reconcile('--fix')).toMatchObject({ code: 0, differences: [] });
    expect(await stateOf(paymentId)).toMatchObject({ refundedMinor: 300, clawedBack: 150 });
  });

  test('FS8 a payment and its refund that were both missed are told in their order', async () => {
    const { reconcile, stripe, eventsOf, paymentId } = await paidThere();
    stripe.refund('pi_1', 1_000);
    expect(await reconcile('--fix')).toMatchObject({ code: 0, remaining: [] });
    expect((await eventsOf(paymentId)).map(({ type }) => type)).toEqual([
      'PaymentRequested',
      'PaymentCaptured',
      'PaymentRefunded',
    ]);
  });

  test('one that failed there is told and left to people', async () => {
    const { reconcile, tell, paymentId } = await paid();
    await tell(paymentId, { ...refundTotal(400), at: day(2) });
    const { code, remaining } = await reconcile('--fix');
    expect({ code, kinds: kindsOf(remaining) }).toEqual({ code: 1, kinds: ['refund unknown there'] });
  });
});

describe('subscriptions', () => {
  test('FS8 I5 an invoice that was not heard of becomes its payment and its period, once', async () => {
    const { reconcile, stripe, owner, stateOf, subscription } = newApp(books);
    stripe.invoice('in_1', owner);
    stripe.refund('pi-of-in_1', 500);
    const { code, differences } = await reconcile('--fix');
    expect({ code, kinds: kindsOf(differences) }).toEqual({ code: 0, kinds: ['missing here', 'refund missing'] });
    const paymentId = paymentOfInvoice(owner.app, 'in_1');
    expect(await stateOf(paymentId)).toMatchObject({ status: 'captured', refundedMinor: 500, clawedBack: 50 });
    expect(await subscription()).toMatchObject({ payments: [paymentId], entitledTo: 'plus' });
    expect(await reconcile('--fix')).toMatchObject({ code: 0, differences: [], invoices: 1, payments: 1 });
  });

  test('FS8 a payment whose period was not recorded is told again', async () => {
    const { reconcile, stripe, owner, tell, subscription } = newApp(books);
    stripe.invoice('in_1', owner);
    const paymentId = paymentOfInvoice(owner.app, 'in_1');
    const invoiced = { purpose: 'plan', via: 'invoice', item: 'plus', name: 'Plus', credits: 100 } as const;
    const order = { provider: 'stripe', amountMinor: 1_000, currency: 'USD', ...invoiced } as const;
    await tell(paymentId, { type: 'RequestPayment', at: day(2), order });
    await tell(paymentId, { ...recordCapture('in_1', { currency: 'USD' }), at: day(2) });
    expect(await reconcile('--fix')).toMatchObject({ code: 0, differences: [{ what: 'its period is not recorded' }] });
    expect(await subscription()).toMatchObject({ payments: [paymentId] });
  });

  test('an invoice that pays for nothing, or for nothing of ours, is no difference', async () => {
    const { reconcile, stripe, owner } = newApp(books);
    const line = { amountMinor: 0, proration: false, from: day(2), until: day(9) };
    stripe.invoice('in_trial', owner, { amountMinor: 0, lines: [{ ...line, plan: 'plus' }] });
    stripe.invoice('in_other', undefined, { lines: [{ ...line, amountMinor: 70, plan: undefined }] });
    expect(await reconcile()).toMatchObject({ code: 0, differences: [], invoices: 2 });
  });

  test('a plan that is sold no more is named, and stays a difference', async () => {
    const { reconcile, stripe, owner } = newApp(books);
    const line = { amountMinor: 500, proration: false, from: day(2), until: day(33) };
    stripe.invoice('in_1', owner, { amountMinor: 500, lines: [{ ...line, plan: 'gold' }] });
    const { code, mended, remaining } = await reconcile('--fix');
    expect({ code, mended, remaining }).toMatchObject({
      code: 1,
      mended: [{ outcome: 'unmatched', why: 'plan-unknown' }],
      remaining: [{ kind: 'missing here', what: 'the app sells no plan "gold"' }],
    });
  });
});

describe('whose it is, and whether it is there', () => {
  test('an invoice of nobody, and a payment without a mark', async () => {
    const { reconcile, stripe } = newApp(books);
    stripe.invoice('in_1', undefined);
    stripe.charge('pi_1', { createdAt: day(5) });
    const { code, differences } = await reconcile('--fix');
    expect({ code, kinds: kindsOf(differences) }).toEqual({ code: 1, kinds: ['owner unknown', 'owner unknown'] });
  });

  test('in a shared account a payment without a mark is counted only', async () => {
    const { reconcile, stripe } = newApp(books);
    stripe.charge('pi_1');
    expect(await reconcile('--shared')).toMatchObject({ code: 0, differences: [], unmarked: 1 });
  });

  test('what was captured here and Stripe does not know is told, and what it captured at another time is compared', async () => {
    const { reconcile, stripe, request, tell, owner } = newApp(books);
    const gone = await request();
    await tell(gone, { ...recordCapture('pi_gone'), at: day(1) });
    const early = await request();
    await tell(early, { ...recordCapture('pi_early'), at: day(1) });
    stripe.charge('pi_early', { owner, paymentId: early, createdAt: day(-1), refundedMinor: 100 });
    const invoiced = await request({ via: 'invoice' });
    await tell(invoiced, { ...recordCapture('in_gone'), at: day(1) });
    const { code, differences } = await reconcile();
    expect(code).toBe(1);
    const told = differences.map(({ kind, reference }: { kind: string; reference: string }) => `${kind} ${reference}`);
    expect(told.toSorted()).toEqual(['refund missing pi_early', 'unknown there in_gone', 'unknown there pi_gone']);
  });

  test('nothing to pay is nothing to find there', async () => {
    const { reconcile, request, tell } = newApp(books);
    const free = await request({ amountMinor: 0 });
    await tell(free, { ...recordCapture('cs_1', { amountMinor: 0 }), at: day(1) });
    expect(await reconcile()).toMatchObject({ code: 0, ours: 1 });
  });
});

test('only the time that is asked for is read', async () => {
  const { reconcile, stripe, request, owner } = newApp(books);
  for (const at of [day(-2), day(1), day(8)]) {
    const paymentId = await request({}, at);
    stripe.charge(`pi_${at}`, { owner, paymentId, createdAt: at });
  }
  expect(await reconcile('--until', day(8))).toMatchObject({ ours: 1, payments: 1, differences: [{ at: day(1) }] });
});

test('SP13 open payments at Paymob cannot be checked, and are counted', async () => {
  const { billing, request, tell, owner } = newApp(books);
  await request({ provider: 'paymob' });
  const captured = await request({ provider: 'paymob' });
  await tell(captured, { ...recordCapture('7001'), at: day(1) });
  const { code, said } = await billing('reconcile', '--app', owner.app, '--since', '2027-01-01');
  expect(code).toBe(0);
  expect(said).toContain('cannot be checked: 1 open payment at Paymob');
});

test('people read what differs, with amounts in the currency’s own digits, and what became of it', async () => {
  const { billing, owner, paymentId } = await paidThere();
  const { said } = await billing('reconcile', '--app', owner.app, '--since', '2027-01-01', '--fix');
  expect(said).toMatch(/^app-\d+ since 2027-01-01 00:00:00: 1 difference\n/);
  expect(said).toContain('  1 captured payment and 0 paid invoices at Stripe, 1 payment here');
  expect(said).toMatch(new RegExp(`missing here {2}2027-01-02 00:00:00 {2}EGP 10.00 .* pi_1 .*${paymentId} {2}user-1`));
  expect(said).toMatch(/applied 1 fact\n[\s\S]*handled[\s\S]*no differences remain$/);
});

test('a fact that cannot be told now does not keep the others from being told', async () => {
  const { reconcile, stripe, request, references, owner, stateOf } = newApp(books);
  stripe.invoice('in_1', owner);
  stripe.api.readSubscription = async () => {
    throw new ProviderFailure('unavailable', 'Stripe: HTTP 503');
  };
  await references.keep('stripe', 'cus-of-in_1', { owner });
  const paymentId = await request({}, day(3));
  stripe.charge('pi_1', { owner, paymentId, createdAt: day(3) });
  const { code, mended, remaining } = await reconcile('--fix');
  expect({ code, mended }).toMatchObject({ code: 1, mended: [{ outcome: 'not-now' }, { outcome: 'handled' }] });
  expect(kindsOf(remaining)).toEqual(['missing here']);
  expect(await stateOf(paymentId)).toMatchObject({ status: 'captured' });
});
