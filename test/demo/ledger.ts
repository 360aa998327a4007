/** The ledger as the demo shows it, and what must hold of it. */
import type * as z from 'zod';
import type { creditsReply, Transaction } from '#services/credits/views.ts';
import type { ApiClient } from '../system/client.ts';
import type { Stack } from '../system/stack.ts';
import { ensure, read, type Visit } from './steps.ts';

export const readCredits = (api: ApiClient) => read<z.output<typeof creditsReply>>(api, '/v1/credits');

/** More entries than any demo makes. */
const limit = 100;

const line = (type: string, amount: number, balance: number, about: string): string =>
  `${type.padEnd(10)}  ${String(amount).padStart(6)}  ${String(balance).padStart(7)}  ${about}`;

/** The day's allowance, where it was written down behind other entries: balances count it from the day's beginning. */
const lateAllowance = (entries: readonly Transaction[]): Transaction | undefined => {
  const index = entries.findIndex(({ grant_kind }) => grant_kind === 'daily');
  return entries.slice(0, Math.max(index, 0)).some(({ type }) => type !== 'bonus') ? entries[index] : undefined;
};

/**
 * Oldest first. Every balance is the one before plus the amount, and the last one, with the day's allowance where it is not written down
 * yet, is what the user has.
 */
export const showLedger = async ({ user: { api }, say }: Pick<Visit, 'user' | 'say'>): Promise<void> => {
  const { data } = await read<{ data: Transaction[] }>(api, `/v1/credits/transactions?limit=${limit}`);
  const entries = data.toReversed();
  let balance = 0;
  say('ledger', 'type        amount  balance');
  for (const { type, amount, balance_after, tool, reason, grant_kind } of entries) {
    balance += amount;
    ensure(balance === balance_after, `the ledger says ${balance_after} behind ${type} ${amount}, not ${balance}`);
    say('', line(type, amount, balance, tool ?? reason ?? grant_kind ?? ''));
  }
  const { available, daily } = await readCredits(api);
  const unwritten = available - balance;
  ensure(
    unwritten === 0 || unwritten === daily.remaining,
    `the ledger ends with ${balance}, the balance is ${available}`,
  );
  if (unwritten > 0) say('', line('allowance', unwritten, available, "today's, to be written down before it is spent"));
  const late = lateAllowance(entries);
  if (late)
    say(
      '',
      `the day's ${late.amount} are in the balances above from the beginning, here from when they were written down`,
    );
};

/** Answers over how many events of accounts and jobs they hold. */
export const ensureInvariants = async (stack: Pick<Stack, 'check'>): Promise<number> => {
  const { violations, accounts, jobs } = await stack.check();
  ensure(
    violations.length === 0,
    violations.map(({ invariant, stream, what }) => `${invariant} ${stream}: ${what}`).join('; '),
  );
  return [...accounts.values(), ...jobs.values()].reduce((sum, stream) => sum + stream.length, 0);
};
