/** A user's subscription: what they are entitled to follows from what was paid for and how it stands at the provider. */
import { accept, type Decider, type Decision, reject } from '#shared/eventsourcing/decider.ts';
import {
  type EntitlementReason,
  entitledTo,
  isAlive,
  isBesideAnother,
  livingSubscription,
  runningPrepaid,
} from './entitlement.ts';
import { periodEnd } from './paid-period.ts';
import { spanOf, withoutPayment, withPeriod } from './prepaid.ts';
import type {
  EndPrepaid,
  Observe,
  RecordPeriodPaid,
  SubscriptionCommand,
  SubscriptionRejection,
} from './subscription-commands.ts';
import type { SubscriptionEvent } from './subscription-events.ts';
import { noSubscription, type Observed, type RenewingPeriod, type Subscription } from './subscription-state.ts';

type SubscriptionDecision = Decision<SubscriptionEvent, SubscriptionRejection>;
type EventOf<Type extends SubscriptionEvent['type']> = Extract<SubscriptionEvent, { type: Type }>;

/** A payment behind these is known by its own stream, which takes one only once. */
const maxPayments = 24;
/** Subscriptions before this one whose payments may still be told of. */
const maxEnded = 6;

const isLater = (one: string, other: string): boolean => Date.parse(one) > Date.parse(other);

const observedFacts = (said: Observed): Observed => ({
  provider: said.provider,
  reference: said.reference,
  status: said.status,
  plan: said.plan,
  amountMinor: said.amountMinor,
  currency: said.currency,
  interval: said.interval,
  currentPeriodEnd: said.currentPeriodEnd,
  cancelAtPeriodEnd: said.cancelAtPeriodEnd,
  ...(said.trialEnd === undefined ? {} : { trialEnd: said.trialEnd }),
});
/** A store gives an object's fields back in any order. */
const isSame = (one: Observed, other: Observed): boolean =>
  JSON.stringify(observedFacts(one)) === JSON.stringify(observedFacts(other));

/**
 * One that is over says nothing beside one that lives. Of two that are over, the one that would have lasted longer is shown: in
 * whatever order they are heard of.
 */
const isPassedOver = (said: Observed, current: Observed): boolean =>
  !isAlive(said.status) && (isAlive(current.status) || isLater(current.currentPeriodEnd, said.currentPeriodEnd));

const observe = ({ at, observed, seen }: Observe, state: Subscription): SubscriptionDecision => {
  if (seen !== state.observations) return reject('observation-stale');
  const { observed: current, overdueSince = at } = state;
  const said = observedFacts(observed);
  const overdue = (since: string) => (said.status === 'past_due' ? { overdueSince: since } : {});
  if (!current) return accept({ type: 'SubscriptionObserved', ...said, ...overdue(at) });
  if (current.reference !== said.reference) {
    if (isAlive(current.status) && isAlive(said.status)) return reject('subscription-other');
    if (isPassedOver(said, current)) return accept();
    return accept({ type: 'SubscriptionObserved', ...said, ...overdue(at) });
  }
  return isSame(said, current) ? accept() : accept({ type: 'SubscriptionObserved', ...said, ...overdue(overdueSince) });
};

/**
 * Whether a period counts before the one that is known: by when it begins, for a change from years to months ends sooner than what
 * it replaces. What replaces another in the same second is the upgrade.
 */
const isNewer = (one: RenewingPeriod, state: Subscription): boolean => {
  const { paid } = state;
  if (!paid) return true;
  const living = livingSubscription(state)?.reference;
  if (one.reference !== paid.reference && (one.reference === living || paid.reference === living))
    return one.reference === living;
  if (Date.parse(one.from) !== Date.parse(paid.from)) return isLater(one.from, paid.from);
  if (one.kind !== paid.kind) return one.kind === 'upgrade';
  return !isLater(paid.until, one.until);
};

const isKnown = (paymentId: string, { payments, paid, prepaid = [] }: Subscription): boolean =>
  payments.includes(paymentId) ||
  paid?.paymentId === paymentId ||
  prepaid.some((period) => period.paymentId === paymentId);

const recordPeriodPaid = ({ paid }: RecordPeriodPaid, state: Subscription): SubscriptionDecision => {
  if (isKnown(paid.paymentId, state)) return accept();
  const { paymentId, provider, reference, plan, credits } = paid;
  const event = { type: 'PeriodPaid', paymentId, provider, reference, plan, credits } as const;
  if (paid.kind === 'prepaid') {
    const { kind, interval } = paid;
    // Whoever pays early loses nothing of the period that still runs.
    const maxRollover = runningPrepaid(state, paid.from) ? null : paid.maxRollover;
    const running = state.prepaid?.find((period) => period.plan === plan && isLater(period.until, paid.from));
    const from = running?.until ?? paid.from;
    return accept({ ...event, kind, maxRollover, from, until: periodEnd(from, interval) });
  }
  if (isBesideAnother(state, reference)) return reject('subscription-other');
  const { kind, from, until } = paid;
  // Nothing expires because of a period that was paid long ago and is heard of late.
  const maxRollover = isNewer(paid, state) ? paid.maxRollover : null;
  return accept({ ...event, kind, maxRollover, from, until });
};

const endPrepaid = ({ at, paymentId }: EndPrepaid, { prepaid = [] }: Subscription): SubscriptionDecision => {
  const span = spanOf(prepaid, paymentId, at);
  return span ? accept({ type: 'PrepaidEnded', paymentId, plan: span.plan, endedAt: at }) : accept();
};

const decideItself = (command: SubscriptionCommand, state: Subscription): SubscriptionDecision => {
  switch (command.type) {
    case 'OpenSubscriptionCheckout': {
      const { session, plan, expiresAt } = command.page;
      if (state.page?.session === session) return accept();
      return accept({ type: 'SubscriptionCheckoutOpened', session, plan, expiresAt });
    }
    case 'Observe':
      return observe(command, state);
    case 'RecordPeriodPaid':
      return recordPeriodPaid(command, state);
    case 'EndPrepaid':
      return endPrepaid(command, state);
    case 'RecordTrialEnding': {
      const { plan, endsAt } = command;
      if (state.trialEndTold === endsAt) return accept();
      return accept({ type: 'TrialEnding', plan, endsAt });
    }
    case 'CheckDue':
      return accept();
  }
};

const isOverdue = ({ observed }: Subscription): boolean =>
  observed?.status === 'past_due' || observed?.status === 'unpaid';

const reasonOf = (reason: EntitlementReason, before: Subscription, after: Subscription): EntitlementReason =>
  reason === 'paid' &&
  isOverdue(before) &&
  before.observed?.reference === after.observed?.reference &&
  !isOverdue(after)
    ? 'recovered'
    : reason;

/** What a command leads to by itself, and what the user is entitled to behind it where that is another plan. */
const decide = (command: SubscriptionCommand, state: Subscription): SubscriptionDecision => {
  const decision = decideItself(command, state);
  if (!decision.accepted) return decision;
  const after = decision.events.reduce(evolve, state);
  const { plan, reason } = entitledTo(after, command.at);
  if (plan === after.entitledTo) return decision;
  return accept(...decision.events, { type: 'PlanEntitled', plan, reason: reasonOf(reason, state, after) });
};

const afterPeriodPaid = (state: Subscription, event: EventOf<'PeriodPaid'>): Subscription => {
  const { type: _, kind, ...facts } = event;
  const known: Subscription = { ...state, payments: [...state.payments, facts.paymentId].slice(-maxPayments) };
  if (kind === 'prepaid') return { ...known, prepaid: withPeriod(state.prepaid ?? [], { ...facts, kind }) };
  const paid: RenewingPeriod = { ...facts, kind };
  return isNewer(paid, state) ? { ...known, paid } : known;
};

const evolve = (state: Subscription, event: SubscriptionEvent): Subscription => {
  switch (event.type) {
    case 'SubscriptionCheckoutOpened': {
      const { session, plan, expiresAt } = event;
      return { ...state, page: { session, plan, expiresAt } };
    }
    case 'SubscriptionObserved': {
      const { overdueSince: _, ...before } = state;
      const { overdueSince } = event;
      const last = state.observed?.reference ?? event.reference;
      return {
        ...before,
        ...(last === event.reference ? {} : { ended: [...(state.ended ?? []), last].slice(-maxEnded) }),
        observed: observedFacts(event),
        observations: state.observations + 1,
        ...(overdueSince === undefined ? {} : { overdueSince }),
      };
    }
    case 'PeriodPaid':
      return afterPeriodPaid(state, event);
    case 'PrepaidEnded':
      return { ...state, prepaid: withoutPayment(state.prepaid ?? [], event) };
    case 'TrialEnding':
      return { ...state, trialEndTold: event.endsAt };
    case 'PlanEntitled':
      return { ...state, entitledTo: event.plan };
  }
};

export const subscription: Decider<Subscription, SubscriptionCommand, SubscriptionEvent, SubscriptionRejection> = {
  initialState: noSubscription,
  decide,
  evolve,
};
