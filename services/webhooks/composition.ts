/** What webhooks' entry points are made of, and the only place that reads their environment. */
import * as z from 'zod';
import { dynamoDb } from '#shared/aws/dynamodb.ts';
import { readSecret } from '#shared/aws/secrets-manager.ts';
import { sqs } from '#shared/aws/sqs.ts';
import { auditTrail } from '#shared/http/audit.ts';
import { publicOr, type TrustsHost } from '#shared/net/public-http.ts';
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { createMetrics, type Metrics } from '#shared/observability/metrics.ts';
import type { TellDependencies } from './delivering/tell-endpoints.ts';
import { sendWakeUp } from './delivering/wake-up.ts';
import { endpointSecrets, type SecretsOf } from './signing/endpoint-secrets.ts';
import { deliveryTable } from './storage/delivery-table.ts';
import { endpointTable } from './storage/endpoint-table.ts';

/** @throws ZodError naming the variable. */
const variable = (name: string): string =>
  z
    .string({ error: `${name} is not set` })
    .min(1)
    .parse(process.env[name]);

export const logger = (): Logger => createLogger('webhooks');
export const metrics = (): Metrics => createMetrics('webhooks');
export const audit = () => auditTrail(sqs(), variable('AUDIT_QUEUE_URL'), 'webhooks');
export const endpoints = () => endpointTable(dynamoDb(), variable('ENDPOINTS_TABLE'));
export const deliveries = () => deliveryTable(dynamoDb(), variable('DELIVERIES_TABLE'));
export const wake = () => sendWakeUp(sqs(), variable('DELIVERY_QUEUE_URL'));
export const telling = (): TellDependencies => ({
  endpoints: endpoints(),
  deliveries: deliveries(),
  wake: wake(),
  now: () => new Date(),
});
/** `CALLABLE_HOSTS`: a JSON list of hosts that may be called though they are not public. */
export const trusts = (): TrustsHost => publicOr(z.array(z.string()).parse(JSON.parse(variable('CALLABLE_HOSTS'))));

/** `WEBHOOK_SIGNING`: name or ARN of the secret that all endpoints' secrets are made from. */
export const secretsOf = (log: Logger): SecretsOf => {
  const name = variable('WEBHOOK_SIGNING');
  return endpointSecrets({
    readMaster: () => readSecret(name),
    onFailure: (error) => log.error('master secret not read', { error: error as Error }),
  });
};
