/** An app's account at Stripe. */
import type Stripe from 'stripe';

export interface Account {
  readonly app: string;
  readonly client: Stripe;
}
