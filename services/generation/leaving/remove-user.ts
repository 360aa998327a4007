/**
 * Removes what generation holds of a user who left: first their jobs end, then rows and files go. Whatever comes twice, or
 * while a first one is at work, finds less to remove; the second pass finds what was under way at the first.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { RemoveItems } from '#shared/aws/remove-items.ts';
import type { HasTime, Removed, RemoveObjects } from '#shared/aws/remove-objects.ts';
import type { Owner } from '#shared/owner.ts';
import { isOver, jobStream } from '../domain/job.ts';
import type { HandleJob } from '../handle-job.ts';
import { outputsPrefix } from '../storage/outputs.ts';
import { uploadsPrefix } from '../storage/uploads.ts';
import type { LeavingMessage, SendOn } from './message.ts';

/** A row of the list of jobs, as far as it matters here. */
export interface JobRow {
  readonly id: string;
  /** Absent when the job was removed. */
  readonly status?: string | undefined;
}

export interface RemoveUserDeps {
  readonly handleJob: HandleJob;
  readonly jobRows: RemoveItems<JobRow>;
  /** In the order given: an asset's row goes before its file, so that a file that arrives meanwhile finds no row and is removed too. */
  readonly rows: readonly RemoveItems<unknown>[];
  readonly uploads: RemoveObjects;
  readonly outputs: RemoveObjects;
  readonly sendOn: SendOn;
  readonly logger: Pick<Logger, 'info'>;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

/** Jobs that are cancelled at the same time. */
const cancelledAtOnce = 10;

/** The list of jobs hears of a cancellation a moment later and puts its row back: so rows are looked for once more. */
const lookAgainSeconds = 5;

const mayLive = ({ status }: JobRow): boolean => status === 'queued' || status === 'processing';

/** Answers how many jobs ended by it: one that had ended before, unknown to the list, is left as it is. */
const cancelJobs = async (
  { handleJob, now }: Pick<RemoveUserDeps, 'handleJob' | 'now'>,
  { detail }: LeavingMessage,
  rows: readonly JobRow[],
): Promise<number> => {
  const { correlationId, id: causationId } = detail;
  const meta = { actor: 'system:user-left', correlationId, causationId };
  const living = rows.filter(mayLive);
  let cancelled = 0;
  for (let next = 0; next < living.length; next += cancelledAtOnce) {
    const handled = await Promise.all(
      living
        .slice(next, next + cancelledAtOnce)
        .map(({ id }) => handleJob(jobStream(detail, id), { type: 'CancelJob', at: now() }, meta)),
    );
    for (const one of handled) {
      if (!one.accepted && !isOver(one.state)) throw new Error(`a job was not cancelled: ${one.rejection}`);
      if (one.accepted && one.events.length > 0) cancelled += 1;
    }
  }
  return cancelled;
};

type Step = (owner: Owner, hasTime: HasTime) => Promise<Removed>;

export const removeUser =
  (deps: RemoveUserDeps) =>
  async (message: LeavingMessage, hasTime: HasTime): Promise<void> => {
    const { jobRows, rows, uploads, outputs, sendOn, logger } = deps;
    const { app, user, data } = message.detail;
    let cancelled = 0;
    const steps: readonly Step[] = [
      (owner) =>
        jobRows(owner, hasTime, async (page) => {
          cancelled += await cancelJobs(deps, message, page);
        }),
      ...rows,
      (owner) => uploads(uploadsPrefix(owner), hasTime),
      (owner) => outputs(outputsPrefix(owner), hasTime),
    ];
    let removed = 0;
    let more = false;
    for (const step of steps) {
      const done = await step({ app, user }, hasTime);
      removed += done.removed;
      more = done.more;
      if (more) break;
    }
    logger.info('data of a user who left removed', { app, user, pass: data.pass, removed, cancelled, more });
    if (more) await sendOn(message, 0);
    else if (cancelled > 0) await sendOn(message, lookAgainSeconds);
  };
