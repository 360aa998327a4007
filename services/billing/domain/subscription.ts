/** A user's subscription: what they are entitled to follows from what was paid for and how it stands at the provider. */
import { accept, type Decider, type Decision, reject } from '#shared/eventsourcing/decider.ts';
import { type EntitlementReason, entitledTo, isAlive, isBesideAnother, runningPrepaid } from './entitlement.ts';
import { periodEnd } from './period-end.ts';
import { spanOf, withoutPayment, withPeriod } from './prepaid.ts';
import { isNewer, renewingOf, withoutRenewing, withRenewing } from './renewing.ts';
import type {
  ImportSubscription,
  Observe,
  RecordPeriodPaid,
  RevokePeriod,
  SubscriptionCommand,
  SubscriptionRejection,
} from './subscription-commands.ts';
import type { SubscriptionEvent } from './subscription-events.ts';
import { noSubscription, type Observed, type Subscription } from './subscription-state.ts';

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
export const isSameObserved = (one: Observed, other: Observed): boolean =>
  JSON.stringify(observedFacts(one)) === JSON.stringify(observedFacts(other));

/** Whether an import said the very same. */
const isSaid = (known: Observed, said: ImportSubscription['facts']): boolean =>
  isSameObserved(known, observedFacts({ ...said, status: 'active' }));

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
  return isSameObserved(said, current)
    ? accept()
    : accept({ type: 'SubscriptionObserved', ...said, ...overdue(overdueSince) });
};

const isKnown = (paymentId: string, { payments, paid, earlier = [], prepaid = [] }: Subscription): boolean =>
  payments.includes(paymentId) ||
  paid?.paymentId === paymentId ||
  earlier.some((period) => period.paymentId === paymentId) ||
  prepaid.some((period) => period.paymentId === paymentId);

const recordPeriodPaid = ({ paid }: RecordPeriodPaid, state: Subscription): SubscriptionDecision => {
  if (isKnown(paid.paymentId, state)) return accept();
  const { paymentId, provider, reference, plan, credits, price } = paid;
  const cost = price && { amountMinor: price.amountMinor, currency: price.currency, interval: price.interval };
  const facts = { paymentId, provider, reference, plan, credits };
  const event = { type: 'PeriodPaid', ...facts, ...(cost ? { price: cost } : {}) } as const;
  if (paid.kind === 'prepaid') {
    const { kind, interval } = paid;
    // Whoever pays early loses nothing of the period that still runs.
    const maxRollover = runningPrepaid(state, paid.from) ? null : paid.maxRollover;
    const running = state.prepaid?.find((period) => period.plan === plan && !isLater(paid.from, period.until));
    const from = running?.until ?? paid.from;
    return accept({ ...event, kind, maxRollover, from, until: periodEnd(from, interval, running?.from) });
  }
  if (isBesideAnother(state, reference)) return reject('subscription-other');
  const { kind, from, until } = paid;
  // Nothing expires because of a period that was paid long ago and is heard of late.
  const maxRollover = isNewer(paid, state) ? paid.maxRollover : null;
  return accept({ ...event, kind, maxRollover, from, until });
};

const revokePeriod = ({ at, paymentId }: RevokePeriod, state: Subscription): SubscriptionDecision => {
  const span = spanOf(state.prepaid ?? [], paymentId, at);
  if (span) return accept({ type: 'PrepaidEnded', paymentId, plan: span.plan, endedAt: at });
  const period = renewingOf(state, paymentId);
  return period ? accept({ type: 'PeriodRevoked', paymentId, plan: period.plan, revokedAt: at }) : accept();
};

const isAnyKnown = ({ observed, paid, prepaid }: Subscription): boolean =>
  observed !== undefined || paid !== undefined || prepaid !== undefined;

/** Whatever is known here is newer, but for what another import said: of two the one whose period ends later. */
const importSubscription = ({ facts }: ImportSubscription, state: Subscription): SubscriptionDecision => {
  if (isAnyKnown(state) && !state.imported) return accept();
  const { observed: before } = state;
  if (before && (isSaid(before, facts) || isLater(before.currentPeriodEnd, facts.currentPeriodEnd))) return accept();
  const { provider, reference, plan, amountMinor, currency, interval, credits, paymentId } = facts;
  const { currentPeriodStart, currentPeriodEnd, cancelAtPeriodEnd } = facts;
  const terms = { plan, amountMinor, currency, interval, credits, paymentId };
  const period = { currentPeriodStart, currentPeriodEnd, cancelAtPeriodEnd };
  return accept({ type: 'SubscriptionImported', provider, reference, ...terms, ...period });
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
    case 'RevokePeriod':
      return revokePeriod(command, state);
    case 'RecordTrialEnding': {
      const { plan, endsAt } = command;
      if (state.trialEndTold === endsAt) return accept();
      return accept({ type: 'TrialEnding', plan, endsAt });
    }
    case 'ImportSubscription':
      return importSubscription(command, state);
    case 'CheckDue':
      return accept();
  }
};

const isOverdue = ({ observed }: Subscription): boolean =>
  observed?.status === 'past_due' || observed?.status === 'unpaid';

/** The subscription whose payment is overdue, or was so when the plan was lost. */
const overdueOf = (state: Subscription): string | undefined =>
  isOverdue(state) ? state.observed?.reference : state.lapsed;

const reasonOf = (reason: EntitlementReason, before: Subscription, after: Subscription): EntitlementReason => {
  const overdue = overdueOf(before);
  const isRecovered = overdue !== undefined && overdue === after.observed?.reference && !isOverdue(after);
  return reason === 'paid' && isRecovered ? 'recovered' : reason;
};

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
  return withRenewing(known, { ...facts, kind });
};

const imported = (state: Subscription, event: EventOf<'SubscriptionImported'>): Subscription => {
  const { type: _, credits, paymentId, currentPeriodStart: from, cancelAtPeriodEnd, ...facts } = event;
  const { provider, reference, plan, amountMinor, currency, interval, currentPeriodEnd: until } = facts;
  const price = { amountMinor, currency, interval };
  const period = { paymentId, provider, reference, plan, credits, maxRollover: null, price, from, until };
  // What an import before said is replaced whole: it is no period that another one upgraded.
  const { paid: __, earlier: ___, observed: before, ...others } = state;
  const paid = afterPeriodPaid({ ...others, payments: [] }, { type: 'PeriodPaid', kind: 'period', ...period });
  const observed = observedFacts({ ...facts, status: 'active', cancelAtPeriodEnd });
  // Users are told of a plan only where they were told that it had ended.
  const isUntold = !before || state.entitledTo === before.plan;
  const entitled = isUntold ? plan : state.entitledTo;
  return { ...paid, observed, observations: state.observations + 1, entitledTo: entitled, imported: true };
};

/** Whether the provider, or money, spoke of the subscription. */
const isTold = ({ type }: SubscriptionEvent): boolean => {
  switch (type) {
    case 'SubscriptionObserved':
    case 'PeriodPaid':
    case 'PrepaidEnded':
    case 'PeriodRevoked':
      return true;
    case 'SubscriptionCheckoutOpened':
    case 'TrialEnding':
    case 'SubscriptionImported':
    case 'PlanEntitled':
      return false;
  }
};

const withoutImported = ({ imported: _, ...state }: Subscription): Subscription => state;

const evolveKnown = (state: Subscription, event: SubscriptionEvent): Subscription => {
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
    case 'PeriodRevoked':
      return withoutRenewing(state, event.paymentId);
    case 'TrialEnding':
      return { ...state, trialEndTold: event.endsAt };
    case 'SubscriptionImported':
      return imported(state, event);
    case 'PlanEntitled': {
      const { lapsed: _, ...before } = state;
      const lapsed = event.reason === 'overdue' ? state.observed?.reference : undefined;
      return { ...before, entitledTo: event.plan, ...(lapsed === undefined ? {} : { lapsed }) };
    }
  }
};

const evolve = (state: Subscription, event: SubscriptionEvent): Subscription =>
  evolveKnown(isTold(event) ? withoutImported(state) : state, event);

export const subscription: Decider<Subscription, SubscriptionCommand, SubscriptionEvent, SubscriptionRejection> = {
  initialState: noSubscription,
  decide,
  evolve,
};
