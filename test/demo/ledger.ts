/** The ledger as the demo shows it, and what must hold of it. */
import type * as z from 'zod';
import type { creditsReply, Transaction } from '#services/credits/views.ts';
import type { ApiClient } from '../system/client.ts';
import type { Stack } from '../system/stack.ts';
import { ensure, read, type Visit } from './steps.ts';

export const readCredits = (api: ApiClient) => read<z.output<typeof creditsReply>>(api, '/v1/credits');

/** More entries than any demo makes. */
const limit = 100;

/** Oldest first. Every balance is the one before plus the amount, and the last one is what the user has. */
export const showLedger = async ({ user: { api }, say }: Pick<Visit, 'user' | 'say'>): Promise<void> => {
  const { data } = await read<{ data: Transaction[] }>(api, `/v1/credits/transactions?limit=${limit}`);
  let balance = 0;
  say('ledger', 'type        amount  balance');
  for (const { type, amount, balance_after, tool, reason } of data.toReversed()) {
    balance += amount;
    ensure(balance === balance_after, `the ledger says ${balance_after} behind ${type} ${amount}, not ${balance}`);
    say(
      '',
      `${type.padEnd(10)}  ${String(amount).padStart(6)}  ${String(balance).padStart(7)}  ${tool ?? reason ?? ''}`,
    );
  }
  const { available } = await readCredits(api);
  ensure(balance === available, `the ledger ends with ${balance}, the balance is ${available}`);
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
