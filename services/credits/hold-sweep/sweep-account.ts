/** Ends an account's holds that are past their expiry: as their jobs ended, or by a release when there is no job. A living job keeps its hold. */
import type { JobStatusAnswer } from '#services/generation/contracts.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import type { ReleaseHold, SettleHold } from '../domain/commands.ts';
import { type Account, epochSeconds, type Hold } from '../domain/state.ts';
import type { AccountStore, HandleAccount } from '../handle-account.ts';
import type { AskJobStatus } from './ask-job-status.ts';
import { type FoundHold, findHold } from './find-hold.ts';
import { addSwept, nothingSwept, type Swept } from './outcome.ts';

/**
 * A request may meet an open hold in the second before its expiry and only then append its job. It has ended, with its
 * function, long before this.
 */
export const graceSeconds = 120;

/** Questions to generation at a time; an account has 500 open holds at most. */
const inParallel = 10;

/** Whether the function may begin something more before its end. */
export type HasTime = () => boolean;

export interface SweepDependencies {
  readonly handle: HandleAccount;
  readonly store: Pick<AccountStore, 'load' | 'read'>;
  readonly ask: AskJobStatus;
  readonly logger: Logger;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

const commandFor = (
  { holdId, tool, heldAt }: FoundHold,
  answer: Exclude<JobStatusAnswer, { status: 'living' }>,
  at: string,
): SettleHold | ReleaseHold => {
  const release = (reason: ReleaseHold['reason']): ReleaseHold => ({ type: 'ReleaseHold', at, holdId, tool, reason });
  switch (answer.status) {
    case 'completed':
      // A request that stalled until its job was done holds again for a job that was paid for: such a hold goes back.
      return Date.parse(heldAt) <= Date.parse(answer.ended_at)
        ? { type: 'SettleHold', at, holdId, tool, credits: answer.cost }
        : release('expired');
    case 'failed':
      return release(answer.reason === 'blocked' ? 'blocked' : 'failed');
    case 'cancelled':
      return release('cancelled');
    case 'unknown':
      return release('expired');
  }
};

const dueHolds = (account: Account, now: number): [key: string, hold: Hold][] =>
  account.status === 'unopened'
    ? []
    : Object.entries(account.holds).filter(([, { until }]) => until + graceSeconds <= now);

type Due = readonly [key: string, hold: Hold];
type Verdict = { readonly found: FoundHold; readonly answer: JobStatusAnswer };

export const sweepAccount = ({ handle, store, ask, logger, now }: SweepDependencies) => {
  const judge = async (stream: string, version: number, due: Due): Promise<Verdict | undefined> => {
    const { app, user } = parseOwnerKey(stream);
    try {
      const found = await findHold(store, stream, version, due);
      return { found, answer: await ask({ app, user, jobId: found.holdId }) };
    } catch (error) {
      logger.error('expired hold not judged', { app, user, hold: due[0], error: error as Error });
      return undefined;
    }
  };

  const end = async (stream: string, { found, answer }: Verdict, correlationId: string): Promise<Partial<Swept>> => {
    const { app, user } = parseOwnerKey(stream);
    const about = { app, user, holdId: found.holdId, job: answer.status };
    if (answer.status === 'living') {
      logger.warn('the job of an expired hold lives', about);
      return { living: 1 };
    }
    try {
      const command = commandFor(found, answer, now());
      const handled = await handle(stream, command, { actor: 'system:sweep-holds', correlationId });
      if (!handled.accepted) throw new Error(`hold ${found.holdId} was not ended: ${handled.rejection}`);
      // The job's own event may have ended it a moment ago.
      if (handled.events.length === 0) return {};
      logger.info('expired hold ended', about);
      return command.type === 'SettleHold' ? { settled: 1 } : { released: 1 };
    } catch (error) {
      logger.error('expired hold not ended', { ...about, error: error as Error });
      return { failed: 1 };
    }
  };

  /**
   * @throws Error when the account cannot be read. What goes wrong with one hold is counted and keeps no other from its
   * end; holds that no time is left for are counted so too, and the next sweep tries again.
   */
  return async (stream: string, correlationId: string, hasTime: HasTime): Promise<Swept> => {
    const tail = await store.load(stream);
    if (!tail) return nothingSwept;
    const due = dueHolds(tail.state, epochSeconds(now()));
    let swept = nothingSwept;
    for (let next = 0; next < due.length; next += inParallel) {
      if (next > 0 && !hasTime()) {
        logger.warn('no time for all expired holds', { ...parseOwnerKey(stream), left: due.length - next });
        return addSwept(swept, { failed: due.length - next });
      }
      const chunk = due.slice(next, next + inParallel);
      const verdicts = await Promise.all(chunk.map((hold) => judge(stream, tail.version, hold)));
      // One after the other: commands of one account would only contend.
      for (const verdict of verdicts)
        swept = addSwept(swept, verdict ? await end(stream, verdict, correlationId) : { failed: 1 });
    }
    return swept;
  };
};
