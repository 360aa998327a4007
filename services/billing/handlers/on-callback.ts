/** Applies what payment providers told. What cannot be applied yet comes again after a pause. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { countOne } from '#shared/observability/metrics.ts';
import { applyCallback } from '../callbacks/apply-callback.ts';
import { applyFact } from '../callbacks/apply-fact.ts';
import { callbackMessage } from '../callbacks/callback-message.ts';
import { comeAgain } from '../callbacks/come-again.ts';
import {
  callbackLog,
  catalog,
  logger,
  metrics,
  paymentStore,
  providers,
  references,
  showCallbackAgain,
  subscriptionStore,
} from '../composition.ts';
import { paymentHandler } from '../handle-payment.ts';
import { subscriptionHandler } from '../handle-subscription.ts';
import { observeSubscription } from '../subscriptions/observe.ts';

const log = logger();
const now = () => new Date().toISOString();
const store = subscriptionStore();
const handleSubscription = subscriptionHandler(store);

const count = countOne(metrics());
const consume = comeAgain({
  apply: applyCallback({
    applyFact: applyFact({
      catalog: catalog(log),
      providersOf: providers(log),
      references: references(),
      handlePayment: paymentHandler(paymentStore()),
      handleSubscription,
      observe: observeSubscription({ store, handle: handleSubscription, now }),
      now,
    }),
    log: callbackLog(),
    logger: log,
    count,
  }),
  show: showCallbackAgain(),
  count,
});

export const handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> = queueConsumer(
  log,
  callbackMessage,
  consume,
);
