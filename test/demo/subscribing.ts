/** A plan from its first payment to its end: renewed by Stripe, or paid period by period at Paymob. */
import type * as z from 'zod';
import type { subscription } from '#services/billing/views.ts';
import { readCredits } from './ledger.ts';
import {
  checkOut,
  checkReceipt,
  disputeAndWin,
  ensureFields,
  ensurePayment,
  money,
  type Payment,
  type Plan,
  type Purchaser,
  press,
  readPayments,
  refundInParts,
} from './paying.ts';
import { ensure, read } from './steps.ts';

type Subscription = z.output<typeof subscription>;
export type PricedPlan = Plan & { readonly price: NonNullable<Plan['price']> };

export const isPriced = (plan: Plan): plan is PricedPlan => plan.price !== null;

/** What the provider says and what the ledger has taken of it. */
const ensureSubscription = async (
  { user: { api } }: Purchaser,
  expected: Partial<Subscription>,
  ledgerPlan: string,
): Promise<Subscription> => {
  const now = await read<Subscription>(api, '/v1/subscription');
  ensureFields('the subscription', now, expected);
  const { plan } = await readCredits(api);
  ensure(plan === ledgerPlan, `the ledger's plan is ${plan}, not ${ledgerPlan}`);
  return now;
};

const idOf = ({ subscription_id: id }: Subscription): string => {
  ensure(id !== null, 'the subscription has no id');
  return id;
};
const endOf = ({ current_period_end: end }: Subscription): number => Date.parse(end ?? '');
const until = ({ current_period_end: end }: Subscription): string => `until ${end?.slice(0, 10)}`;

/** By what the balance grows when none of the first period was spent: what goes beyond the rollover expires. */
const renewedBy = ({ monthly_credits, max_rollover }: Plan): number =>
  monthly_credits - Math.max(0, monthly_credits - max_rollover);

const ensurePlanPaid = async (purchaser: Purchaser, { id, price, monthly_credits }: PricedPlan): Promise<Payment> => {
  const [newest] = await readPayments(purchaser);
  ensure(newest?.purpose === 'plan' && newest.item.id === id, 'the newest payment is not of the plan');
  const { amount_minor, currency } = price;
  const payment = { status: 'paid', amount_minor, currency, credits: monthly_credits } as const;
  return ensurePayment(purchaser, newest.id, payment);
};

/** Taken back, and asked for again. Then the period ends. */
const cancel = async (purchaser: Purchaser, id: string, defaultPlan: string): Promise<void> => {
  const { stack, user, say, ensureChange } = purchaser;
  for (const [act, cancels] of [
    ['cancel', true],
    ['resume', false],
    ['cancel', true],
  ] as const) {
    const body = act === 'cancel' ? { when: 'period_end' } : undefined;
    const answer = await user.api.post<Subscription>(`/v1/subscription/${act}`, body);
    ensure(
      answer.status === 200 && answer.body.cancel_at_period_end === cancels,
      `${act} answered ${answer.status}: ${JSON.stringify(answer.body)}`,
    );
    say(act === 'cancel' ? 'cancelled' : 'resumed', until(answer.body));
  }
  stack.payments.stripe(user.app).advance(id);
  await ensureChange(0);
  await ensureSubscription(purchaser, { status: 'canceled', plan: null }, defaultPlan);
  say('ended', `the plan is ${defaultPlan} again`);
};

interface Period {
  readonly paid: Payment;
  readonly now: Subscription;
}

/** How the subscription stands, and the payment that it stands by. */
const paidPeriod = async (purchaser: Purchaser, plan: PricedPlan, prepaid: boolean): Promise<Period> => {
  const paid = await ensurePlanPaid(purchaser, plan);
  const now = await ensureSubscription(purchaser, { status: 'active', plan: plan.id, prepaid }, plan.id);
  purchaser.say('plan', `${plan.name}, ${money(plan.price)} a ${plan.price.interval}, ${until(now)}`);
  await checkReceipt(purchaser, paid);
  return { paid, now };
};

/** `credits`: what the balance is to change by. */
const buyPeriod = async (purchaser: Purchaser, plan: PricedPlan, credits: number): Promise<Period> => {
  const checkout = await checkOut(purchaser, { plan_id: plan.id });
  await press(checkout, 'pay');
  await purchaser.ensureChange(credits);
  // A subscription's payments come with its invoices.
  return paidPeriod(purchaser, plan, checkout.payment_id !== null);
};

const ensureNext = (one: Period, next: Period): void => {
  ensure(endOf(next.now) > endOf(one.now), 'the next period does not end behind the one before');
  ensure(next.paid.id !== one.paid.id, 'the next period was not paid');
};

const advance = async (purchaser: Purchaser, plan: PricedPlan, { now }: Period): Promise<Period> => {
  const { stack, user, say, ensureChange } = purchaser;
  const refused = await user.api.post('/v1/checkout', { plan_id: plan.id });
  ensure(refused.status === 409, `a second subscription answered ${refused.status}`);
  stack.payments.stripe(user.app).advance(idOf(now), 'pay');
  say('renewed', `by Stripe, a ${plan.price.interval} later`);
  await ensureChange(renewedBy(plan));
  return paidPeriod(purchaser, plan, false);
};

export interface Around {
  readonly defaultPlan: string;
  /** Whether money goes back of it, too. */
  readonly moneyBack: boolean;
}

/** BM10 FS7 NB7: disputed, renewed, refunded, cancelled. */
const renew = async (purchaser: Purchaser, plan: PricedPlan, first: Period, around: Around): Promise<void> => {
  if (around.moneyBack) await disputeAndWin(purchaser, first.paid);
  const next = await advance(purchaser, plan, first);
  ensureNext(first, next);
  if (around.moneyBack) await refundInParts(purchaser, next.paid);
  await cancel(purchaser, idOf(next.now), around.defaultPlan);
};

/** SP1: paid again before its end, by which nothing of the first period is lost; there is nothing to cancel. */
const prepayAgain = async (purchaser: Purchaser, plan: PricedPlan, first: Period, around: Around): Promise<void> => {
  const next = await buyPeriod(purchaser, plan, plan.monthly_credits);
  ensureNext(first, next);
  const cancelled = await purchaser.user.api.post('/v1/subscription/cancel', { when: 'period_end' });
  ensure(cancelled.status === 409, `cancelling what ends by itself answered ${cancelled.status}`);
  if (around.moneyBack) await refundInParts(purchaser, next.paid);
};

/** Two periods of the plan. */
export const payForPlan = async (purchaser: Purchaser, plan: PricedPlan, around: Around): Promise<void> => {
  const first = await buyPeriod(purchaser, plan, plan.monthly_credits);
  await (first.now.prepaid ? prepayAgain : renew)(purchaser, plan, first, around);
};
