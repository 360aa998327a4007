/** What a provider tells of one payment. */
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import { isGone, isGuess } from '../domain/money-back.ts';
import type { PaymentCommand } from '../domain/payment-commands.ts';
import { type KnownPayment, type Payment, paymentStream, voidedReason } from '../domain/payment-state.ts';
import { ReferenceTaken } from '../storage/references.ts';
import { type Applied, handled, ignored, mismatched, unmatched } from './applied.ts';
import { applyInvoicePaid } from './apply-invoice.ts';
import type { Fact } from './facts.ts';
import { type Found, findPayment } from './find-payment.ts';
import { type Scope, stripeOf } from './scope.ts';
import { settlePeriod } from './settle-period.ts';

type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;
export type MoneyBackFact = FactOf<'refunded' | 'dispute-opened' | 'dispute-won' | 'dispute-lost'>;
export type PaymentFact = FactOf<'captured' | 'pending' | 'failed' | 'expired'> | MoneyBackFact;

/** As long as events' texts may be. */
const maxReason = 300;

const isKnown = (payment: Payment): payment is KnownPayment => payment.status !== 'unknown';

const handle = ({ handlePayment, meta }: Scope, { owner, paymentId }: Found, command: PaymentCommand) =>
  handlePayment(paymentStream(owner, paymentId), command, meta);

type Money = Pick<FactOf<'captured'>, 'reference' | 'amountMinor' | 'currency' | 'alias'>;

const applyCaptured = async (scope: Scope, found: Found, money: Money): Promise<Applied> => {
  const { reference, amountMinor, currency, alias } = money;
  if (!(await keep(scope, found, reference, alias))) return mismatched('reference-taken', found);
  const { state } = await handle(scope, found, {
    type: 'RecordCapture',
    at: scope.now(),
    reference,
    amountMinor,
    currency,
  });
  if (!isKnown(state)) return unmatched('payment-unknown', found);
  if (state.status !== 'captured' || state.reference !== reference) return mismatched('money-differs', found);
  await settlePeriod(scope, found, state);
  return handled(found);
};

/** Before money counts: what is told of one transaction is told of one payment. False where it was another one's. */
const keep = async (
  { references, provider }: Scope,
  found: Found,
  ...names: readonly (string | undefined)[]
): Promise<boolean> => {
  try {
    for (const name of names) if (name !== undefined) await references.keep(provider, name, found);
    return true;
  } catch (error) {
    if (error instanceof ReferenceTaken) return false;
    throw error;
  }
};

const isOfAnother = async (
  { app, provider, references }: Scope,
  { paymentId }: Found,
  reference: string,
): Promise<boolean> => {
  const known = await references.find(app, provider, reference);
  return known !== undefined && known.paymentId !== paymentId;
};

const applyProgress = async (
  scope: Scope,
  found: Found,
  fact: FactOf<'pending' | 'failed' | 'expired'>,
): Promise<Applied> => {
  if (fact.kind === 'pending' && !(await keep(scope, found, fact.reference, fact.alias)))
    return mismatched('reference-taken', found);
  const at = scope.now();
  const commandOf = (): PaymentCommand => {
    switch (fact.kind) {
      case 'pending':
        return { type: 'RecordPending', at, reference: fact.reference };
      case 'failed':
        return { type: 'RecordFailure', at, reference: fact.reference, reason: fact.reason.slice(0, maxReason) };
      case 'expired':
        return { type: 'RecordExpiry', at, session: fact.session };
    }
  };
  const { state } = await handle(scope, found, commandOf());
  if (!isKnown(state)) return unmatched('payment-unknown', found);
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
  if (invoice && invoice !== 'app-other') await applyInvoicePaid(scope, invoice);
};

const wentBack = async (scope: Scope, found: Found, command: PaymentCommand, state: Payment): Promise<Applied> => {
  if (isKnown(state) && isGone(state)) await settlePeriod(scope, found, state);
  const isGuessed = isKnown(state) && command.type === 'RecordRefund' && isGuess(command, state);
  return isGuessed ? mismatched('refund-unclear', found) : handled(found);
};

/** A card was reserved and is free again: nothing came, and nothing will. */
const isFreed = (fact: MoneyBackFact, state: Payment): boolean =>
  fact.kind === 'refunded' &&
  fact.voids === true &&
  (state.status === 'pending' || (state.status === 'failed' && state.failure === voidedReason));

const applyMoneyBack = async (scope: Scope, found: Found, fact: MoneyBackFact): Promise<Applied> => {
  if (fact.reference !== undefined && (await isOfAnother(scope, found, fact.reference)))
    return mismatched('reference-taken', found);
  const command = moneyBack(fact, scope.now());
  const first = await handle(scope, found, command);
  if (first.accepted) return wentBack(scope, found, command, first.state);
  if (isFreed(fact, first.state)) return ignored('voided-uncaptured', found);
  // What is named by our metadata was asked for before it could be paid.
  if (first.rejection === 'payment-unknown' && (fact.payment.by === 'metadata' || !scope.stripe))
    return unmatched(first.rejection, found);
  await catchUp(scope, found, fact);
  const second = await handle(scope, found, command);
  if (second.accepted) return wentBack(scope, found, command, second.state);
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
