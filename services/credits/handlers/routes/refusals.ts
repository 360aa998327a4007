/** What the account says no to, in the words of the HTTP interface. */
import { type Refusal, refuse } from '#shared/http/route.ts';
import type { AccountRejection } from '../../domain/commands.ts';
import type { CreditsRejection } from '../../problems.ts';

export const accountUnknown = (app: string, user: string) =>
  refuse('account-unknown', { detail: `No user "${user}" has an account in ${app}.` });
export const unknownApp = (app: string) => refuse('app-unknown', { detail: `No app "${app}" is served here.` });

type OnTheWire = Extract<
  CreditsRejection,
  | 'account-unknown'
  | 'account-closed'
  | 'plan-unknown'
  | 'holds-open'
  | 'grants-too-many'
  | 'adjustment-exceeds-balance'
>;
const onTheWire: Partial<Readonly<Record<AccountRejection, OnTheWire>>> = {
  'account-unopened': 'account-unknown',
  'account-closed': 'account-closed',
  'plan-unknown': 'plan-unknown',
  'holds-open': 'holds-open',
  'grants-too-many': 'grants-too-many',
  'credits-insufficient': 'adjustment-exceeds-balance',
};

/** @throws Error for a rejection that no command of these routes can meet. */
export const refusalOf = (rejection: AccountRejection): Refusal<OnTheWire> => {
  const known = onTheWire[rejection];
  if (known === undefined) throw new Error(`the account refused: ${rejection}`);
  return refuse(known);
};
