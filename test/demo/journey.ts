/** The demo's journey: sign up, do what the app is for, and check everything against the ledger. */
import { randomUUID } from 'node:crypto';
import type { Stack } from '../system/stack.ts';
import { ensureInvariants, readCredits, showLedger } from './ledger.ts';
import type { DemoOptions } from './options.ts';
import { showOf } from './shows.ts';
import { type Demo, ensure, type Say } from './steps.ts';

const giveCredits = async ({ stack, user, options, say }: Demo, credits: number): Promise<void> => {
  const admin = await stack.signUp(options.app);
  await stack.makeAdmin(admin);
  const path = `/v1/admin/accounts/${user.id}/adjustments`;
  const given = await admin.api.post(path, { credits, reason: 'for the demo' }, { 'idempotency-key': randomUUID() });
  ensure(given.status === 200, `giving credits answered ${given.status}: ${JSON.stringify(given.body)}`);
  say('given', `${credits} credits by an admin`);
};

/** @throws CheckFailed with the reason. */
export const journey = async (stack: Stack, options: DemoOptions, say: Say): Promise<void> => {
  const user = await stack.signUp(options.app);
  const demo: Demo = { stack, user, options, say };
  const { available: first } = await readCredits(user.api);
  say('signed up', `${user.id} in ${options.app}, ${first} credits to begin with`);
  const { show, credits = 0 } = showOf(options.app);
  if (credits > 0) await giveCredits(demo, credits);
  const before = first + credits;
  const jobs = await show(demo);
  const cost = jobs.reduce((sum, { cost_credits }) => sum + cost_credits, 0);

  await stack.account.drain();
  await showLedger(demo);
  const { available, held, spent } = await readCredits(user.api);
  ensure(
    available === before - cost && held === 0 && spent === cost,
    `balance ${available}, held ${held}, spent ${spent}: not ${before} less ${cost}`,
  );
  const events = await ensureInvariants(stack);
  say('checked', `balance ${available} = ${before} − ${cost}; I1 to I7 hold over ${events} events`);
};
