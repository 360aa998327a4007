import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallbackRequest, Fact } from '#services/billing/callbacks/facts.ts';
import { paymobApi } from '#services/billing/providers/paymob/paymob-api.ts';
import type { CheckoutRequest, PaymentProviderApi, Sale, StripeApi } from '#services/billing/providers/provider.ts';
import { billingSetup } from '#services/billing/providers/setup.ts';
import { stripeApi } from '#services/billing/providers/stripe/stripe-api.ts';
import { newId } from '#shared/ids.ts';
import { app, type PaymentsWorld, startWorld } from './testing/world.ts';

let world: PaymentsWorld;
let stripe: StripeApi;
let paymob: PaymentProviderApi;
let seen = 0;

beforeEach(async () => {
  world = await startWorld();
  world.clock.now = new Date();
  const setup = billingSetup.parse(JSON.parse(world.payments.secretsFor(app)));
  if (!setup.stripe || !setup.paymob) throw new Error('not set up');
  stripe = stripeApi({ app, setup: setup.stripe });
  paymob = paymobApi({ app, setup: setup.paymob });
  seen = 0;
});
afterEach(() => world.close());

const acts = () => world.payments.stripe(app);
const owner = { app, user: 'u1' };
const buyer = { owner, email: 'me@example.com' };
const pack: Sale = { kind: 'pack', id: 'small', name: '100 credits', amountMinor: 10_000, currency: 'EGP' };
const planSale = (id: string, amountMinor: number): Sale => ({
  kind: 'plan',
  id,
  name: id,
  amountMinor,
  currency: 'USD',
  interval: 'month',
});
const request = (sale: Sale, more: Partial<CheckoutRequest> = {}): CheckoutRequest => ({
  buyer,
  sale,
  successUrl: 'https://app.example/done',
  cancelUrl: 'https://app.example/plans',
  idempotencyKey: newId('pay'),
  notificationUrl: `${world.receiver.url}/webhooks/paymob/${app}`,
  ...more,
});

/** What the callbacks that came since it was asked last tell, in the order they were sent. */
const newFacts = async (): Promise<Fact[]> => {
  await world.payments.drain();
  const order = world.payments.deliveries.all.map(({ body }) => body);
  const came = world.receiver.received.slice(seen);
  seen = world.receiver.received.length;
  return came
    .toSorted((a, b) => order.indexOf(a.body) - order.indexOf(b.body))
    .flatMap(({ body, headers, path, query, at }) => {
      const callback: CallbackRequest = {
        body,
        headers: { 'stripe-signature': headers['stripe-signature']?.toString() },
        query: Object.fromEntries(query),
        receivedAtMs: at.getTime(),
      };
      const read = (path.includes('stripe') ? stripe : paymob).readCallback(callback);
      if ('fault' in read) throw new Error(`${read.fault}: ${body}`);
      return read.callback.facts;
    });
};
const kinds = async () => (await newFacts()).map(({ kind }) => kind);

describe('billing’s adapter and the stand-in for Stripe', () => {
  test('FS8 a pack: page, payment, refund, dispute, and what each callback tells', async () => {
    const paymentId = newId('pay');
    const customer = await stripe.createCustomer(buyer);
    const page = await stripe.openCheckout(request(pack, { paymentId, customer, savesMethod: true }));
    expect(page.url).toContain(world.payments.url);
    await stripe.expireCheckout((await stripe.openCheckout(request(pack, { paymentId, customer }))).session);
    expect(await kinds()).toEqual(['expired']);
    acts().paySession(page.session, 'decline');
    expect(await kinds()).toEqual(['failed']);
    acts().paySession(page.session, 'pay');
    const facts = await newFacts();
    const captured = {
      kind: 'captured',
      payment: { by: 'metadata', owner, paymentId },
      amountMinor: 10_000,
      currency: 'EGP',
    };
    expect(facts).toEqual([expect.objectContaining(captured), expect.objectContaining(captured)]);
    const [reference = ''] = facts.flatMap((fact) => ('reference' in fact ? [fact.reference] : []));
    await stripe.refund(reference, { amountMinor: 2_500, idempotencyKey: 'r1', voids: false });
    acts().closeDispute(acts().dispute(page.session).id, 'won');
    expect(new Set(await kinds())).toEqual(new Set(['refunded', 'dispute-opened', 'dispute-won']));
    expect(await stripe.readPayment(reference)).toMatchObject({
      status: 'captured',
      refundedMinor: 2_500,
      owner,
      paymentId,
      receiptUrl: expect.stringContaining(world.payments.url),
    });
    const listed: string[] = [];
    for await (const payment of stripe.listPayments('2026-01-01T00:00:00Z')) listed.push(payment.reference);
    expect(listed).toContain(reference);
    const charge = (key: string) =>
      stripe.chargeSavedMethod({ buyer, sale: pack, paymentId: newId('pay'), customer, idempotencyKey: key });
    expect(await charge('t1')).toMatchObject({ outcome: 'captured' });
    acts().setCard(customer, 'declines');
    expect(await charge('t2')).toMatchObject({ outcome: 'declined', reason: 'generic_decline' });
    acts().setCard(customer, 'needs-authentication');
    expect(await charge('t3')).toMatchObject({ outcome: 'action-required' });
  });

  test('BM11 a plan: page, period, upgrade as previewed, downgrade, failure, end', async () => {
    const customer = await stripe.createCustomer(buyer);
    const page = await stripe.openCheckout(request(planSale('basic', 1_000), { customer }));
    const { subscription } = acts().paySession(page.session, 'pay');
    const id = String(subscription);
    const first = await newFacts();
    expect(first.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['subscription-touched', 'invoice-paid', 'invoice-named']),
    );
    expect(await stripe.readSubscription(id)).toMatchObject({
      owner,
      customer,
      observed: { status: 'active', plan: 'basic', amountMinor: 1_000, currency: 'USD', cancelAtPeriodEnd: false },
    });
    const pro = planSale('pro', 3_000);
    const preview = await stripe.previewChange(id, pro);
    await stripe.changePlan(id, pro, { upgrade: true, idempotencyKey: 'c1' });
    const [upgrade] = (await newFacts()).flatMap((fact) => (fact.kind === 'invoice-paid' ? [fact.invoice] : []));
    expect(upgrade).toMatchObject({ reason: 'update', amountMinor: preview.amountMinor });
    expect(upgrade?.lines.map(({ plan, proration }) => [plan, proration])).toEqual([
      ['basic', true],
      ['pro', true],
    ]);
    await stripe.changePlan(id, planSale('basic', 1_000), { upgrade: false, idempotencyKey: 'c2' });
    acts().advance(id);
    const [cycle] = (await newFacts()).flatMap((fact) => (fact.kind === 'invoice-paid' ? [fact.invoice] : []));
    expect(cycle).toMatchObject({ reason: 'cycle', amountMinor: 1_000, lines: [{ plan: 'basic', proration: false }] });
    const [intent] = acts().list('payment_intent');
    expect(await stripe.invoiceOfPayment(intent?.id ?? '')).toEqual(cycle);
    acts().advance(id, 'decline');
    expect(await kinds()).toEqual(expect.arrayContaining(['invoice-failed', 'subscription-touched']));
    acts().advance(id, 'pay');
    await stripe.cancel(id, 'period-end');
    await stripe.resume(id);
    await stripe.cancel(id, 'now');
    await stripe.cancel(id, 'now');
    expect(await stripe.readSubscription(id)).toMatchObject({ observed: { status: 'canceled' } });
    expect(await stripe.openPortal(customer, 'https://app.example')).toContain(
      `${world.payments.url}/apps/${app}/portal/`,
    );
    await stripe.removeCustomer(customer);
    await stripe.removeCustomer(customer);
  });
});

test('SP13 billing’s adapter and the stand-in for Paymob: a pack fails, is paid, and goes back', async () => {
  const page = await paymob.openCheckout(request(pack, { paymentId: newId('pay') }));
  const [order] = world.payments.paymob(app).orders();
  if (!order) throw new Error('no order');
  expect(page).toMatchObject({ session: order.intention, url: expect.stringContaining(order.clientSecret) });
  world.payments.paymob(app).pay(order.id, 'fail');
  expect(await kinds()).toEqual(['failed']);
  world.payments.paymob(app).pay(order.id, 'pending-then-pay');
  const [pending, captured] = await newFacts();
  const payment = { by: 'reference', reference: page.aliases[0] };
  expect(pending).toMatchObject({ kind: 'pending', payment });
  expect(captured).toMatchObject({ kind: 'captured', payment, amountMinor: 10_000, currency: 'EGP' });
  const transaction = captured && 'reference' in captured ? captured.reference : '';
  await paymob.refund(transaction, { amountMinor: 2_500, idempotencyKey: 'r1', voids: false });
  expect(await newFacts()).toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'refunded', payment })]));
});
