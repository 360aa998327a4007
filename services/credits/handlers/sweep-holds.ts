/** Ends holds that are past their expiry and whose jobs are over or were never made. */
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { accountStore, balancesBelow, jobStatus, logger, metrics, sweepPages } from '../composition.ts';
import { accountHandler } from '../handle-account.ts';
import { sweepMessage } from '../hold-sweep/messages.ts';
import { sweepPage } from '../hold-sweep/sweep-page.ts';

const log = logger();
const store = accountStore();

export const handler = queueConsumer(
  log,
  sweepMessage,
  sweepPage({
    handle: accountHandler(store),
    store,
    ask: jobStatus(),
    pageBelow: balancesBelow('byHoldExpiry'),
    send: sweepPages(),
    logger: log,
    metrics: metrics(),
  }),
);
