/** What the bus hears of payments and subscriptions, in the words of `contracts.ts`: what concerns money and what it entitles to. */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { derivedUuid } from '#shared/ids.ts';
import type { BillingEvent } from './contracts.ts';
import { entitledTo, graceEnd } from './domain/entitlement.ts';
import type { PaymentEvent } from './domain/payment-events.ts';
import { grantIdOf, type KnownPayment, type Payment, parsePaymentStream } from './domain/payment-state.ts';
import type { SubscriptionEvent } from './domain/subscription-events.ts';
import type { Subscription } from './domain/subscription-state.ts';
import { subscriptionView } from './subscription-view.ts';

type Published = { [Event in BillingEvent as Event['type']]: Pick<Event, 'type' | 'data'> }[BillingEvent['type']];

/** What the ledger takes for a revocation's id. */
const fitsLedger = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,51}$/;

/** Each refund raises the total, so that names it. 52 characters at most; mismatched money has totals of its own. */
const refundId = (paymentId: string, { totalMinor, of }: Extract<PaymentEvent, { type: 'PaymentRefunded' }>): string =>
  `${paymentId}.${of === undefined ? 'r' : 'm'}${totalMinor}`;

const disputeId = (paymentId: string, dispute: string): string =>
  fitsLedger.test(dispute) ? dispute : `dispute-${derivedUuid(paymentId, dispute)}`;

const ofPayment = (event: PaymentEvent, paymentId: string, state: KnownPayment): Published | undefined => {
  const { provider, purpose, item, amountMinor, currency, credits, topUpId } = state;
  const payment = { paymentId, provider, purpose, item, amountMinor, currency };
  const topUp = topUpId === undefined ? {} : { topUpId };
  const granted = state.status === 'captured' ? credits : 0;
  const grant = { grantId: grantIdOf(purpose, paymentId), granted };
  switch (event.type) {
    case 'PaymentCaptured':
      return { type: 'PaymentCaptured', data: { ...payment, credits, ...topUp } };
    case 'PaymentFailed': {
      const { reason, nextAttemptAt } = event;
      const next = nextAttemptAt === undefined ? {} : { nextAttemptAt };
      return { type: 'PaymentFailed', data: { ...payment, reason, ...topUp, ...next } };
    }
    // Somebody who leaves a page bought nothing and failed at nothing; a top-up waits to hear how it ended.
    case 'PaymentExpired':
      if (topUpId === undefined) return undefined;
      return { type: 'PaymentFailed', data: { ...payment, reason: 'expired', topUpId } };
    case 'PaymentActionRequired':
      return { type: 'PaymentActionRequired', data: { ...payment, url: event.url, ...topUp } };
    case 'PaymentMismatched': {
      const received = { receivedMinor: event.amountMinor, receivedCurrency: event.currency };
      return { type: 'PaymentMismatched', data: { ...payment, why: event.why, ...received } };
    }
    case 'PaymentRefunded': {
      const { amountMinor: refundedMinor, totalMinor } = event;
      const revocation = { revocationId: refundId(paymentId, event), credits: event.credits, ...grant };
      return { type: 'PaymentRefunded', data: { ...payment, refundedMinor, totalMinor, ...revocation } };
    }
    case 'DisputeOpened': {
      // About money that gave nothing: people hear of it by the mismatch.
      if (event.of !== undefined) return undefined;
      const revocation = { revocationId: disputeId(paymentId, event.dispute), credits: event.credits, ...grant };
      return { type: 'DisputeOpened', data: { ...payment, reason: event.reason, ...revocation } };
    }
    case 'DisputeClosed': {
      if (state.disputes.some(({ id, of }) => id === event.dispute && of !== undefined)) return undefined;
      const revocationId = disputeId(paymentId, event.dispute);
      if (event.outcome === 'lost') return { type: 'DisputeLost', data: { ...payment, revocationId } };
      return { type: 'DisputeWon', data: { ...payment, revocationId, credits: event.credits, ...grant } };
    }
    case 'PaymentRequested':
    case 'CheckoutOpened':
    case 'PaymentPending':
    case 'RefundNamed':
    case 'RefundAsked':
    case 'RefundRefused':
    case 'PaymentImported':
      return undefined;
  }
};

const standingOf = (state: Subscription, at: string) => {
  const { status, cancel_at_period_end, current_period_end, grace_until } = subscriptionView(state, at);
  return {
    status,
    cancelAtPeriodEnd: cancel_at_period_end,
    currentPeriodEnd: current_period_end,
    graceUntil: grace_until,
  };
};

const ofSubscription = (event: SubscriptionEvent, at: string, state: Subscription): Published | undefined => {
  switch (event.type) {
    case 'PeriodPaid': {
      const { paymentId, plan, credits, maxRollover, from, until } = event;
      return { type: 'SubscriptionRenewed', data: { paymentId, plan, credits, maxRollover, from, until } };
    }
    case 'PlanEntitled': {
      const { plan, reason } = event;
      return { type: 'PlanEntitled', data: { plan, reason, standing: standingOf(state, at) } };
    }
    case 'SubscriptionObserved': {
      const { status, cancelAtPeriodEnd, currentPeriodEnd } = event;
      // Not as told last: a new entitlement is told of right behind this event.
      const { plan } = entitledTo(state, at);
      const graceUntil = graceEnd(state) ?? null;
      return {
        type: 'SubscriptionChanged',
        data: { status, plan, cancelAtPeriodEnd, currentPeriodEnd, graceUntil },
      };
    }
    case 'TrialEnding':
      return { type: 'TrialEnding', data: { plan: event.plan, endsAt: event.endsAt } };
    // What it leads to is told of as the plan that follows.
    case 'PrepaidEnded':
    case 'PeriodRevoked':
    case 'SubscriptionCheckoutOpened':
    case 'SubscriptionImported':
      return undefined;
  }
};

type Recorded = RecordedEvent<PaymentEvent | SubscriptionEvent, Payment | Subscription>;

/** One table holds both kinds of stream: the state tells which one an event is of. */
const isOfPayment = (recorded: Recorded): recorded is Recorded & RecordedEvent<PaymentEvent, Payment> =>
  'status' in recorded.state;
const isOfSubscription = (recorded: Recorded): recorded is Recorded & RecordedEvent<SubscriptionEvent, Subscription> =>
  'observations' in recorded.state;

/** Nothing for what only concerns billing itself. */
export const toPublished = (recorded: Recorded): Published | undefined => {
  if (isOfPayment(recorded)) {
    const { event, stream, state } = recorded;
    return state.status === 'unknown' ? undefined : ofPayment(event, parsePaymentStream(stream).paymentId, state);
  }
  return isOfSubscription(recorded) ? ofSubscription(recorded.event, recorded.at, recorded.state) : undefined;
};
