/** The clock: periods, trials and the grace of overdue payments end when nobody tells of it. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { checkQueue, logger, metrics, providers, subscriptionRows, subscriptionStore } from '../composition.ts';
import { subscriptionHandler } from '../handle-subscription.ts';
import { checkDue } from '../subscriptions/check-due.ts';
import { checkMessage } from '../subscriptions/check-message.ts';
import { observeSubscription } from '../subscriptions/observe.ts';

const log = logger();
const now = () => new Date().toISOString();
const store = subscriptionStore();
const handle = subscriptionHandler(store);
const check = checkDue({
  store,
  handle,
  observe: observeSubscription({ store, handle, now }),
  providersOf: providers(log),
  due: subscriptionRows(),
  send: checkQueue(),
  logger: log,
  metrics: metrics(),
  now,
});

export const handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> = queueConsumer(
  log,
  checkMessage,
  (message, { messageId }) => check(message, { messageId }),
);
