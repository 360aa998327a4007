/** What rows of an export say, in words that all apps share: what each app's file of mappings makes of its own columns. */
import type * as z from 'zod';
import type { ImportedEntry } from '#services/credits/read-models/imported-history.ts';
import type { JobOutput } from '#services/generation/domain/job-events.ts';
import type { NotificationPreferences, Role } from '#services/identity/domain/user.ts';

export interface UserFacts {
  readonly user: string;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly username?: string | undefined;
  readonly roles?: readonly Role[] | undefined;
  readonly preferences?: NotificationPreferences | undefined;
  readonly streak?: { readonly current: number; readonly lastActiveDate: string } | undefined;
  readonly plays?: { readonly count: number; readonly since: string } | undefined;
  /** One of the app's plans; absent: its default one. */
  readonly plan?: string | undefined;
  /** At Stripe. */
  readonly customer?: string | undefined;
  readonly subscription?:
    | { readonly reference: string; readonly periodEnd: string; readonly cancelAtPeriodEnd: boolean }
    | undefined;
  readonly createdAt?: string | undefined;
}

export interface BalanceFacts {
  readonly user: string;
  readonly balance: number;
  /** Where the table of balances knows it. */
  readonly plan?: string | undefined;
}

export interface LedgerFacts extends Pick<ImportedEntry, 'type' | 'amount' | 'balance_after' | 'tool'> {
  readonly user: string;
  readonly oldId: string;
  /** The old table's id of the run that it is of. */
  readonly oldJob?: string | undefined;
  readonly at: string;
}

export type FileFacts =
  | { readonly kind: JobOutput['kind']; readonly path: string; readonly title?: string | undefined }
  | { readonly kind: 'json'; readonly value: unknown };

export interface JobFacts {
  readonly user: string;
  readonly oldId: string;
  readonly tool: string;
  readonly params: Record<string, z.core.util.JSONType>;
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly files: readonly FileFacts[];
  readonly cost: number;
  readonly message?: string | undefined;
  readonly title?: string | undefined;
  readonly favourite?: boolean | undefined;
  readonly requestedAt: string;
  readonly endedAt: string;
}

export interface PaymentFacts {
  /** One of the two. A customer is known by the users' file. */
  readonly user?: string | undefined;
  readonly customer?: string | undefined;
  readonly oldId: string;
  readonly provider: 'stripe' | 'paymob';
  readonly purpose: 'pack' | 'plan';
  readonly name: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly status: 'captured' | 'failed';
  readonly reference?: string | undefined;
  readonly invoice?: string | undefined;
  readonly receiptUrl?: string | undefined;
  readonly failure?: string | undefined;
  readonly refundedMinor: number;
  readonly at: string;
}

export interface FactsOf {
  readonly users: UserFacts;
  readonly balances: BalanceFacts;
  readonly ledger: LedgerFacts;
  readonly jobs: JobFacts;
  readonly payments: PaymentFacts;
}
export type Kind = keyof FactsOf;

/** In this order: accounts are open, and customers known, before what is of them comes. */
export const kinds = ['users', 'balances', 'ledger', 'jobs', 'payments'] as const satisfies readonly Kind[];

/** By kind, what a row must be and what it says. A kind that is absent: the app had no such table. */
export type AppMapping = { readonly app: string } & {
  readonly [K in Kind]?: z.ZodType<FactsOf[K]>;
};
