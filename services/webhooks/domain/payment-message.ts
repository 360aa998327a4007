/**
 * What receivers are told of money, in the words of the HTTP interface. Apart from `message.ts`: whoever tells of generations need not
 * carry billing's schemas.
 */
import * as z from 'zod';
import {
  disputeOpened,
  paymentCaptured,
  paymentFailed,
  paymentRefunded,
  subscriptionChanged,
} from '#services/billing/contracts.ts';
import type { EventMessage } from '../contracts.ts';

/** What receivers hear of money. */
export const paymentEvent = z.discriminatedUnion('type', [
  paymentCaptured,
  paymentFailed,
  paymentRefunded,
  disputeOpened,
  subscriptionChanged,
]);
export type PaymentEvent = z.infer<typeof paymentEvent>;

type OfPayment = Exclude<PaymentEvent, { type: 'SubscriptionChanged' }>;

const aboutPayment = ({ app, user, data }: OfPayment) => {
  const { paymentId: id, provider, purpose, item, amountMinor, currency } = data;
  return { app, user, id, provider, purpose, item, amount_minor: amountMinor, currency };
};

export const paymentMessage = (event: PaymentEvent): EventMessage => {
  const { app, user, at: timestamp } = event;
  switch (event.type) {
    case 'PaymentCaptured': {
      const { credits } = event.data;
      return { type: 'payment.captured', timestamp, data: { ...aboutPayment(event), credits } };
    }
    case 'PaymentFailed': {
      const { reason, nextAttemptAt = null } = event.data;
      const data = { ...aboutPayment(event), reason, next_attempt_at: nextAttemptAt };
      return { type: 'payment.failed', timestamp, data };
    }
    case 'PaymentRefunded': {
      const { refundedMinor, totalMinor, credits } = event.data;
      const refunded = { refunded_minor: refundedMinor, total_refunded_minor: totalMinor, credits };
      return { type: 'payment.refunded', timestamp, data: { ...aboutPayment(event), ...refunded } };
    }
    case 'DisputeOpened': {
      const { reason, credits } = event.data;
      return { type: 'payment.disputed', timestamp, data: { ...aboutPayment(event), reason, credits } };
    }
    case 'SubscriptionChanged': {
      const { status, plan, cancelAtPeriodEnd, currentPeriodEnd, graceUntil } = event.data;
      const times = { current_period_end: currentPeriodEnd, grace_until: graceUntil };
      const data = { app, user, status, plan, cancel_at_period_end: cancelAtPeriodEnd, ...times };
      return { type: 'subscription.changed', timestamp, data };
    }
  }
};
