/** Has an app's endpoints told what became of a payment, or of a user's subscription. */
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { logger, telling } from '../composition.ts';
import { tellEndpoints } from '../delivering/tell-endpoints.ts';
import { paymentEvent, paymentMessage } from '../domain/payment-message.ts';

export const handler = busConsumer(logger(), paymentEvent, tellEndpoints(telling(), paymentMessage));
