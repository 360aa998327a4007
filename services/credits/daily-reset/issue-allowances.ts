/** Gives a few accounts today's allowance. Today is told by the server's clock now: a message that comes late issues nothing for its own day. */
import type { Catalog } from '#services/catalog/contracts.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { accountStream } from '../domain/account.ts';
import type { AccountRejection, IssueDaily } from '../domain/commands.ts';
import { policyOf } from '../domain/policy.ts';
import type { HandleAccount } from '../handle-account.ts';
import type { IssueMessage } from './messages.ts';

export interface IssueDependencies {
  readonly handle: HandleAccount;
  readonly catalog: Catalog;
  readonly logger: Logger;
  /** ISO-8601 UTC. */
  readonly now?: () => string;
}

/** Closed since the page was read, or a row without an account: nothing is due. */
const nothingDue: ReadonlySet<AccountRejection> = new Set(['account-closed', 'account-unopened']);

/** @throws AggregateError when an account could not be handled; the others were, and the message may come again. */
export const issueAllowances =
  ({ handle, catalog, logger, now = () => new Date().toISOString() }: IssueDependencies) =>
  async ({ app, users, correlationId, actor = 'system:issue-daily' }: IssueMessage): Promise<void> => {
    const definition = await catalog.app(app);
    if (!definition) return logger.warn('daily allowance of an unknown app', { app });
    const at = now();
    const command: IssueDaily = { type: 'IssueDaily', at, policy: policyOf(definition, at) };
    const issueTo = async (user: string): Promise<boolean> => {
      const handled = await handle(accountStream({ app, user }), command, { actor, correlationId });
      if (handled.accepted) return handled.events.length > 0;
      if (nothingDue.has(handled.rejection)) return false;
      throw new Error(`${app}#${user}: ${handled.rejection}`);
    };
    const results = await Promise.allSettled(users.map(issueTo));
    const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    const issued = results.filter((result) => result.status === 'fulfilled' && result.value).length;
    logger.info('daily allowances', { app, day: command.policy.day, accounts: users.length, issued, correlationId });
    if (failed.length > 0) throw new AggregateError(failed, `${failed.length} allowances of ${app} were not issued`);
  };
