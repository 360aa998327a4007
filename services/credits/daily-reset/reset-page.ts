/**
 * One page of a daily reset: the accounts of an app whose last allowance is of an earlier day. They are handed on in small
 * batches, then the next page is asked for; whatever is done twice after an interruption is issued once (FS11).
 */
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { localDay } from '../domain/local-day.ts';
import { type PageBelow, usersOf } from '../read-models/balance-indexes.ts';
import { dailyKeyFrom } from '../read-models/balances.ts';
import { messagesPerCall, ownersPerMessage, type ResetMessage, type SendIssues, type SendReset } from './messages.ts';

/** What one call can hand on. */
const accountsPerPage = ownersPerMessage * messagesPerCall;

export interface ResetDependencies {
  readonly catalog: Catalog;
  /** Of the balances' `byApp` index. */
  readonly pageBelow: PageBelow;
  readonly sendIssues: SendIssues;
  readonly sendReset: SendReset;
  readonly logger: Logger;
  /** ISO-8601 UTC. */
  readonly now?: () => string;
  readonly pageSize?: number;
}

const inBatches = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, batch) => items.slice(batch * size, (batch + 1) * size));

/** Whether an account can ever be due: a plan gives by the day, or the plan that everybody begins with by the month. */
const givesAllowances = ({ plans, default_plan }: Pick<AppDefinition, 'plans' | 'default_plan'>): boolean =>
  plans.some(
    ({ id, daily_credits, monthly_credits }) => daily_credits > 0 || (id === default_plan && monthly_credits > 0),
  );

export const resetPage =
  ({
    catalog,
    pageBelow,
    sendIssues,
    sendReset,
    logger,
    now = () => new Date().toISOString(),
    pageSize = accountsPerPage,
  }: ResetDependencies) =>
  async (message: ResetMessage, { messageId }: { readonly messageId: string }): Promise<void> => {
    const { app, cursor, actor, correlationId = messageId } = message;
    const definition = await catalog.app(app);
    if (!definition) return logger.warn('daily reset of an unknown app', { app });
    // Every app has its midnight, for an admin may give a plan an allowance at any time.
    if (!givesAllowances(definition)) return logger.info('no daily reset: nothing is given', { app, correlationId });
    const day = localDay(now(), definition.zone);
    const { owners, next } = await pageBelow({
      partition: app,
      before: dailyKeyFrom(day),
      limit: Math.min(pageSize, accountsPerPage),
      from: cursor,
    });
    const by = { correlationId, ...(actor ? { actor } : {}) };
    const batches = inBatches(usersOf(owners), ownersPerMessage);
    if (batches.length > 0) await sendIssues(batches.map((users) => ({ app, users, ...by })));
    // Last: a page that fails before is done again, and no page behind it is begun twice for that.
    if (next) await sendReset({ kind: 'page', app, cursor: next, ...by });
    logger.info('daily reset page', {
      app,
      day,
      accounts: owners.length,
      batches: batches.length,
      last: !next,
      correlationId,
    });
  };
