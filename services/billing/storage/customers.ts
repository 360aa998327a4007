/** A user's customer at Stripe: one for each user and app, made when it is needed first. */
import type { Owner } from '#shared/owner.ts';

export interface Customers {
  find(owner: Owner): Promise<string | undefined>;
  /** Of two at once the first stays; answers the one that is kept. */
  keep(owner: Owner, customer: string): Promise<string>;
  remove(owner: Owner): Promise<void>;
}
