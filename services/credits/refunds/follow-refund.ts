/**
 * What a completed job cost comes back when an admin says so: a grant of its own, of the kind `adjustment`, which does not expire. The
 * grants that paid may be used up or expired by then, and the charge itself stays what it was (I4).
 */
import type * as z from 'zod';
import type { Catalog } from '#services/catalog/contracts.ts';
import type { jobRefunded } from '#services/generation/contracts.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { accountStream } from '../domain/account.ts';
import type { AdjustCredits } from '../domain/commands.ts';
import { policyOf } from '../domain/policy.ts';
import { type HandleAccount, handleOpening } from '../handle-account.ts';
import { refundsOfClosedAccounts } from './metrics.ts';

export type JobRefunded = z.infer<typeof jobRefunded>;

export interface FollowRefundDependencies {
  readonly handle: HandleAccount;
  readonly catalog: Catalog;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Counts one of what alarms watch. */
  readonly count: (alarm: string) => void;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

/** Of the job, not of the event: whatever tells of it, a job's cost comes back once for ever. */
export const refundIdOf = (jobId: string): string => `refund-${jobId}`;

/** @throws Error for an app that is not known, or an account that can carry no more: people look at the dead letter. */
export const followRefund =
  ({ handle, catalog, logger, count, now }: FollowRefundDependencies) =>
  async ({ app, user, id, correlationId, data }: JobRefunded): Promise<void> => {
    const { jobId, tool, credits, reason, by } = data;
    const definition = await catalog.app(app);
    if (!definition) throw new Error(`JobRefunded is of the unknown app ${app}`);
    const at = now();
    const command: AdjustCredits = {
      type: 'AdjustCredits',
      at,
      adjustmentId: refundIdOf(jobId),
      credits,
      reason,
      job: { id: jobId, tool },
      policy: policyOf(definition, at),
    };
    // The ledger names who decided, as it does for every adjustment.
    const meta = { actor: by, correlationId, causationId: id };
    const handled = await handleOpening(handle, accountStream({ app, user }), definition, { command, meta });
    if (handled.accepted) logger.info('job refunded', { jobId, credits, repeated: handled.events.length === 0 });
    // Whoever left has no account to give it back to.
    else if (handled.rejection === 'account-closed') {
      logger.warn('refund of a closed account', { app, user, jobId });
      count(refundsOfClosedAccounts);
    } else throw new Error(`the refund of ${jobId} did not reach the account: ${handled.rejection}`);
  };
