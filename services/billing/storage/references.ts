/**
 * Which payment or owner a provider's own id stands for: orders, payment intents, sessions and charges lead to payments,
 * customers and subscriptions to users. Written when we hear of an id first, and never changed.
 */
import type { Owner } from '#shared/owner.ts';
import type { PaymentProvider } from '../contracts.ts';

export interface Referred {
  readonly owner: Owner;
  /** Absent for a customer or a subscription. */
  readonly paymentId?: string;
}

export interface References {
  /** Strongly consistent. */
  find(app: string, provider: PaymentProvider, reference: string): Promise<Referred | undefined>;
  /** The first one stays. @throws Error when it stands for another payment or user already */
  keep(provider: PaymentProvider, reference: string, referred: Referred): Promise<void>;
}
