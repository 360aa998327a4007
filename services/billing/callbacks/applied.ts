/** What applying a fact comes to. */
import type { EventMeta } from '#shared/eventsourcing/recorded-event.ts';
import type { Owner } from '#shared/owner.ts';
import type { PaymentProvider } from '../contracts.ts';
import { ProviderFailure } from '../providers/provider.ts';
import type { CallbackOutcome } from '../views.ts';
import type { Fact } from './facts.ts';

export interface Applied {
  readonly outcome: Exclude<CallbackOutcome, 'received'>;
  readonly owner?: Owner;
  readonly paymentId?: string;
  /** For people, where something is to be looked at. @example 'payment-unknown' */
  readonly why?: string;
}

/** Applied twice, late or in another order, it comes to the same. @throws ComesAgain, ProviderFailure: not now */
export type ApplyFact = (app: string, provider: PaymentProvider, fact: Fact, meta: EventMeta) => Promise<Applied>;

/** Whom and what a fact was found to be about. */
type About = Pick<Applied, 'owner' | 'paymentId'>;

/** Two apps may share one account at the provider: what is another's is nobody's here. */
export const ofAnotherApp: Applied = { outcome: 'ignored', why: 'app-other' };
export const ignored = (why: string, about: About = {}): Applied => ({ outcome: 'ignored', why, ...about });
export const handled = (about: About): Applied => ({ outcome: 'handled', ...about });
export const unmatched = (why: string, about: About = {}): Applied => ({ outcome: 'unmatched', why, ...about });
/** Money that is not what was asked for, or paid for more than once. */
export const mismatched = (why: string, about: About): Applied => ({ outcome: 'mismatched', why, ...about });

/** Undefined where the provider knows nothing of it. @throws ProviderFailure of other kinds */
export const ifThere = async <Value>(asked: Promise<Value>): Promise<Value | undefined> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ProviderFailure && error.kind === 'unknown-there') return undefined;
    throw error;
  }
};
