/** How a user's subscription stands, as far as it matters to whoever would buy or change a plan. */
import { livingSubscription, runningPrepaid } from '../domain/entitlement.ts';
import type { Observed, Subscription } from '../domain/subscription-state.ts';

/** `live`: the provider renews it, or would. `prepaid`: paid for a period that runs. */
export type Standing =
  | { readonly kind: 'live'; readonly observed: Observed }
  | { readonly kind: 'prepaid' }
  | { readonly kind: 'none' };

export const standingOf = (state: Subscription, at: string): Standing => {
  const observed = livingSubscription(state);
  if (observed) return { kind: 'live', observed };
  return { kind: runningPrepaid(state, at) ? 'prepaid' : 'none' };
};
