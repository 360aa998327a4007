/** The period that a payment pays for, as the payment stands now: recorded when its money is there, revoked when all of it went back. */
import { isGone } from '../domain/money-back.ts';
import type { KnownPayment } from '../domain/payment-state.ts';
import { subscriptionStream } from '../domain/subscription-state.ts';
import type { Found } from './find-payment.ts';
import type { Scope } from './scope.ts';

/** A message comes again for two weeks at most: what is told later was done long ago, or is a replay. */
const toldAgainMs = 30 * 86_400_000;

/** A plan that is paid once for one period: by the time of its capture, so that a repetition says the same. */
const recordPrepaid = async (
  { handleSubscription, provider, meta, now }: Scope,
  { owner, paymentId }: Found,
  { period, capturedAt, item, credits, amountMinor, currency, reference = paymentId }: KnownPayment,
): Promise<void> => {
  const at = now();
  if (!period || capturedAt === undefined || Date.parse(at) - Date.parse(capturedAt) > toldAgainMs) return;
  const { interval, maxRollover } = period;
  const price = { amountMinor, currency, interval };
  const facts = { paymentId, provider, reference, plan: item, credits, price, maxRollover };
  const paid = { ...facts, kind: 'prepaid', from: capturedAt, interval } as const;
  const recorded = await handleSubscription(subscriptionStream(owner), { type: 'RecordPeriodPaid', at, paid }, meta);
  if (!recorded.accepted) throw new Error(`the period of ${paymentId} is not recorded: ${recorded.rejection}`);
};

/** A period of any plan; a payment that paid for none has none. */
export const revokeWhereGone = async (scope: Scope, found: Found, payment: KnownPayment): Promise<void> => {
  if (payment.purpose !== 'plan' || !isGone(payment)) return;
  const { handleSubscription, meta, now } = scope;
  const { owner, paymentId } = found;
  const command = { type: 'RevokePeriod', at: now(), paymentId } as const;
  const revoked = await handleSubscription(subscriptionStream(owner), command, meta);
  if (!revoked.accepted) throw new Error(`the period of ${paymentId} is not revoked: ${revoked.rejection}`);
};

/**
 * Of a prepaid plan, or of an invoice whose money went back. A prepaid period whose money went back whole is recorded all the same
 * before it is over: the ledger takes back what the period gave.
 */
export const settlePeriod = async (scope: Scope, found: Found, payment: KnownPayment): Promise<void> => {
  await recordPrepaid(scope, found, payment);
  await revokeWhereGone(scope, found, payment);
};
