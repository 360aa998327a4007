/** Ends holds that are past their expiry and whose jobs are over or were never made. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { accountStore, balancesBelow, jobStatus, logger, metrics, sweepPages } from '../composition.ts';
import { accountHandler } from '../handle-account.ts';
import { sweepMessage } from '../hold-sweep/messages.ts';
import { sweepPage } from '../hold-sweep/sweep-page.ts';

/** Time for the ten holds that were begun last, whose questions to generation may take ten seconds, and for asking for the next page. */
const reserveMs = 25_000;

const log = logger();
const store = accountStore();
const sweep = sweepPage({
  handle: accountHandler(store),
  store,
  ask: jobStatus(),
  pageBelow: balancesBelow('byHoldExpiry'),
  send: sweepPages(),
  logger: log,
  metrics: metrics(),
});

export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const hasTime = () => context.getRemainingTimeInMillis() > reserveMs;
  return queueConsumer(log, sweepMessage, (message, { messageId }) => sweep(message, { messageId, hasTime }))(
    event,
    context,
  );
};
