/**
 * One page of the clock's look at subscriptions: users whose period, trial or grace is over lose the plan, or come to another that
 * is paid. A start becomes one page for each shard, a page asks for the next one when it is done.
 */
import type { Logger } from '#shared/observability/logger.ts';
import { type Metrics, MetricUnit } from '#shared/observability/metrics.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import { noSubscription, type Subscription, subscriptionStream } from '../domain/subscription-state.ts';
import type { HandleSubscription, SubscriptionStore } from '../handle-subscription.ts';
import { type AskBeforeEndDependencies, askBeforeEnd } from './ask-before-end.ts';
import type { CheckMessage, SendCheck } from './check-message.ts';
import { type DueTable, dueShards } from './due-table.ts';

/** Each may be asked about at Stripe, twice or thrice: a page takes ten seconds or so. */
const ownersPerPage = 10;

export interface CheckDueDependencies extends AskBeforeEndDependencies {
  readonly store: Pick<SubscriptionStore, 'load'>;
  readonly handle: HandleSubscription;
  readonly due: Pick<DueTable, 'listDue'>;
  readonly send: SendCheck;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  readonly metrics: Pick<Metrics, 'addMetric' | 'publishStoredMetrics'>;
  /** ISO-8601 UTC. */
  readonly now?: () => string;
  readonly pageSize?: number;
}

type Checked = 'changed' | 'unchanged' | 'failed' | 'unpaid';

/** Stripe says that it is paid on, and no payment of its new period came here. */
const isPaidThere = ({ observed, paid }: Subscription, at: string): boolean =>
  observed?.status === 'active' && !paid?.revoked && Date.parse(observed.currentPeriodEnd) > Date.parse(at);

export const checkDue = (dependencies: CheckDueDependencies) => {
  const { store, handle, due, send, logger, metrics } = dependencies;
  const { now = () => new Date().toISOString(), pageSize = ownersPerPage } = dependencies;
  type Ask = ReturnType<typeof askBeforeEnd>;

  /** Tells whether the user came to another plan. A row that is behind its stream leads to nothing. */
  const check = async (owner: string, ask: Ask, correlationId: string): Promise<Checked> => {
    const { app, user } = parseOwnerKey(owner);
    try {
      const stream = subscriptionStream({ app, user });
      const meta = { actor: 'system:check-due', correlationId };
      const before = (await store.load(stream))?.state ?? noSubscription;
      await ask({ owner: { app, user }, state: before, at: now(), meta });
      const handled = await handle(stream, { type: 'CheckDue', at: now() }, meta);
      if (!handled.accepted) throw new Error(`the clock was refused: ${handled.rejection}`);
      const { entitledTo: plan } = handled.state;
      if (plan === before.entitledTo) return 'unchanged';
      if (plan === null && isPaidThere(handled.state, now())) {
        logger.error('subscription goes on at Stripe, its payment was not heard of', { app, user });
        return 'unpaid';
      }
      logger.info('entitled by the clock', { app, user, plan });
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
    const counted = { changed: 0, unchanged: 0, failed: 0, unpaid: 0 };
    const ask = askBeforeEnd(dependencies);
    for (const owner of owners) counted[await check(owner, ask, correlationId)] += 1;
    if (owners.length > 0) {
      metrics.addMetric('EntitlementsChangedByClock', MetricUnit.Count, counted.changed + counted.unpaid);
      metrics.addMetric('DueSubscriptionsNotChecked', MetricUnit.Count, counted.failed);
      metrics.addMetric('RenewalsNotHeardOf', MetricUnit.Count, counted.unpaid);
      metrics.publishStoredMetrics();
    }
    // Last: a page that fails before is done again, and no page behind it is begun twice for that.
    if (next) await send([{ kind: 'page', shard, cursor: next, correlationId }]);
    logger.info('page of due subscriptions', { shard, ...counted, last: !next, correlationId });
  };
};
