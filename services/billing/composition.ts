/** What billing's entry points are made of, and the only place that reads their environment. */
import { ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import { writeExportPart } from '#services/identity/client.ts';
import { dynamoDb } from '#shared/aws/dynamodb.ts';
import { eventBridge } from '#shared/aws/event-bridge.ts';
import { lambda } from '#shared/aws/lambda.ts';
import { s3 } from '#shared/aws/s3.ts';
import { readSecret } from '#shared/aws/secrets-manager.ts';
import { sqs } from '#shared/aws/sqs.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { auditTrail } from '#shared/http/audit.ts';
import { showAgain } from '#shared/messaging/show-again.ts';
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { createMetrics, type Metrics } from '#shared/observability/metrics.ts';
import { callbackLog as logOfCallbacks } from './callbacks/callback-log.ts';
import { sendCallback } from './callbacks/callback-message.ts';
import type { PaymentEvent } from './domain/payment-events.ts';
import type { Payment } from './domain/payment-state.ts';
import type { SubscriptionEvent } from './domain/subscription-events.ts';
import type { Subscription } from './domain/subscription-state.ts';
import type { PaymentStore } from './handle-payment.ts';
import type { SubscriptionStore } from './handle-subscription.ts';
import { providersOf } from './providers/registry.ts';
import { paymentRows as rowsOfPayments } from './read-models/payments.ts';
import { customerTable } from './storage/customers.ts';
import { referenceTable } from './storage/references.ts';
import { requestKeyTable } from './storage/request-keys.ts';
import { sendCheck } from './subscriptions/check-message.ts';
import { dueTable } from './subscriptions/due-table.ts';

export { eventBridge };

/** @throws ZodError naming the variable. */
const variable = (name: string): string =>
  z
    .string({ error: `${name} is not set` })
    .min(1)
    .parse(process.env[name]);

export const logger = (): Logger => createLogger('billing');
export const metrics = (): Metrics => createMetrics('billing');
export const audit = () => auditTrail(sqs(), variable('AUDIT_QUEUE_URL'), 'billing');
export const busName = (): string => variable('BUS_NAME');
export const catalog = (log: Logger): Catalog =>
  catalogClient({
    client: lambda(),
    functionName: variable('CATALOG_FUNCTION'),
    onFailure: (error) => log.error('catalog not read', { error: error as Error }),
  });
/** Both kinds of stream lie in one table. */
export const paymentStore = (): PaymentStore =>
  dynamoEventStore<Payment, PaymentEvent>(dynamoDb(), variable('EVENTS_TABLE'));
export const subscriptionStore = (): SubscriptionStore =>
  dynamoEventStore<Subscription, SubscriptionEvent>(dynamoDb(), variable('EVENTS_TABLE'));
export const paymentRows = () => rowsOfPayments(dynamoDb(), variable('PAYMENTS_TABLE'));
export const references = () => referenceTable(dynamoDb(), variable('REFERENCES_TABLE'));
export const requestKeys = () => requestKeyTable(dynamoDb(), variable('REFERENCES_TABLE'));
export const customers = () => customerTable(dynamoDb(), variable('CUSTOMERS_TABLE'));
export const subscriptionRows = () => dueTable(dynamoDb(), variable('SUBSCRIPTIONS_TABLE'));
export const callbackLog = () =>
  logOfCallbacks(dynamoDb(), s3(), { table: variable('CALLBACKS_TABLE'), bucket: variable('CALLBACKS_BUCKET') });
export const callbackQueue = () => sendCallback(sqs(), variable('CALLBACK_QUEUE_URL'));
export const showCallbackAgain = () => showAgain(sqs(), variable('CALLBACK_QUEUE_URL'));
export const checkQueue = () => sendCheck(sqs(), variable('DUE_QUEUE_URL'));
export const exportParts = () => writeExportPart(s3(), variable('EXPORTS_BUCKET'));
/** The API's own address, which providers call back. */
export const publicUrl = (): string => variable('PUBLIC_URL');

const readIfThere = async (name: string): Promise<string | undefined> => {
  try {
    return await readSecret(name);
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};
export const providers = (log: Logger) =>
  providersOf({
    readSecret: readIfThere,
    onFailure: (app, error) => log.error('payment providers not read', { app, error: error as Error }),
  });
