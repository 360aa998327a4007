/**
 * One page of the clock's look at subscriptions: users whose prepaid period or grace is over lose the plan, or come to another that
 * is paid. A start becomes one page for each shard, a page asks for the next one when it is done.
 */
import type { Logger } from '#shared/observability/logger.ts';
import { type Metrics, MetricUnit } from '#shared/observability/metrics.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import { subscriptionStream } from '../domain/subscription-state.ts';
import type { HandleSubscription } from '../handle-subscription.ts';
import type { CheckMessage, SendCheck } from './check-message.ts';
import { type DueTable, dueShards } from './due-table.ts';

/** One read and one write each: a page takes a second or two. */
const ownersPerPage = 25;

export interface CheckDueDependencies {
  readonly handle: HandleSubscription;
  readonly due: Pick<DueTable, 'listDue'>;
  readonly send: SendCheck;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  readonly metrics: Pick<Metrics, 'addMetric' | 'publishStoredMetrics'>;
  /** ISO-8601 UTC. */
  readonly now?: () => string;
  readonly pageSize?: number;
}

export const checkDue = ({
  handle,
  due,
  send,
  logger,
  metrics,
  now = () => new Date().toISOString(),
  pageSize = ownersPerPage,
}: CheckDueDependencies) => {
  /** Tells whether the user came to another plan. A row that is behind its stream leads to nothing. */
  const check = async (owner: string, correlationId: string): Promise<'changed' | 'unchanged' | 'failed'> => {
    const { app, user } = parseOwnerKey(owner);
    try {
      const command = { type: 'CheckDue', at: now() } as const;
      const meta = { actor: 'system:check-due', correlationId };
      const handled = await handle(subscriptionStream({ app, user }), command, meta);
      if (!handled.accepted) throw new Error(`the clock was refused: ${handled.rejection}`);
      if (handled.events.length === 0) return 'unchanged';
      logger.info('entitled by the clock', { app, user, plan: handled.state.entitledTo });
      return 'changed';
    } catch (error) {
      logger.error('due subscription not checked', { app, user, error: error as Error });
      return 'failed';
    }
  };

  /** What goes wrong with one user is counted and keeps no other from the clock; the next check tries again. */
  return async (message: CheckMessage, { messageId }: { readonly messageId: string }): Promise<void> => {
    if (message.kind === 'start')
      return send(dueShards.map((shard) => ({ kind: 'page', shard, correlationId: messageId })));
    const { shard, cursor, correlationId } = message;
    const { owners, next } = await due.listDue(shard, { at: now(), limit: pageSize, cursor });
    const counted = { changed: 0, unchanged: 0, failed: 0 };
    for (const owner of owners) counted[await check(owner, correlationId)] += 1;
    if (owners.length > 0) {
      metrics.addMetric('EntitlementsChangedByClock', MetricUnit.Count, counted.changed);
      metrics.addMetric('DueSubscriptionsNotChecked', MetricUnit.Count, counted.failed);
      metrics.publishStoredMetrics();
    }
    // Last: a page that fails before is done again, and no page behind it is begun twice for that.
    if (next) await send([{ kind: 'page', shard, cursor: next, correlationId }]);
    logger.info('page of due subscriptions', { shard, ...counted, last: !next, correlationId });
  };
};
