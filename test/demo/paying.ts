/** What buyers, admins and banks do about a payment; behind every step the balance is exactly what it should be. */
import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import { formatMoney } from '#services/billing/domain/money.ts';
import type * as views from '#services/billing/views.ts';
import type { publicCatalogReply } from '#services/catalog/views.ts';
import type { User } from '../system/stack.ts';
import { readCredits } from './ledger.ts';
import { CheckFailed, ensure, poll, read, type Visit } from './steps.ts';

type Catalog = z.output<typeof publicCatalogReply>;
type Pack = Catalog['packs'][number];
export type Plan = Catalog['plans'][number];
type Checkout = z.output<typeof views.checkout>;
export type Payment = z.output<typeof views.payment>;

export interface Purchaser extends Visit {
  readonly admin: User;
  /** Waits for the balance to change by so much, and sees that it changes no further. */
  readonly ensureChange: (credits: number) => Promise<void>;
}

export const watchBalance = ({ stack, user: { api }, say }: Visit, first: number): Purchaser['ensureChange'] => {
  let due = first;
  return async (credits) => {
    due += credits;
    await poll(
      () => readCredits(api),
      ({ available }) => available === due,
      `a balance of ${due}`,
    );
    await stack.settle();
    const { available, held, debt } = await readCredits(api);
    ensure(
      available === due && held === 0 && debt === 0,
      `balance ${available}, held ${held}, debt ${debt}: not ${due}`,
    );
    say(
      'balance',
      `${available}${credits === 0 ? ', as before' : ` (${credits > 0 ? '+' : '−'}${Math.abs(credits)})`}`,
    );
  };
};

export const money = ({ amount_minor, currency }: { readonly amount_minor: number; readonly currency: string }) =>
  formatMoney(amount_minor, currency);

/** The same request twice, as by an impatient thumb: one page. */
export const checkOut = async (
  { user: { api }, say }: Purchaser,
  item: { readonly pack_id: string } | { readonly plan_id: string },
): Promise<Checkout> => {
  const headers = { 'idempotency-key': randomUUID() };
  const { status, body } = await api.post<Checkout>('/v1/checkout', item, headers);
  ensure(status === 201, `POST /v1/checkout answered ${status}: ${JSON.stringify(body)}`);
  const again = await api.post<Checkout>('/v1/checkout', item, headers);
  ensure(again.body.session_id === body.session_id, 'the same request again opened another page');
  say('checkout', `${Object.values(item).join()} by ${body.provider}: ${body.checkout_url.slice(0, 80)}`);
  return body;
};

const declining = { stripe: 'decline', paymob: 'fail' } as const;

/** Presses a button of the provider's page, as a browser would. */
export const press = async ({ checkout_url, provider }: Checkout, button: 'pay' | 'decline'): Promise<void> => {
  const page = await fetch(checkout_url);
  ensure(page.ok, `the payment page answered ${page.status}`);
  const how = button === 'decline' ? declining[provider] : button;
  const body = new URLSearchParams({ how });
  const { status, headers } = await fetch(checkout_url, { method: 'POST', body, redirect: 'manual' });
  ensure(status === 303 && headers.get('location') !== null, `the button "${how}" answered ${status}`);
};

export const ensureFields = <Value extends object>(what: string, value: Value, expected: Partial<Value>): void => {
  const actual = new Map<string, unknown>(Object.entries(value));
  for (const [name, wanted] of Object.entries(expected)) {
    const found = actual.get(name);
    ensure(found === wanted, `${name} of ${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  }
};

export const ensurePayment = async (
  { user: { api } }: Purchaser,
  id: string,
  expected: Partial<Payment>,
): Promise<Payment> => {
  const payment = await read<Payment>(api, `/v1/payments/${id}`);
  ensureFields(`payment ${id}`, payment, expected);
  return payment;
};

/** The newest first. */
export const readPayments = async ({ user: { api } }: Purchaser): Promise<Payment[]> =>
  (await read<z.output<typeof views.paymentPage>>(api, '/v1/payments?limit=100')).data;

export const checkReceipt = async ({ user: { api }, say }: Purchaser, { id, provider }: Payment): Promise<void> => {
  const path = `/v1/payments/${id}/receipt`;
  if (provider === 'paymob') {
    const { status } = await api.get(path);
    ensure(status === 404, `Paymob has no receipts to show, but ${path} answered ${status}`);
    return;
  }
  const { url } = await read<z.output<typeof views.receipt>>(api, path);
  const { status } = await fetch(url);
  ensure(status === 200, `the receipt answered ${status}`);
  say('receipt', url);
};

interface PackPurchase {
  /** The first attempt on the page is. */
  readonly declined: boolean;
}

/** FS3 SP13 PP8: what the pack costs for what it gives, in one go or after a card that is refused. */
export const buyPack = async (
  purchaser: Purchaser,
  { id: pack_id, credits: sold, bonus_credits, price }: Pack,
  { declined }: PackPurchase,
): Promise<Payment> => {
  const { say, ensureChange } = purchaser;
  const checkout = await checkOut(purchaser, { pack_id });
  const { payment_id: id, provider } = checkout;
  ensure(id !== null, 'the checkout of a pack answered no payment');
  if (declined) {
    await press(checkout, 'decline');
    await ensureChange(0);
    const { failure } = await ensurePayment(purchaser, id, { status: 'failed' });
    say('declined', `${failure}`);
  }
  await press(checkout, 'pay');
  const credits = sold + bonus_credits;
  await ensureChange(credits);
  const { amount_minor, currency } = price;
  const payment = await ensurePayment(purchaser, id, { status: 'paid', provider, amount_minor, currency, credits });
  say('paid', `${money(payment)} for ${credits} credits: ${id}`);
  await checkReceipt(purchaser, payment);
  return payment;
};

const askRefund = ({ admin }: Purchaser, { id }: Payment, amountMinor?: number) =>
  admin.api.post(
    `/v1/admin/payments/${id}/refunds`,
    { reason: 'for the demo', ...(amountMinor === undefined ? {} : { amount_minor: amountMinor }) },
    { 'idempotency-key': randomUUID() },
  );

const refund = async (purchaser: Purchaser, payment: Payment, amountMinor?: number): Promise<void> => {
  const { status, body } = await askRefund(purchaser, payment, amountMinor);
  ensure(status === 202, `the refund answered ${status}: ${JSON.stringify(body)}`);
};

/** A third goes back, and with it a third of the credits, rounded down; then the rest of both, and then there is nothing left. */
export const refundInParts = async (purchaser: Purchaser, payment: Payment): Promise<void> => {
  const { say, ensureChange } = purchaser;
  const { id, amount_minor: paid, credits, currency } = payment;
  const part = Math.floor(paid / 3);
  const taken = Math.floor((credits * part) / paid);
  await refund(purchaser, payment, part);
  say('refunded', `${formatMoney(part, currency)} of ${money(payment)} by an admin`);
  await ensureChange(-taken);
  await ensurePayment(purchaser, id, { status: 'partially_refunded', refunded_minor: part });
  await refund(purchaser, payment);
  say('refunded', `the other ${formatMoney(paid - part, currency)}`);
  await ensureChange(-(credits - taken));
  await ensurePayment(purchaser, id, { status: 'refunded', refunded_minor: paid });
  const { status } = await askRefund(purchaser, payment, 1);
  ensure(status === 409, `a refund of more than was paid answered ${status}`);
};

/** The bank takes the money, the credits go; it gives the money back, and they are there again. Stripe only. */
export const disputeAndWin = async (purchaser: Purchaser, { id, credits }: Payment): Promise<void> => {
  const { stack, user, admin, say, ensureChange } = purchaser;
  const { provider_reference: reference } = await read<z.output<typeof views.adminPayment>>(
    admin.api,
    `/v1/admin/payments/${id}`,
  );
  if (reference === null) throw new CheckFailed(`the payment ${id} has no reference at its provider`);
  const stripe = stack.payments.stripe(user.app);
  const { id: dispute, reason } = stripe.dispute(reference);
  say('disputed', `${dispute}: ${reason}`);
  await ensureChange(-credits);
  await ensurePayment(purchaser, id, { status: 'disputed' });
  stripe.closeDispute(dispute, 'won');
  say('won', 'the dispute');
  await ensureChange(credits);
  await ensurePayment(purchaser, id, { status: 'paid', refunded_minor: 0 });
};
