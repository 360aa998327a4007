/** What the alarms in `infra/stacks/credits.ts` look at. */

/** An admin was told that a job's cost goes back, and its owner has left: nothing came back. */
export const refundsOfClosedAccounts = 'RefundsOfClosedAccounts';
