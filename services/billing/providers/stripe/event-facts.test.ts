import { describe, expect, test } from '@jest/globals';
import { eventTypes, factsOf } from './event-facts.ts';
import { app, paymentId } from './testing/account-at.ts';
import {
  anothers,
  charge,
  day,
  dispute,
  intent,
  invoice,
  invoiceRead,
  line,
  linesOf,
  oldInvoice,
  oldLine,
  oldSubscription,
  ours,
  planSession,
  session,
  subscription,
} from './testing/objects.ts';

const facts = (type: string, object: unknown) => factsOf(type, object, { app, eventId: 'evt_1' });
const payment = { by: 'metadata', owner: { app, user: 'user_1' }, paymentId } as const;
const touched = { kind: 'subscription-touched', subscription: 'sub_1', customer: 'cus_1' };
const captured = { kind: 'captured', payment, reference: 'pi_1', amountMinor: 500, currency: 'USD' };

describe('what is paid once (PP8, FS8)', () => {
  test.each<[string, string, object, readonly object[]]>([
    ['a paid page', 'checkout.session.completed', session(), [{ ...captured, alias: 'cs_1' }]],
    [
      'a paid page, its intent whole',
      'checkout.session.completed',
      session({ payment_intent: intent() }),
      [{ ...captured, alias: 'cs_1' }],
    ],
    [
      'money on its way',
      'checkout.session.completed',
      session({ payment_status: 'unpaid' }),
      [{ kind: 'pending', payment, reference: 'pi_1', alias: 'cs_1' }],
    ],
    [
      'a page of nothing to pay',
      'checkout.session.completed',
      session({ payment_status: 'no_payment_required', payment_intent: null, amount_total: 0 }),
      [{ ...captured, reference: 'cs_1', amountMinor: 0 }],
    ],
    ['money that came', 'checkout.session.async_payment_succeeded', session(), [{ ...captured, alias: 'cs_1' }]],
    [
      'money that did not',
      'checkout.session.async_payment_failed',
      session({ payment_status: 'unpaid' }),
      [{ kind: 'failed', payment, reference: 'pi_1', reason: 'async-payment-failed' }],
    ],
    [
      'a page out of time',
      'checkout.session.expired',
      session({ payment_status: 'unpaid', payment_intent: null }),
      [{ kind: 'expired', payment, session: 'cs_1' }],
    ],
    ['an intent', 'payment_intent.succeeded', intent(), [captured]],
    ['a page to save a card', 'checkout.session.completed', session({ mode: 'setup' }), []],
    ['a page that is not ours', 'checkout.session.completed', session({ metadata: {} }), []],
    ["an invoice's intent", 'payment_intent.succeeded', intent({ metadata: {} }), []],
    ["an invoice's intent that failed", 'payment_intent.payment_failed', intent({ metadata: {} }), []],
    [
      'metadata that is no payment',
      'payment_intent.succeeded',
      intent({ metadata: { ...ours, tessera_payment: 'x' } }),
      [],
    ],
  ])('%s', (_, type, object, expected) => expect(facts(type, object)).toEqual(expected));

  test.each<[string, object, string, string]>([
    [
      'the charge',
      { last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds', charge: 'ch_9' } },
      'ch_9',
      'insufficient_funds',
    ],
    ['the newest charge', { last_payment_error: { code: 'expired_card' } }, 'ch_1', 'expired_card'],
    ['the event', { last_payment_error: null, latest_charge: null }, 'evt_1', 'declined'],
  ])('an attempt that failed is known by %s', (_, over, reference, reason) => {
    const object = intent({ status: 'requires_payment_method', ...over });
    expect(facts('payment_intent.payment_failed', object)).toEqual([{ kind: 'failed', payment, reference, reason }]);
  });

  test('that a bank wants the user to confirm a charge off session is no failure (X11)', () => {
    const object = intent({ last_payment_error: { code: 'authentication_required', charge: 'ch_1' } });
    expect(facts('payment_intent.payment_failed', object)).toEqual([]);
  });

  test.each([
    ['kwd', 5_000, 'KWD', 5_000],
    ['jpy', 500, 'JPY', 500],
    ['egp', 10_050, 'EGP', 10_050],
    ['isk', 50_000, 'ISK', 500],
  ])('amounts in %s are in the smallest unit', (currency, amount, upper, amountMinor) => {
    const object = intent({ currency, amount, amount_received: amount });
    expect(facts('payment_intent.succeeded', object)).toMatchObject([{ currency: upper, amountMinor }]);
  });
});

describe('what goes back (FS8)', () => {
  const reference = { by: 'reference', reference: 'pi_1' };
  const disputed = { payment: reference, reference: 'pi_1', dispute: 'dp_1', amountMinor: 500, reason: 'fraudulent' };
  test.each<[string, string, object, readonly object[]]>([
    [
      'a refund tells the total',
      'charge.refunded',
      charge(),
      [{ kind: 'refunded', payment, reference: 'pi_1', refunded: { totalMinor: 200 } }],
    ],
    [
      "a refund of an invoice's charge",
      'charge.refunded',
      charge({ metadata: {} }),
      [{ kind: 'refunded', payment: reference, reference: 'pi_1', refunded: { totalMinor: 200 } }],
    ],
    ['a refund of what no intent of ours paid', 'charge.refunded', charge({ metadata: {}, payment_intent: null }), []],
    ['a dispute', 'charge.dispute.created', dispute(), [{ kind: 'dispute-opened', ...disputed }]],
    ['a question', 'charge.dispute.created', dispute({ status: 'warning_needs_response' }), []],
    [
      'a question that became a dispute',
      'charge.dispute.funds_withdrawn',
      dispute(),
      [{ kind: 'dispute-opened', ...disputed }],
    ],
    ['a dispute won', 'charge.dispute.closed', dispute({ status: 'won' }), [{ kind: 'dispute-won', ...disputed }]],
    ['a dispute lost', 'charge.dispute.closed', dispute({ status: 'lost' }), [{ kind: 'dispute-lost', ...disputed }]],
    ['a question answered', 'charge.dispute.closed', dispute({ status: 'warning_closed' }), []],
  ])('%s', (_, type, object, expected) => expect(facts(type, object)).toEqual(expected));
});

describe('subscriptions (BM11, FS8)', () => {
  const invoiceFailed = {
    kind: 'invoice-failed',
    url: 'https://invoice.stripe.com/i/1',
    invoice: 'in_1',
    subscription: 'sub_1',
    customer: 'cus_1',
    amountMinor: 1_000,
    currency: 'USD',
    nextAttemptAt: '2026-11-24T00:00:00.000Z',
  };
  const unpaid = { status: 'open', amount_paid: 0, next_payment_attempt: day('2026-11-24') };
  test.each<[string, string, object, readonly object[]]>([
    [
      'a paid page',
      'checkout.session.completed',
      planSession(),
      [touched, { kind: 'invoice-named', invoice: 'in_1', customer: 'cus_1' }],
    ],
    ['a page of money on its way', 'checkout.session.completed', planSession({ payment_status: 'unpaid' }), [touched]],
    [
      'a page whose money did not come',
      'checkout.session.async_payment_failed',
      planSession({ payment_status: 'unpaid' }),
      [touched],
    ],
    [
      'a page out of time',
      'checkout.session.expired',
      planSession({ subscription: null, payment_status: 'unpaid' }),
      [],
    ],
    ['a paid invoice', 'invoice.paid', invoice(), [{ kind: 'invoice-paid', invoice: invoiceRead }]],
    ['a paid invoice of before 2025', 'invoice.paid', oldInvoice(), [{ kind: 'invoice-paid', invoice: invoiceRead }]],
    [
      'a paid invoice with more lines than an event holds',
      'invoice.paid',
      invoice({ lines: linesOf([line()], true) }),
      [{ kind: 'invoice-named', invoice: 'in_1', customer: 'cus_1' }],
    ],
    ['an invoice of no subscription', 'invoice.paid', invoice({ parent: null }), []],
    ['an unpaid invoice', 'invoice.payment_failed', invoice(unpaid), [invoiceFailed, touched]],
    ['an unpaid invoice of before 2025', 'invoice.payment_failed', oldInvoice(unpaid), [invoiceFailed, touched]],
    ['one made', 'customer.subscription.created', subscription(), [touched]],
    ['one changed', 'customer.subscription.updated', subscription(), [touched]],
    ['one changed, of before 2025', 'customer.subscription.updated', oldSubscription(), [touched]],
    ['one over', 'customer.subscription.deleted', subscription({ status: 'canceled' }), [touched]],
    ['one paused', 'customer.subscription.paused', subscription({ status: 'paused' }), [touched]],
    ['one resumed', 'customer.subscription.resumed', subscription(), [touched]],
    [
      'a trial over soon',
      'customer.subscription.trial_will_end',
      subscription({ status: 'trialing', trial_end: day('2026-11-24') }),
      [{ kind: 'trial-ending', subscription: 'sub_1', customer: 'cus_1', endsAt: '2026-11-24T00:00:00.000Z' }],
    ],
  ])('%s', (_, type, object, expected) => expect(facts(type, object)).toEqual(expected));

  test.each([
    ['today', line({ amount: -400, parent: { subscription_item_details: { proration: true } } })],
    ['before 2025', oldLine({ amount: -400, proration: true })],
  ])('part of a period is told from a whole one, in the shape of %s', (_, part) => {
    const [fact] = facts('invoice.paid', invoice({ billing_reason: 'subscription_update', lines: linesOf([part]) }));
    expect(fact).toMatchObject({
      invoice: { reason: 'update', lines: [{ amountMinor: -400, proration: true, plan: 'pro' }] },
    });
  });

  test.each([
    ["another app's", 'tessera_flirt-studio_plan_pro'],
    ["a pack's", 'tessera_sparky_pack_pro'],
    ['no product of ours', 'prod_1'],
  ])('%s product is no plan here', (_, product) => {
    const lines = linesOf([line({ pricing: { price_details: { product } } })]);
    expect(facts('invoice.paid', invoice({ lines }))).toMatchObject([{ invoice: { lines: [{ plan: undefined }] } }]);
  });
});

describe('what another app of the same account made tells nothing, whatever its type (FS8)', () => {
  const objects: Readonly<Record<string, object>> = {
    checkout: session({ metadata: anothers }),
    payment_intent: intent({ metadata: anothers }),
    invoice: invoice({ parent: { subscription_details: { subscription: 'sub_1', metadata: anothers } } }),
    customer: subscription({ metadata: anothers, trial_end: day('2026-11-24') }),
    charge: { ...charge(), ...dispute({ metadata: anothers }) },
  };
  test.each(eventTypes)('%s', (type) => {
    expect(facts(type, objects[type.split('.')[0] ?? ''])).toEqual([]);
  });
  test('a subscription page and an old invoice too', () => {
    expect(facts('checkout.session.completed', planSession({ metadata: anothers }))).toEqual([]);
    expect(facts('invoice.paid', oldInvoice({ subscription_details: { metadata: anothers } }))).toEqual([]);
    const lines = linesOf([oldLine({ metadata: anothers })]);
    expect(facts('invoice.paid', oldInvoice({ subscription_details: undefined, lines }))).toEqual([]);
  });
});

test('a type that concerns nobody here has no facts, whatever is in it (FS8)', () => {
  expect(facts('customer.created', 'anything')).toEqual([]);
});

test.each(eventTypes)('%s without what it should hold is not understood', (type) => {
  expect(() => facts(type, { object: 'something', metadata: ours })).toThrow();
});
