/** A payment: asked for once, captured once, and what goes back of it takes back its credits in proportion, exactly. */
import { accept, type Decider, type Decision, reject } from '#shared/eventsourcing/decider.ts';
import { askRefund, refuseRefund } from './ask-refund.ts';
import { closeDispute, openDispute, recordRefund } from './money-back.ts';
import type {
  ImportPayment,
  OpenCheckout,
  PaymentCommand,
  PaymentRejection,
  RecordActionRequired,
  RecordCapture,
  RecordExpiry,
  RecordFailure,
  RequestPayment,
} from './payment-commands.ts';
import type { PaymentEvent } from './payment-events.ts';
import { evolve } from './payment-evolve.ts';
import { type KnownPayment, type Order, type Payment, unknownPayment } from './payment-state.ts';

export type PaymentDecision = Decision<PaymentEvent, PaymentRejection>;

/** The name is only how it is shown: a catalog may have changed it since. */
const isSameOrder = (one: Order, other: Order): boolean =>
  one.provider === other.provider &&
  one.purpose === other.purpose &&
  one.item === other.item &&
  one.amountMinor === other.amountMinor &&
  one.currency === other.currency &&
  one.credits === other.credits &&
  one.via === other.via &&
  one.topUpId === other.topUpId &&
  one.period?.interval === other.period?.interval &&
  one.period?.maxRollover === other.period?.maxRollover;

const requestPayment = ({ order, at }: RequestPayment, payment: Payment): PaymentDecision => {
  if (payment.status !== 'unknown') return isSameOrder(order, payment) ? accept() : reject('order-differs');
  const { provider, purpose, item, name, amountMinor, currency, credits, via, topUpId, period } = order;
  return accept({
    type: 'PaymentRequested',
    provider,
    purpose,
    item,
    name,
    amountMinor,
    currency,
    credits,
    via,
    ...(topUpId === undefined ? {} : { topUpId }),
    ...(period === undefined ? {} : { period: { interval: period.interval, maxRollover: period.maxRollover } }),
    requestedAt: at,
  });
};

const importPayment = ({ facts }: ImportPayment, payment: Payment): PaymentDecision => {
  if (payment.status !== 'unknown') return accept();
  const { provider, purpose, item, name, amountMinor, currency, credits, status, reference } = facts;
  const { receiptUrl, failure, refundedMinor, requestedAt, capturedAt } = facts;
  return accept({
    type: 'PaymentImported',
    provider,
    purpose,
    item,
    name,
    amountMinor,
    currency,
    credits,
    status,
    ...(reference === undefined ? {} : { reference }),
    ...(receiptUrl === undefined ? {} : { receiptUrl }),
    ...(failure === undefined ? {} : { failure }),
    refundedMinor,
    requestedAt,
    ...(capturedAt === undefined ? {} : { capturedAt }),
  });
};

const openCheckout = ({ page }: OpenCheckout, { status, page: open }: KnownPayment): PaymentDecision => {
  if (status === 'captured' || open?.session === page.session) return accept();
  const { session, url, expiresAt } = page;
  return accept({
    type: 'CheckoutOpened',
    session,
    ...(url === undefined ? {} : { url }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
};

/** Nothing has come of it yet, and nothing is on its way. */
const isWaiting = ({ status }: KnownPayment): boolean =>
  status === 'requested' || status === 'failed' || status === 'expired' || status === 'action-required';

const requireAction = ({ page }: RecordActionRequired, payment: KnownPayment): PaymentDecision => {
  // Told again after the page failed or expired, it is still the same page; one only asked for may turn out to need the user.
  const wasTold = payment.page?.session === page.session && payment.status !== 'requested';
  if (!isWaiting(payment) || wasTold) return accept();
  const { session, url, expiresAt } = page;
  return accept({ type: 'PaymentActionRequired', session, url, expiresAt });
};

const recordFailure = (command: RecordFailure, payment: KnownPayment): PaymentDecision => {
  const { reason, reference, nextAttemptAt } = command;
  const { status, failure, failures = [] } = payment;
  if (status === 'captured' || status === 'mismatched') return accept();
  const wasTold =
    reference === undefined
      ? status === 'failed' && failure === reason
      : failures.some((failed) => failed.reference === reference && failed.reason === reason);
  if (wasTold) return accept();
  return accept({
    type: 'PaymentFailed',
    reason,
    ...(reference === undefined ? {} : { reference }),
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
  });
};

/** The end of a page that another one has followed says nothing. */
const recordExpiry = ({ session }: RecordExpiry, payment: KnownPayment): PaymentDecision =>
  isWaiting(payment) && payment.status !== 'expired' && payment.page?.session === session
    ? accept({ type: 'PaymentExpired' })
    : accept();

/** Failed and expired attempts do not matter: whenever the right money comes, it counts, once. */
const recordCapture = (command: RecordCapture, payment: KnownPayment): PaymentDecision => {
  const { reference, amountMinor, currency, receiptUrl, at } = command;
  const { status, mismatches = [] } = payment;
  const isCaptured = status === 'captured';
  if (mismatches.some((mismatch) => mismatch.reference === reference)) return accept();
  if (isCaptured && payment.reference === reference) return accept();
  const why = isCaptured
    ? 'paid-twice'
    : currency !== payment.currency
      ? 'currency'
      : amountMinor !== payment.amountMinor
        ? 'amount'
        : undefined;
  if (why !== undefined) return accept({ type: 'PaymentMismatched', why, reference, amountMinor, currency });
  return accept({
    type: 'PaymentCaptured',
    reference,
    ...(receiptUrl === undefined ? {} : { receiptUrl }),
    capturedAt: at,
  });
};

const decide = (command: PaymentCommand, payment: Payment): PaymentDecision => {
  if (command.type === 'RequestPayment') return requestPayment(command, payment);
  if (command.type === 'ImportPayment') return importPayment(command, payment);
  if (payment.status === 'unknown') return reject('payment-unknown');
  switch (command.type) {
    case 'OpenCheckout':
      return openCheckout(command, payment);
    case 'RecordPending':
      return isWaiting(payment) ? accept({ type: 'PaymentPending', reference: command.reference }) : accept();
    case 'RecordActionRequired':
      return requireAction(command, payment);
    case 'RecordFailure':
      return recordFailure(command, payment);
    case 'RecordExpiry':
      return recordExpiry(command, payment);
    case 'RecordCapture':
      return recordCapture(command, payment);
    case 'RecordRefund':
      return recordRefund(command, payment);
    case 'AskRefund':
      return askRefund(command, payment);
    case 'RefuseRefund':
      return refuseRefund(command, payment);
    case 'OpenDispute':
      return openDispute(command, payment);
    case 'CloseDispute':
      return closeDispute(command, payment);
  }
};

export const payment: Decider<Payment, PaymentCommand, PaymentEvent, PaymentRejection> = {
  initialState: unknownPayment,
  decide,
  evolve,
};
