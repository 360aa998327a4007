/** What the alarms in `infra/stacks/credits.ts` look at. */

/** Somebody paid who has left: nothing is granted, and the money is to go back. */
export const paymentsOfClosedAccounts = 'PaymentsOfClosedAccounts';
