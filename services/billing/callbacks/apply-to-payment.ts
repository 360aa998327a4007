/** What a provider tells of one payment. */
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import { isGone } from '../domain/money-back.ts';
import type { PaymentCommand } from '../domain/payment-commands.ts';
import { type KnownPayment, type Payment, paymentStream } from '../domain/payment-state.ts';
import { subscriptionStream } from '../domain/subscription-state.ts';
import { type Applied, handled, mismatched, unmatched } from './applied.ts';
import { applyInvoicePaid } from './apply-invoice.ts';
import type { Fact } from './facts.ts';
import { type Found, findPayment } from './find-payment.ts';
import { type Scope, stripeOf } from './scope.ts';

type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;
export type MoneyBackFact = FactOf<'refunded' | 'dispute-opened' | 'dispute-won' | 'dispute-lost'>;
export type PaymentFact = FactOf<'captured' | 'pending' | 'failed' | 'expired'> | MoneyBackFact;

/** As long as events' texts may be. */
const maxReason = 300;
/** A message comes again for two weeks at most: what is told later was done long ago, or is a replay. */
const toldAgainMs = 30 * 86_400_000;

const isKnown = (payment: Payment): payment is KnownPayment => payment.status !== 'unknown';

const handle = ({ handlePayment, meta }: Scope, { owner, paymentId }: Found, command: PaymentCommand) =>
  handlePayment(paymentStream(owner, paymentId), command, meta);

/** A plan that is paid once for one period: by the time of its capture, so that a repetition says the same. */
const recordPrepaid = async (
  { handleSubscription, provider, meta, now }: Scope,
  { owner, paymentId }: Found,
  { period, capturedAt, item, credits, reference = paymentId }: KnownPayment,
): Promise<void> => {
  const at = now();
  if (!period || capturedAt === undefined || Date.parse(at) - Date.parse(capturedAt) > toldAgainMs) return;
  const { interval, maxRollover } = period;
  const facts = { paymentId, provider, reference, plan: item, credits, maxRollover };
  const paid = { ...facts, kind: 'prepaid', from: capturedAt, interval } as const;
  const recorded = await handleSubscription(subscriptionStream(owner), { type: 'RecordPeriodPaid', at, paid }, meta);
  if (!recorded.accepted) throw new Error(`the period of ${paymentId} is not recorded: ${recorded.rejection}`);
};

/**
 * The prepaid period of a payment, as it stands now. One whose money went back whole is recorded all the same before it is over: the
 * ledger takes back what the period gave.
 */
const settlePrepaid = async (scope: Scope, found: Found, payment: KnownPayment): Promise<void> => {
  if (!payment.period) return;
  await recordPrepaid(scope, found, payment);
  if (!isGone(payment)) return;
  const { handleSubscription, meta, now } = scope;
  const { owner, paymentId } = found;
  const ended = await handleSubscription(subscriptionStream(owner), { type: 'EndPrepaid', at: now(), paymentId }, meta);
  if (!ended.accepted) throw new Error(`the period of ${paymentId} is not over: ${ended.rejection}`);
};

type Money = Pick<FactOf<'captured'>, 'reference' | 'amountMinor' | 'currency' | 'alias'>;

const applyCaptured = async (scope: Scope, found: Found, money: Money): Promise<Applied> => {
  const { reference, amountMinor, currency, alias } = money;
  const { state } = await handle(scope, found, {
    type: 'RecordCapture',
    at: scope.now(),
    reference,
    amountMinor,
    currency,
  });
  if (!isKnown(state)) return unmatched('payment-unknown', found);
  await keep(scope, found, reference, alias);
  if (state.status !== 'captured' || state.reference !== reference) return mismatched('money-differs', found);
  await settlePrepaid(scope, found, state);
  return handled(found);
};

const keep = async (
  { references, provider }: Scope,
  found: Found,
  ...names: readonly (string | undefined)[]
): Promise<void> => {
  for (const name of names) if (name !== undefined) await references.keep(provider, name, found);
};

const applyProgress = async (
  scope: Scope,
  found: Found,
  fact: FactOf<'pending' | 'failed' | 'expired'>,
): Promise<Applied> => {
  const at = scope.now();
  const commandOf = (): PaymentCommand => {
    switch (fact.kind) {
      case 'pending':
        return { type: 'RecordPending', at, reference: fact.reference };
      case 'failed':
        return { type: 'RecordFailure', at, reference: fact.reference, reason: fact.reason.slice(0, maxReason) };
      case 'expired':
        return { type: 'RecordExpiry', at };
    }
  };
  const { state } = await handle(scope, found, commandOf());
  if (!isKnown(state)) return unmatched('payment-unknown', found);
  if (fact.kind === 'pending') await keep(scope, found, fact.reference, fact.alias);
  return handled(found);
};

const moneyBack = (fact: MoneyBackFact, at: string): PaymentCommand => {
  const of = fact.reference === undefined ? {} : { reference: fact.reference };
  if (fact.kind === 'refunded') return { type: 'RecordRefund', at, refunded: fact.refunded, ...of };
  const { kind, dispute, amountMinor } = fact;
  const facts = { at, dispute, amountMinor, reason: fact.reason.slice(0, maxReason), ...of };
  switch (kind) {
    case 'dispute-opened':
      return { type: 'OpenDispute', ...facts };
    case 'dispute-won':
      return { type: 'CloseDispute', outcome: 'won', ...facts };
    case 'dispute-lost':
      return { type: 'CloseDispute', outcome: 'lost', ...facts };
  }
};

/** Money goes back that was not heard of: Stripe is asked whether it came. @throws ComesAgain when nobody can say so yet */
const catchUp = async (scope: Scope, found: Found, fact: MoneyBackFact): Promise<void> => {
  const { payment } = fact;
  const reference = fact.reference ?? (payment.by === 'reference' ? payment.reference : undefined);
  if (scope.provider !== 'stripe' || reference === undefined) throw new ComesAgain('its capture was not heard of yet');
  const stripe = stripeOf(scope);
  const told = await stripe.readPayment(reference);
  if (told.status !== 'captured') throw new ComesAgain('it is not captured yet');
  if (told.paymentId === found.paymentId) {
    await applyCaptured(scope, found, told);
    return;
  }
  const invoice = await stripe.invoiceOfPayment(reference);
  if (invoice) await applyInvoicePaid(scope, invoice);
};

const wentBack = async (scope: Scope, found: Found, state: Payment): Promise<Applied> => {
  if (isKnown(state) && isGone(state)) await settlePrepaid(scope, found, state);
  return handled(found);
};

const applyMoneyBack = async (scope: Scope, found: Found, fact: MoneyBackFact): Promise<Applied> => {
  const command = moneyBack(fact, scope.now());
  const first = await handle(scope, found, command);
  if (first.accepted) return wentBack(scope, found, first.state);
  // What is named by our metadata was asked for before it could be paid.
  if (first.rejection === 'payment-unknown' && (fact.payment.by === 'metadata' || !scope.stripe))
    return unmatched(first.rejection, found);
  await catchUp(scope, found, fact);
  const second = await handle(scope, found, command);
  if (second.accepted) return wentBack(scope, found, second.state);
  if (second.rejection === 'payment-unknown') return unmatched(second.rejection, found);
  throw new ComesAgain(`money of ${found.paymentId} went back: ${second.rejection}`);
};

export const applyToPayment = async (scope: Scope, fact: PaymentFact): Promise<Applied> => {
  const found = await findPayment(scope, fact.payment);
  if ('outcome' in found) return found;
  switch (fact.kind) {
    case 'captured':
      return applyCaptured(scope, found, fact);
    case 'pending':
    case 'failed':
    case 'expired':
      return applyProgress(scope, found, fact);
    case 'refunded':
    case 'dispute-opened':
    case 'dispute-won':
    case 'dispute-lost':
      return applyMoneyBack(scope, found, fact);
  }
};
