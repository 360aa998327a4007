/** The clock: prepaid periods and the grace of overdue payments end when nobody tells of it. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { checkQueue, logger, metrics, subscriptionRows, subscriptionStore } from '../composition.ts';
import { subscriptionHandler } from '../handle-subscription.ts';
import { checkDue } from '../subscriptions/check-due.ts';
import { checkMessage } from '../subscriptions/check-message.ts';

const log = logger();
const check = checkDue({
  handle: subscriptionHandler(subscriptionStore()),
  due: subscriptionRows(),
  send: checkQueue(),
  logger: log,
  metrics: metrics(),
});

export const handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> = queueConsumer(
  log,
  checkMessage,
  (message, { messageId }) => check(message, { messageId }),
);
