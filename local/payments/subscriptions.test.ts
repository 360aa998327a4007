import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { periodEnd } from './stripe/calendar.ts';
import { app, type PaymentsWorld, planPrice, startWorld, subscribe } from './testing/world.ts';

let world: PaymentsWorld;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const acts = () => world.payments.stripe(app);
const seconds = (time: string) => Date.parse(time) / 1_000;
const read = (id: string) => world.stripe.subscriptions.retrieve(id);
const itemOf = ({ items }: Stripe.Subscription) => {
  const [item] = items.data;
  if (!item) throw new Error('no item');
  return item;
};
/** The newest invoice with its lines as a plan’s name, an amount and whether it is a proration. */
const newestInvoice = async () => {
  const { data } = await world.stripe.invoices.list({ limit: 1 });
  const [invoice] = data;
  if (!invoice) throw new Error('no invoice');
  const lines = invoice.lines.data.map(({ amount, pricing, parent }) => [
    pricing?.price_details?.product.split('_').at(-1),
    amount,
    parent?.subscription_item_details?.proration,
  ]);
  return { invoice, lines };
};

describe('a subscription at the stand-in for Stripe', () => {
  test('begins with its first period paid, and all of Stripe’s events', async () => {
    const { subscription, invoice } = await subscribe(world);
    const types = await world.newTypes();
    for (const type of [
      'payment_method.attached',
      'customer.subscription.created',
      'invoice.created',
      'invoice.finalized',
      'payment_intent.succeeded',
      'charge.succeeded',
      'invoice.paid',
      'invoice.payment_succeeded',
      'invoice_payment.paid',
      'customer.subscription.updated',
      'checkout.session.completed',
    ])
      expect(types).toContain(type);
    const found = await read(subscription);
    expect(found).toMatchObject({ status: 'active', metadata: { tessera_user: 'u1' }, cancel_at_period_end: false });
    expect(itemOf(found)).toMatchObject({
      current_period_end: seconds('2026-12-21T12:00:00Z'),
      price: { unit_amount: 1_000, product: `tessera_${app}_plan_basic` },
    });
    expect(await world.stripe.invoices.retrieve(invoice)).toMatchObject({
      status: 'paid',
      amount_paid: 1_000,
      billing_reason: 'subscription_create',
      parent: { subscription_details: { subscription, metadata: { tessera_user: 'u1' } } },
    });
    const [intent] = acts().list('payment_intent');
    expect(intent?.metadata).toEqual({});
    const payment = { type: 'payment_intent', payment_intent: intent?.id ?? '' } as const;
    const { data } = await world.stripe.invoicePayments.list({ payment });
    expect(data.map(({ invoice: paid }) => paid)).toEqual([invoice]);
  });

  test('goes on period by period, and ends with one when it was cancelled', async () => {
    const { subscription } = await subscribe(world);
    await world.newTypes();
    acts().advance(subscription);
    expect(await world.newTypes()).toEqual(expect.arrayContaining(['customer.subscription.updated', 'invoice.paid']));
    const { invoice, lines } = await newestInvoice();
    expect([invoice.billing_reason, lines]).toEqual(['subscription_cycle', [['basic', 1_000, false]]]);
    expect(itemOf(await read(subscription)).current_period_end).toBe(seconds('2027-01-21T12:00:00Z'));
    await world.stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    await world.stripe.subscriptions.update(subscription, { cancel_at_period_end: false });
    expect((await world.events()).at(-1)?.data.previous_attributes).toMatchObject({ cancel_at_period_end: true });
    await world.stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    acts().advance(subscription);
    expect(await read(subscription)).toMatchObject({ status: 'canceled' });
    expect((await world.newTypes()).at(-1)).toBe('customer.subscription.deleted');
    await expect(world.stripe.subscriptions.cancel(subscription)).rejects.toMatchObject({ code: 'resource_missing' });
  });

  test('is past due while its payment fails, and recovers or ends after four tries', async () => {
    const { subscription, customer } = await subscribe(world);
    acts().setCard(customer, 'declines');
    acts().advance(subscription);
    expect(await read(subscription)).toMatchObject({ status: 'past_due' });
    expect((await newestInvoice()).invoice).toMatchObject({ status: 'open', attempt_count: 1 });
    await world.newTypes();
    acts().advance(subscription, 'pay');
    expect(await world.newTypes()).toEqual(expect.arrayContaining(['invoice.paid', 'customer.subscription.updated']));
    expect(await read(subscription)).toMatchObject({ status: 'active' });
    for (let failures = 0; failures < 4; failures += 1) acts().advance(subscription);
    expect(await read(subscription)).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_failed' },
    });
    expect(() => acts().advance(subscription)).toThrow('canceled');
  });

  test('may begin with a trial that costs nothing', async () => {
    const { subscription, invoice } = await subscribe(world, { trial_period_days: 7 });
    expect(await read(subscription)).toMatchObject({ status: 'trialing', trial_end: seconds('2026-11-28T12:00:00Z') });
    expect(await world.stripe.invoices.retrieve(invoice)).toMatchObject({ amount_paid: 0, status: 'paid' });
    acts().warnTrialEnd(subscription);
    expect((await world.newTypes()).at(-1)).toBe('customer.subscription.trial_will_end');
    acts().advance(subscription);
    expect(await read(subscription)).toMatchObject({ status: 'active' });
  });

  test('ends with its customer', async () => {
    const { subscription, customer } = await subscribe(world);
    expect(await world.stripe.customers.del(customer)).toMatchObject({ deleted: true });
    expect(await world.stripe.customers.retrieve(customer)).toMatchObject({ deleted: true });
    expect(await read(subscription)).toMatchObject({ status: 'canceled' });
  });
});

describe('a change of plan', () => {
  const half = new Date('2026-12-06T12:00:00Z');
  const toPro = (item: string): Stripe.SubscriptionUpdateParams => ({
    items: [{ id: item, price_data: planPrice('pro', 3_000) }],
    proration_behavior: 'always_invoice',
    payment_behavior: 'pending_if_incomplete',
  });

  test('upwards is invoiced at once for the rest of the period, as the preview said', async () => {
    const { subscription } = await subscribe(world);
    const { id: item } = itemOf(await read(subscription));
    world.clock.now = half;
    const { items, proration_behavior } = toPro(item);
    const preview = await world.stripe.invoices.createPreview({
      subscription,
      subscription_details: { items: items ?? [], proration_behavior: proration_behavior ?? 'none' },
    });
    await world.stripe.subscriptions.update(subscription, toPro(item));
    const { invoice, lines } = await newestInvoice();
    expect(lines).toEqual([
      ['basic', -500, true],
      ['pro', 1_500, true],
    ]);
    expect([invoice.amount_paid, invoice.billing_reason, preview.total]).toEqual([1_000, 'subscription_update', 1_000]);
    const found = itemOf(await read(subscription));
    expect([found.id, found.price.unit_amount, found.current_period_end]).toEqual([
      item,
      3_000,
      seconds('2026-12-21T12:00:00Z'),
    ]);
  });

  test('waits for its payment when the card is declined', async () => {
    const { subscription, customer } = await subscribe(world);
    const { id: item } = itemOf(await read(subscription));
    acts().setCard(customer, 'declines');
    expect(await world.stripe.subscriptions.update(subscription, toPro(item))).toMatchObject({
      status: 'active',
      pending_update: { subscription_items: [{ price: { unit_amount: 3_000 } }] },
      items: { data: [{ price: { unit_amount: 1_000 } }] },
    });
    acts().advance(subscription, 'pay');
    expect(await read(subscription)).toMatchObject({
      pending_update: null,
      items: { data: [{ price: { unit_amount: 3_000 } }] },
    });
    expect(await world.newTypes()).toContain('customer.subscription.pending_update_applied');
  });

  test('downwards without proration costs nothing now, and the next period is of the new plan', async () => {
    const { subscription } = await subscribe(world);
    const { id } = itemOf(await read(subscription));
    await world.stripe.subscriptions.update(subscription, {
      items: [{ id, price_data: planPrice('pro', 400) }],
      proration_behavior: 'none',
    });
    acts().advance(subscription);
    expect((await newestInvoice()).lines).toEqual([['pro', 400, false]]);
    expect((await world.stripe.invoices.list({})).data).toHaveLength(2);
  });

  test('to another interval begins a new period; what is left over is kept for the next invoice', async () => {
    const { subscription, customer } = await subscribe(world);
    const { id } = itemOf(await read(subscription));
    world.clock.now = half;
    const change = { proration_behavior: 'always_invoice' } as const;
    await world.stripe.subscriptions.update(subscription, {
      ...change,
      items: [{ id, price_data: planPrice('pro', 5_000, 'year') }],
    });
    expect((await newestInvoice()).lines).toEqual([
      ['basic', -500, true],
      ['pro', 5_000, false],
    ]);
    expect(itemOf(await read(subscription)).current_period_end).toBe(seconds('2027-12-06T12:00:00Z'));
    await world.stripe.subscriptions.update(subscription, {
      ...change,
      items: [{ id, price_data: planPrice('basic', 1_000) }],
    });
    expect((await newestInvoice()).invoice).toMatchObject({ total: -4_000, amount_due: 0, status: 'paid' });
    expect(await world.stripe.customers.retrieve(customer)).toMatchObject({ balance: -4_000 });
    acts().advance(subscription);
    expect((await newestInvoice()).invoice).toMatchObject({ total: 1_000, amount_due: 0, ending_balance: -3_000 });
  });
});

test('a period ends on the day of the anchor, or the last day of a shorter month', () => {
  const anchor = seconds('2027-01-31T08:00:00Z');
  const end = periodEnd(anchor, 'month', anchor);
  expect(end).toBe(seconds('2027-02-28T08:00:00Z'));
  expect(periodEnd(end, 'month', anchor)).toBe(seconds('2027-03-31T08:00:00Z'));
  expect(periodEnd(seconds('2028-02-29T08:00:00Z'), 'year', seconds('2028-02-29T08:00:00Z'))).toBe(
    seconds('2029-02-28T08:00:00Z'),
  );
});
