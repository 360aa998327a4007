/**
 * Money that goes back: by a refund, or by a bank's dispute until it is won. Each event carries the credits to be taken back since
 * the one before. Money that was never taken for the order can go back too; it takes no credits.
 */
import { accept, type Decision, reject } from '#shared/eventsourcing/decider.ts';
import { clawedBackOf } from './clawback.ts';
import type { CloseDispute, OpenDispute, PaymentRejection, RecordRefund } from './payment-commands.ts';
import type { PaymentEvent } from './payment-events.ts';
import type { Dispute, KnownPayment, Mismatch } from './payment-state.ts';

type MoneyBackDecision = Decision<PaymentEvent, PaymentRejection>;

/** A bank opens one, seldom two. What is above takes nothing back, rather than let a payment grow without end. */
const maxDisputes = 20;

/** What disputes keep, or kept for good, of the captured money. */
const disputedMinor = (disputes: readonly Dispute[]): number =>
  disputes
    .filter(({ status, of }) => status !== 'won' && of === undefined)
    .reduce((sum, dispute) => sum + dispute.amountMinor, 0);

/** Credits still to be taken once so much is gone; never below 0, for a refund does not give credits. */
const stillToTake = (payment: KnownPayment, gone: { refundedMinor: number; disputedMinor: number }): number =>
  Math.max(0, clawedBackOf(payment, gone) - payment.clawedBack);

/** The mismatched money that a command is about; undefined when it is about the captured money. */
const mismatchOf = (
  { status, mismatches = [] }: KnownPayment,
  { reference }: { readonly reference?: string },
): Mismatch | undefined =>
  mismatches.find((mismatch) => mismatch.reference === reference) ??
  (status === 'mismatched' ? mismatches.at(-1) : undefined);

/** Some money is known to have come. */
const hasMoney = ({ status }: KnownPayment): boolean => status === 'captured' || status === 'mismatched';

/** All of the captured money went back for good. What an open dispute holds may still be won. */
export const isGone = ({ status, amountMinor, refundedMinor, disputes }: KnownPayment): boolean => {
  const lost = disputes.filter((dispute) => dispute.status === 'lost');
  return status === 'captured' && amountMinor > 0 && refundedMinor + disputedMinor(lost) >= amountMinor;
};

type OneRefund = { readonly refund: string; readonly amountMinor: number };

/** A void that was told by the money itself, of just this amount: the refund told by its id is the same one. */
const namedVoid = (
  { voided, amountMinor, mismatches = [] }: KnownPayment,
  { refund, amountMinor: wentBack }: OneRefund,
): PaymentEvent | undefined => {
  if (voided && amountMinor === wentBack) return { type: 'RefundNamed', refund };
  const of = mismatches.find((money) => money.voided && money.amountMinor === wentBack)?.reference;
  return of === undefined ? undefined : { type: 'RefundNamed', refund, of };
};

/**
 * A refund that does not say of which money it is, where money came twice: it is of what nobody asked for, where that went back
 * nowhere yet and is just as much. It is a guess, so people look.
 */
const guessedMismatch = ({ mismatches = [] }: KnownPayment, { amountMinor }: OneRefund): Mismatch | undefined =>
  mismatches.find((money) => money.refundedMinor === 0 && money.amountMinor === amountMinor);

/** Whether a refund that is recorded may be of other money that came for the payment. */
export const isGuess = ({ refunded, reference }: RecordRefund, { status, mismatches = [] }: KnownPayment): boolean =>
  'refund' in refunded && reference === undefined && status === 'captured' && mismatches.length > 0;

export const recordRefund = (command: RecordRefund, payment: KnownPayment): MoneyBackDecision => {
  if (!hasMoney(payment)) return reject('payment-uncaptured');
  const { refunded, reference } = command;
  const byId = 'refund' in refunded;
  if (byId && payment.refunds.includes(refunded.refund)) return accept();
  const alone = byId && reference === undefined ? refunded : undefined;
  const known = alone && namedVoid(payment, alone);
  if (known) return accept(known);
  const mismatch = (alone && guessedMismatch(payment, alone)) ?? mismatchOf(payment, command);
  const money = mismatch ?? payment;
  const told = byId ? money.refundedMinor + refunded.amountMinor : refunded.totalMinor;
  const totalMinor = Math.min(told, money.amountMinor);
  // A total may come late, behind a higher one.
  if (totalMinor <= money.refundedMinor) return accept();
  const gone = { refundedMinor: totalMinor, disputedMinor: disputedMinor(payment.disputes) };
  return accept({
    type: 'PaymentRefunded',
    amountMinor: totalMinor - money.refundedMinor,
    totalMinor,
    credits: mismatch ? 0 : stillToTake(payment, gone),
    ...(byId ? { refund: refunded.refund } : {}),
    ...(mismatch ? { of: mismatch.reference } : {}),
  });
};

type Opening = Pick<OpenDispute, 'dispute' | 'amountMinor' | 'reason' | 'reference'>;
const disputeOpened = (opening: Opening, payment: KnownPayment): Extract<PaymentEvent, { type: 'DisputeOpened' }> => {
  const { dispute, amountMinor, reason } = opening;
  const { refundedMinor, disputes } = payment;
  const mismatch = mismatchOf(payment, opening);
  const gone = { refundedMinor, disputedMinor: disputedMinor(disputes) + amountMinor };
  return {
    type: 'DisputeOpened',
    dispute,
    amountMinor,
    reason,
    credits: mismatch ? 0 : stillToTake(payment, gone),
    ...(mismatch ? { of: mismatch.reference } : {}),
  };
};

export const openDispute = (command: OpenDispute, payment: KnownPayment): MoneyBackDecision => {
  if (!hasMoney(payment)) return reject('payment-uncaptured');
  const { disputes } = payment;
  if (disputes.some(({ id }) => id === command.dispute) || disputes.length >= maxDisputes) return accept();
  return accept(disputeOpened(command, payment));
};

/**
 * A won dispute gives back what is taken beyond what went back otherwise, and no more than it took itself: the ledger gives back
 * per taking. So a credit of rounding may stay taken where a part was refunded while a part was disputed; the next refund counts
 * it. The same holds of more than one dispute about the same money.
 */
const givenBack = ({ id, credits }: Dispute, payment: KnownPayment): number => {
  const others = disputedMinor(payment.disputes.filter((dispute) => dispute.id !== id));
  const due = clawedBackOf(payment, { refundedMinor: payment.refundedMinor, disputedMinor: others });
  return Math.max(0, Math.min(credits, payment.clawedBack - due));
};

export const closeDispute = (command: CloseDispute, payment: KnownPayment): MoneyBackDecision => {
  if (!hasMoney(payment)) return reject('payment-uncaptured');
  const { dispute, outcome } = command;
  const known = payment.disputes.find(({ id }) => id === dispute);
  const closed = (credits: number): PaymentEvent => ({ type: 'DisputeClosed', dispute, outcome, credits });
  if (known) {
    if (known.status !== 'open') return accept();
    return accept(closed(outcome === 'won' ? givenBack(known, payment) : 0));
  }
  if (payment.disputes.length >= maxDisputes) return accept();
  // Nothing was taken for one that is won before its opening is heard of, and then nothing will be.
  return outcome === 'won' ? accept(closed(0)) : accept(disputeOpened(command, payment), closed(0));
};
