/** One payment as its provider tells of it beside ours: where the money that came, or that went back, differs. */
import type { Owner } from '#shared/owner.ts';
import type { Fact } from '../callbacks/facts.ts';
import { formatMoney } from '../domain/money.ts';
import type { KnownPayment, Mismatch, Payment } from '../domain/payment-state.ts';

export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

export type DifferenceKind =
  /** Captured there, not here. */
  | 'missing here'
  /** Not what was asked for, or more than once; not recorded as such yet. */
  | 'amount differs'
  /** Recorded as not what was asked for, or as more than once: until it went back. */
  | 'mismatched'
  /** More went back there. */
  | 'refund missing'
  /** More went back here: at the provider a refund failed. */
  | 'refund unknown there'
  /** Captured here; the provider does not know it. */
  | 'unknown there'
  /** Captured there, and nobody knows whose it is. */
  | 'owner unknown'
  /** It stands another way there, or is not there. */
  | 'subscription differs';

export interface Difference {
  readonly kind: DifferenceKind;
  /** When the payment, or the subscription's paid period, began, ISO-8601 UTC. */
  readonly at: string;
  /** The provider's own id. */
  readonly reference: string;
  readonly user?: string;
  readonly paymentId?: string;
  readonly there?: Money;
  readonly here?: Money;
  /** For people. */
  readonly what: string;
  /** What the provider would have told; absent where telling it mends nothing. */
  readonly fact?: Fact;
}

/** Money that came there for a payment of ours. */
export interface Came extends Money {
  readonly owner: Owner;
  readonly paymentId: string;
  /** As its capture is named here. */
  readonly reference: string;
  readonly at: string;
  readonly fact: Fact;
}

/** Of the money that came, what went back there. */
export interface WentBack {
  readonly refundedMinor: number;
  /** The payment intent. */
  readonly reference: string;
  /** Absent where nobody asked for the payment. */
  readonly fact: Fact | undefined;
}

type About = Pick<Difference, 'at' | 'reference' | 'user' | 'paymentId'>;
export const aboutOf = ({ at, reference, owner, paymentId }: Came): About => ({
  at,
  reference,
  user: owner.user,
  paymentId,
});
export const moneyOf = ({ amountMinor, currency }: Money): Money => ({ amountMinor, currency });
const isSame = (one: Money, other: Money): boolean =>
  one.amountMinor === other.amountMinor && one.currency === other.currency;

/**
 * Money that came for the payment and was not what was asked for, or came twice: nothing was granted for it. Nothing where all of it
 * went back.
 */
export const mismatchedHere = (
  { currency, ...about }: About & Pick<Money, 'currency'>,
  { amountMinor, refundedMinor }: Mismatch,
  state: KnownPayment,
): Difference | undefined => {
  if (refundedMinor >= amountMinor) return undefined;
  const here = { amountMinor, currency };
  const asked = formatMoney(state.amountMinor, state.currency);
  const what =
    state.status === 'captured' ? `mismatched: paid twice, ${asked} before` : `mismatched: ${asked} was asked for`;
  return { kind: 'mismatched', ...about, here, what: `${what}; nothing was granted for it, give it back` };
};

const compareKnown = (came: Came, state: KnownPayment): Difference | undefined => {
  const { reference, fact } = came;
  const about = { ...aboutOf(came), there: moneyOf(came) };
  const mismatch = state.mismatches?.find((money) => money.reference === reference);
  if (mismatch) {
    const differs = mismatchedHere({ ...aboutOf(came), currency: came.currency }, mismatch, state);
    return differs && { ...differs, there: moneyOf(came) };
  }
  const here = moneyOf(state);
  if (state.status === 'captured') {
    if (state.reference !== reference) return { kind: 'amount differs', ...about, here, what: 'paid twice', fact };
    return isSame(came, state)
      ? undefined
      : { kind: 'amount differs', ...about, here, what: 'captured here as it was asked for' };
  }
  return isSame(came, state)
    ? { kind: 'missing here', ...about, what: `it is ${state.status} here`, fact }
    : { kind: 'amount differs', ...about, here, what: `it is ${state.status} here`, fact };
};

/** Whether money that came there came here. */
export const compareCapture = (came: Came, state: Payment): Difference | undefined => {
  if (state.status !== 'unknown') return compareKnown(came, state);
  return { kind: 'missing here', ...aboutOf(came), there: moneyOf(came), what: 'nobody asked for it here' };
};

/** What went back here of the money with that name. */
const refundedHere = (state: Payment, reference: string): number => {
  if (state.status === 'unknown') return 0;
  const mismatch = state.mismatches?.find((money) => money.reference === reference);
  if (mismatch) return mismatch.refundedMinor;
  return state.status === 'captured' && state.reference === reference ? state.refundedMinor : 0;
};

/** Whether as much of it went back here. */
export const compareRefunds = (came: Came, back: WentBack, state: Payment): Difference | undefined => {
  const { refundedMinor, reference, fact } = back;
  const here = refundedHere(state, came.reference);
  if (refundedMinor === here) return undefined;
  const { currency } = came;
  const difference = {
    ...aboutOf(came),
    reference,
    there: { amountMinor: refundedMinor, currency },
    here: { amountMinor: here, currency },
  };
  if (refundedMinor < here)
    return { kind: 'refund unknown there', ...difference, what: 'a refund failed there: its credits were taken back' };
  if (!fact) return { kind: 'refund missing', ...difference, what: 'nobody asked for it here' };
  return { kind: 'refund missing', ...difference, what: 'its credits are not taken back', fact };
};
