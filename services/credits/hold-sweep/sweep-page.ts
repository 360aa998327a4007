/**
 * One page of a sweep: accounts that have a hold past its expiry, from the shard's oldest. A start becomes one page for each
 * shard, a page asks for the next one when it is done or its time is, so that accounts whose jobs live or that are slow never keep
 * a sweep from those behind them.
 */
import type { Logger } from '#shared/observability/logger.ts';
import { type Metrics, MetricUnit } from '#shared/observability/metrics.ts';
import type { PageBelow } from '../read-models/balance-indexes.ts';
import { holdShards } from '../read-models/balances.ts';
import type { SendSweep, SweepMessage } from './messages.ts';
import { addSwept, heldCreditsAge, nothingSwept, type Swept, sweepMetrics } from './outcome.ts';
import { graceSeconds, type HasTime, type SweepDependencies, sweepAccount } from './sweep-account.ts';

/** An account takes a second when it has as many open holds as it may, and longer when generation is slow to answer. */
const accountsPerPage = 20;

export interface SweepPageDependencies extends Omit<SweepDependencies, 'now'> {
  /** Of the balances' `byHoldExpiry` index. */
  readonly pageBelow: PageBelow;
  readonly send: SendSweep;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** ISO-8601 UTC. */
  readonly now?: () => string;
  readonly pageSize?: number;
}

export interface SweepRun {
  readonly messageId: string;
  readonly hasTime: HasTime;
}

export const sweepPage = (dependencies: SweepPageDependencies) => {
  const { pageBelow, send, logger, metrics, pageSize = accountsPerPage } = dependencies;
  const { now = () => new Date().toISOString() } = dependencies;
  const sweep = sweepAccount({ ...dependencies, now });

  const tell = (swept: Swept): void => {
    for (const [outcome, name] of Object.entries(sweepMetrics))
      metrics.addMetric(name, MetricUnit.Count, swept[outcome as keyof Swept]);
    metrics.publishStoredMetrics();
  };

  return async (message: SweepMessage, { messageId, hasTime }: SweepRun): Promise<void> => {
    if (message.kind === 'start')
      return send(holdShards.map((shard) => ({ kind: 'page', shard, correlationId: messageId })));
    const { shard, cursor, correlationId } = message;
    const before = new Date(Date.parse(now()) - graceSeconds * 1_000).toISOString();
    const { owners, behind, next } = await pageBelow({ partition: shard, before, limit: pageSize, from: cursor });
    const oldest = behind[0]?.sort;
    // A shard's first page begins with its oldest hold.
    if (oldest !== undefined && !cursor) {
      metrics.addMetric(heldCreditsAge, MetricUnit.Seconds, (Date.parse(now()) - Date.parse(oldest)) / 1_000);
      // Told before anything can fail: a hold that cannot be ended is what it is for.
      metrics.publishStoredMetrics();
    }
    let swept = nothingSwept;
    let accounts = 0;
    // One at least, however little time there is: else the same page would be asked for again and again.
    for (; accounts < owners.length && (accounts === 0 || hasTime()); accounts += 1)
      swept = addSwept(swept, await sweep(owners[accounts] as string, correlationId, hasTime));
    if (accounts > 0) tell(swept);
    const rest = accounts < owners.length ? behind[accounts - 1] : next;
    // Last: a page that fails before is done again, and no page behind it is begun twice for that.
    if (rest) await send([{ kind: 'page', shard, cursor: rest, correlationId }]);
    logger.info('sweep page', { shard, accounts, ...swept, last: !rest, correlationId });
  };
};
