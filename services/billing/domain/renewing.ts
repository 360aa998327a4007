/** The paid periods of a subscription at the provider: which one counts, what it replaced, and what is left when money goes back. */
import { livingSubscription } from './entitlement.ts';
import type { RenewingPeriod, Subscription } from './subscription-state.ts';

/** Of different plans in one running period: more than an app sells. */
const maxEarlier = 12;

const isLater = (one: string, other: string): boolean => Date.parse(one) > Date.parse(other);

/**
 * Whether a period counts before the one that is known: by when it begins, for a change from years to months ends sooner than what
 * it replaces. What replaces another in the same second is the upgrade.
 */
export const isNewer = (one: RenewingPeriod, state: Subscription): boolean => {
  const { paid } = state;
  if (!paid) return true;
  const living = livingSubscription(state)?.reference;
  if (one.reference !== paid.reference && (one.reference === living || paid.reference === living))
    return one.reference === living;
  if (Date.parse(one.from) !== Date.parse(paid.from)) return isLater(one.from, paid.from);
  if (one.kind !== paid.kind) return one.kind === 'upgrade';
  return !isLater(paid.until, one.until);
};

/** An upgrade that was given back left the period that it was part of, which may be heard of only now. */
const isUnder = (one: RenewingPeriod, { paid }: Subscription): boolean =>
  paid?.revoked === true &&
  paid.kind === 'upgrade' &&
  paid.reference === one.reference &&
  isLater(one.until, paid.from);

/** Oldest first, the last of each plan. */
const earlierThan = (paid: RenewingPeriod, periods: readonly Subscription['paid'][]): RenewingPeriod[] =>
  periods
    .filter((one) => one !== undefined)
    .filter((one) => !one.revoked && one.reference === paid.reference && isLater(one.until, paid.from))
    .toSorted((one, other) => Date.parse(one.from) - Date.parse(other.from))
    .filter((one, index, all) => !all.slice(index + 1).some(({ plan }) => plan === one.plan))
    .slice(-maxEarlier);

const counting = (
  { paid: _, earlier: __, ...state }: Subscription,
  paid: RenewingPeriod,
  others: readonly Subscription['paid'][],
): Subscription => {
  const earlier = earlierThan(paid, others);
  return { ...state, paid, ...(earlier.length === 0 ? {} : { earlier }) };
};

export const withRenewing = (state: Subscription, period: RenewingPeriod): Subscription => {
  const { paid, earlier = [] } = state;
  return !paid || isNewer(period, state) || isUnder(period, state)
    ? counting(state, period, [...earlier, paid])
    : counting(state, paid, [...earlier, period]);
};

/** The period that a payment paid for, where it counts still. */
export const renewingOf = ({ paid, earlier = [] }: Subscription, paymentId: string): RenewingPeriod | undefined =>
  [...(paid && !paid.revoked ? [paid] : []), ...earlier].find((period) => period.paymentId === paymentId);

/**
 * What an upgrade replaced counts again without it. Behind a whole period nothing does: what it replaced was given back for it, or
 * is over.
 */
export const withoutRenewing = (state: Subscription, paymentId: string): Subscription => {
  const { paid, earlier = [] } = state;
  if (!paid) return state;
  const others = earlier.filter((period) => period.paymentId !== paymentId);
  if (paid.paymentId !== paymentId) return counting(state, paid, others);
  const replaced = paid.kind === 'upgrade' ? others.at(-1) : undefined;
  return replaced ? counting(state, replaced, others.slice(0, -1)) : { ...state, paid: { ...paid, revoked: true } };
};

/** The periods of a subscription that are paid for and run, or ran last. */
export const paidPeriods = ({ paid, earlier = [] }: Subscription, reference: string): readonly RenewingPeriod[] =>
  [...earlier, ...(paid && !paid.revoked ? [paid] : [])].filter((period) => period.reference === reference);
