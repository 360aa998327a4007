/** Issues today's allowance to the accounts that a daily reset found due. */
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { accountStore, catalog, logger } from '../composition.ts';
import { issueAllowances } from '../daily-reset/issue-allowances.ts';
import { issueMessage } from '../daily-reset/messages.ts';
import { accountHandler } from '../handle-account.ts';

const log = logger();

export const handler = queueConsumer(
  log,
  issueMessage,
  issueAllowances({ handle: accountHandler(accountStore()), catalog: catalog(log), logger: log }),
);
