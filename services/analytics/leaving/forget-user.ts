/** Cuts the lake loose from a user who left: without their key nothing in it leads to them. */
import type * as z from 'zod';
import type { userDeleted } from '#services/identity/contracts.ts';
import type { PseudonymTable } from '../storage/pseudonym-table.ts';

export interface ForgetUserDeps {
  readonly pseudonyms: Pick<PseudonymTable, 'forget'>;
  readonly now: () => Date;
}

/**
 * At the second pass, an hour after the first: until then the account is closed and jobs are cancelled, and the lake must know whose, or
 * its sums would count what is long gone (docs/adr/0021).
 */
export const forgetUser =
  ({ pseudonyms, now }: ForgetUserDeps) =>
  async ({ app, user, data }: z.infer<typeof userDeleted>): Promise<void> => {
    if (data.pass === 2) await pseudonyms.forget({ app, user }, now());
  };
