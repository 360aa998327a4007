/** What each event means for a payment. */
import { clawedBackOf } from './clawback.ts';
import type { PaymentEvent } from './payment-events.ts';
import type { Dispute, KnownPayment, Mismatch, Payment } from './payment-state.ts';

type EventOf<Type extends PaymentEvent['type']> = Extract<PaymentEvent, { type: Type }>;

/** How much a payment remembers, so that what is told again is known. Providers tell again for days, not after so many others. */
const maxFailures = 20;
const maxMismatches = 20;
const maxRefunds = 50;
const maxRefundsAsked = 20;

const requested = (event: EventOf<'PaymentRequested'>): KnownPayment => {
  const { type: _, ...order } = event;
  return { ...order, status: 'requested', refundedMinor: 0, refunds: [], disputes: [], clawedBack: 0 };
};

const imported = (event: EventOf<'PaymentImported'>): KnownPayment => {
  const { type: _, reference, receiptUrl, failure, capturedAt, ...facts } = event;
  // What went back there gave back its credits there: of those none are taken here.
  const clawedBack = clawedBackOf(facts, { refundedMinor: facts.refundedMinor, disputedMinor: 0 });
  return {
    ...facts,
    via: 'import',
    ...(reference === undefined ? {} : { reference }),
    ...(receiptUrl === undefined ? {} : { receiptUrl }),
    ...(failure === undefined ? {} : { failure }),
    ...(capturedAt === undefined ? {} : { capturedAt }),
    refunds: [],
    disputes: [],
    clawedBack,
  };
};

const openPage = (payment: KnownPayment, event: EventOf<'CheckoutOpened'>): KnownPayment => {
  const { session, url, expiresAt } = event;
  const { status } = payment;
  return {
    ...payment,
    status: status === 'failed' || status === 'expired' ? 'requested' : status,
    page: { session, ...(url === undefined ? {} : { url }), ...(expiresAt === undefined ? {} : { expiresAt }) },
  };
};

const fail = (payment: KnownPayment, { reason, reference }: EventOf<'PaymentFailed'>): KnownPayment => {
  const failures = [...(payment.failures ?? []), ...(reference === undefined ? [] : [{ reference, reason }])];
  return {
    ...payment,
    status: 'failed',
    failure: reason,
    ...(failures.length === 0 ? {} : { failures: failures.slice(-maxFailures) }),
  };
};

const capture = (payment: KnownPayment, event: EventOf<'PaymentCaptured'>): KnownPayment => {
  const { page: _page, failure: _failure, ...rest } = payment;
  const { reference, receiptUrl, capturedAt } = event;
  return { ...rest, status: 'captured', reference, ...(receiptUrl === undefined ? {} : { receiptUrl }), capturedAt };
};

const mismatch = (payment: KnownPayment, event: EventOf<'PaymentMismatched'>): KnownPayment => {
  const { why, reference, amountMinor } = event;
  const newest: Mismatch = { reference, amountMinor, refundedMinor: 0 };
  return {
    ...payment,
    status: why === 'paid-twice' ? payment.status : 'mismatched',
    mismatches: [...(payment.mismatches ?? []), newest].slice(-maxMismatches),
  };
};

const refund = (payment: KnownPayment, event: EventOf<'PaymentRefunded'>): KnownPayment => {
  const { totalMinor, credits, refund: id, of } = event;
  const refunds = id === undefined ? payment.refunds : [...payment.refunds, id].slice(-maxRefunds);
  const clawedBack = payment.clawedBack + credits;
  // Stripe tells totals and no ids.
  const isVoided = id === undefined && payment.provider === 'paymob';
  const went = { refundedMinor: totalMinor, ...(isVoided ? { voided: true as const } : {}) };
  if (of === undefined) return { ...payment, ...went, refunds, clawedBack };
  const mismatches = (payment.mismatches ?? []).map((money) =>
    money.reference === of ? { ...money, ...went } : money,
  );
  return { ...payment, refunds, clawedBack, mismatches };
};

const named = <Money extends { readonly voided?: true }>({ voided: _, ...money }: Money): Omit<Money, 'voided'> =>
  money;

const nameRefund = (payment: KnownPayment, { refund: id, of }: EventOf<'RefundNamed'>): KnownPayment => {
  const refunds = [...payment.refunds, id].slice(-maxRefunds);
  if (of === undefined) return { ...named(payment), refunds };
  const mismatches = (payment.mismatches ?? []).map((money) => (money.reference === of ? named(money) : money));
  return { ...payment, refunds, mismatches };
};

const askRefund = (payment: KnownPayment, { key, amountMinor, askedAt }: EventOf<'RefundAsked'>): KnownPayment => {
  const asked = [...(payment.refundsAsked ?? []), { key, amountMinor, askedAt }];
  return { ...payment, refundsAsked: asked.slice(-maxRefundsAsked) };
};

const refuseRefund = (payment: KnownPayment, { key }: EventOf<'RefundRefused'>): KnownPayment => ({
  ...payment,
  refundsAsked: (payment.refundsAsked ?? []).filter((asked) => asked.key !== key),
});

const openDispute = (payment: KnownPayment, event: EventOf<'DisputeOpened'>): KnownPayment => {
  const { dispute, amountMinor, credits, of } = event;
  const opened: Dispute = {
    id: dispute,
    amountMinor,
    credits,
    status: 'open',
    ...(of === undefined ? {} : { of }),
  };
  return { ...payment, disputes: [...payment.disputes, opened], clawedBack: payment.clawedBack + credits };
};

const closeDispute = (payment: KnownPayment, event: EventOf<'DisputeClosed'>): KnownPayment => {
  const { dispute: id, outcome, credits } = event;
  const clawedBack = payment.clawedBack - credits;
  const isKnown = payment.disputes.some((dispute) => dispute.id === id);
  const disputes = isKnown
    ? payment.disputes.map((dispute) => (dispute.id === id ? { ...dispute, status: outcome } : dispute))
    : [...payment.disputes, { id, amountMinor: 0, credits: 0, status: outcome }];
  return { ...payment, disputes, clawedBack };
};

/** @throws for an event before the payment was asked for: nobody can have decided on it */
export const evolve = (payment: Payment, event: PaymentEvent): Payment => {
  if (event.type === 'PaymentRequested') return requested(event);
  if (event.type === 'PaymentImported') return imported(event);
  if (payment.status === 'unknown') throw new Error(`${event.type} of a payment that nobody asked for`);
  switch (event.type) {
    case 'CheckoutOpened':
      return openPage(payment, event);
    case 'PaymentPending':
      return { ...payment, status: 'pending' };
    case 'PaymentActionRequired': {
      const { session, url, expiresAt } = event;
      return { ...payment, status: 'action-required', page: { session, url, expiresAt } };
    }
    case 'PaymentFailed':
      return fail(payment, event);
    case 'PaymentExpired':
      return { ...payment, status: 'expired' };
    case 'PaymentCaptured':
      return capture(payment, event);
    case 'PaymentMismatched':
      return mismatch(payment, event);
    case 'PaymentRefunded':
      return refund(payment, event);
    case 'RefundNamed':
      return nameRefund(payment, event);
    case 'RefundAsked':
      return askRefund(payment, event);
    case 'RefundRefused':
      return refuseRefund(payment, event);
    case 'DisputeOpened':
      return openDispute(payment, event);
    case 'DisputeClosed':
      return closeDispute(payment, event);
  }
};
