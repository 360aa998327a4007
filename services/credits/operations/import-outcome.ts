/** What importing into an account needs, and what it comes to. */
import type { AppDefinition } from '#services/catalog/contracts.ts';
import type { AccountRejection } from '../domain/commands.ts';
import type { AccountStore, HandleAccount } from '../handle-account.ts';
import type { ImportBook } from './import-book.ts';

export const importActor = 'system:import';

export interface ImportAccountDeps {
  readonly store: AccountStore;
  readonly handle: HandleAccount;
  readonly book: ImportBook;
  readonly definition: AppDefinition;
  /** Of this run. */
  readonly correlationId: string;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

export type Imported =
  | { readonly status: 'written' | 'unchanged' }
  /** People have to look at it. */
  | { readonly status: 'refused'; readonly reason: string };

export const written = { status: 'written' } as const;
export const unchanged = { status: 'unchanged' } as const;
export const refused = (reason: string): Imported => ({ status: 'refused', reason });

export const hasLeft = 'has left here: the account is closed';

export const reasons: Partial<Record<AccountRejection, string>> = {
  'account-closed': hasLeft,
  'grants-too-many': 'the account has as many grants as it may have',
  'debt-outstanding': 'the account owes credits here',
};
