/** Looks through the accounts of an app that are due for their daily allowance, page by page. */
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { balancesBelow, catalog, dailyIssues, dailyResets, logger } from '../composition.ts';
import { resetMessage } from '../daily-reset/messages.ts';
import { resetPage } from '../daily-reset/reset-page.ts';

const log = logger();

export const handler = queueConsumer(
  log,
  resetMessage,
  resetPage({
    catalog: catalog(log),
    pageBelow: balancesBelow('byApp'),
    sendIssues: dailyIssues(),
    sendReset: dailyResets(),
    logger: log,
  }),
);
