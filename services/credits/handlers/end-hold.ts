/** A job's end ends its hold: a completed job is charged, any other is not (I4). */
import type * as z from 'zod';
import type { jobEnded } from '#services/generation/contracts.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { accountStream } from '../domain/account.ts';
import type { ReleaseHold, SettleHold } from '../domain/commands.ts';
import { holdStatus } from '../domain/state.ts';
import type { HandleAccount } from '../handle-account.ts';

export type JobEnded = z.infer<typeof jobEnded>;

export interface EndHoldDependencies {
  readonly handle: HandleAccount;
  readonly logger: Logger;
  /** ISO-8601 UTC. */
  readonly now?: () => string;
}

const commandFor = ({ type, data }: JobEnded, at: string): SettleHold | ReleaseHold => {
  const hold = { at, holdId: data.jobId, tool: data.tool };
  switch (type) {
    case 'JobSucceeded':
      return { type: 'SettleHold', ...hold, credits: data.cost };
    case 'JobFailed':
      return { type: 'ReleaseHold', ...hold, reason: data.reason === 'blocked' ? 'blocked' : 'failed' };
    case 'JobCancelled':
      return { type: 'ReleaseHold', ...hold, reason: 'cancelled' };
  }
};

/** @throws Error when the account refuses: the message comes again and ends in the dead-letter queue, where an alarm rings. */
export const endHold =
  ({ handle, logger, now = () => new Date().toISOString() }: EndHoldDependencies) =>
  async (event: JobEnded): Promise<void> => {
    const { app, user, id, correlationId, data } = event;
    const handled = await handle(accountStream({ app, user }), commandFor(event, now()), {
      actor: 'system:on-job-ended',
      correlationId,
      causationId: id,
    });
    const about = { holdId: data.jobId, jobEvent: event.type };
    if (!handled.accepted) throw new Error(`hold ${data.jobId} was not ended: ${handled.rejection}`);
    if (handled.events.length > 0) logger.info('hold ended', about);
    else if (holdStatus(handled.state, data.jobId) === 'closed') logger.info('hold had been ended before', about);
    // An earlier result that was served again has no hold; any other may have been ended long ago, or never made.
    else if (event.type === 'JobSucceeded' && event.data.cached) logger.info('a result served again', about);
    else logger.warn('no such hold', about);
  };
