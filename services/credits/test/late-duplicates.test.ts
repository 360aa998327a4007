/**
 * A job's end again, days later, when the account has forgotten its hold. The other consumers' late duplicates are beside them:
 * `daily-reset/issue-allowances.test.ts`, `payments/follow-payment.properties.test.ts`, `read-models/projections.test.ts`.
 */

import { closedHoldsKept } from '../domain/state.ts';
import { endHold, type JobEnded } from '../handlers/end-hold.ts';
import { holdCredits, later, noon, settleHold } from './commands.ts';
import { keptLog, meta, newAccounts, owner, stream } from './doubles.ts';

const about = {
  id: 'event-7',
  schemaVersion: 1,
  ...owner,
  version: 3,
  at: noon,
  correlationId: 'request-1',
  causationId: 'event-6',
} as const;
const job = { jobId: 'gen_1', tool: 'photo-filter' };
const ends: readonly JobEnded[] = [
  { ...about, type: 'JobSucceeded', data: { ...job, cost: 3, outputs: [] } },
  { ...about, type: 'JobFailed', data: { ...job, reason: 'failed', message: 'no' } },
  { ...about, type: 'JobCancelled', data: job },
];
const fiveDays = 5 * 86_400;

/** A job's hold, settled, and so many more since that the account no longer knows of it. */
const longAgo = async () => {
  const accounts = newAccounts();
  await accounts.openWith(1_000);
  await accounts.handle(stream, holdCredits('gen_1', 4), meta);
  await accounts.handle(stream, settleHold('gen_1', 3), meta);
  for (let run = 0; run <= closedHoldsKept; run += 1) {
    await accounts.handle(stream, holdCredits(`gen_later_${run}`, 1), meta);
    await accounts.handle(stream, settleHold(`gen_later_${run}`, 1), meta);
  }
  return accounts;
};

test('I3 on-job-ended: the end of a job whose hold was closed long ago', async () => {
  const { handle, events } = await longAgo();
  const before = await events();
  const end = endHold({ handle, logger: keptLog().logger, now: () => later(fiveDays) });
  for (const event of ends) await end(event);
  expect(await events()).toEqual(before);
});
