/** Money that an admin asks the provider to give back: once by a key, whatever becomes of the provider's answer. */
import { accept, type Decision, reject } from '#shared/eventsourcing/decider.ts';
import type { AskRefund, PaymentRejection, RefuseRefund } from './payment-commands.ts';
import type { PaymentEvent } from './payment-events.ts';
import type { AskedRefund, KnownPayment } from './payment-state.ts';

type AskDecision = Decision<PaymentEvent, PaymentRejection>;

export const askedBy = ({ refundsAsked = [] }: KnownPayment, key: string): AskedRefund | undefined =>
  refundsAsked.find((asked) => asked.key === key);

/** What is left of the captured money. */
export const leftMinor = ({ status, amountMinor, refundedMinor }: KnownPayment): number =>
  status === 'captured' ? amountMinor - refundedMinor : 0;

export const askRefund = ({ key, amountMinor, at }: AskRefund, payment: KnownPayment): AskDecision => {
  const asked = askedBy(payment, key);
  if (asked)
    return amountMinor === undefined || amountMinor === asked.amountMinor ? accept() : reject('refund-differs');
  const left = leftMinor(payment);
  const amount = amountMinor ?? left;
  if (left === 0 || amount > left) return reject('refund-exceeds');
  return accept({ type: 'RefundAsked', key, amountMinor: amount, askedAt: at });
};

/** The key is free again: what was not done may be asked for once more. */
export const refuseRefund = ({ key }: RefuseRefund, payment: KnownPayment): AskDecision =>
  askedBy(payment, key) ? accept({ type: 'RefundRefused', key }) : accept();
