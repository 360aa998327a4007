/** What admin's entry points are made of, and the only place that reads their environment. */
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import { dynamoDb } from '#shared/aws/dynamodb.ts';
import { lambda } from '#shared/aws/lambda.ts';
import { sqs } from '#shared/aws/sqs.ts';
import { auditTrail } from '#shared/http/audit.ts';
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { createMetrics, type Metrics } from '#shared/observability/metrics.ts';
import { deploymentQueues } from './queues/deployment-queues.ts';
import { activeUserTable } from './storage/active-user-table.ts';
import { auditTable } from './storage/audit-table.ts';
import { counterTable } from './storage/counter-table.ts';

/** @throws ZodError naming the variable. */
const variable = (name: string): string =>
  z
    .string({ error: `${name} is not set` })
    .min(1)
    .parse(process.env[name]);

export const logger = (): Logger => createLogger('admin');
export const metrics = (): Metrics => createMetrics('admin');
export const audit = () => auditTrail(sqs(), variable('AUDIT_QUEUE_URL'), 'admin');
export const counters = () => counterTable(dynamoDb(), variable('COUNTERS_TABLE'));
export const activeUsers = () => activeUserTable(dynamoDb(), variable('ACTIVE_USERS_TABLE'));
export const acts = () => auditTable(dynamoDb(), variable('AUDIT_TABLE'));
export const queues = () => deploymentQueues(sqs(), variable('QUEUE_PREFIX'));
export const catalog = (log: Logger): Catalog =>
  catalogClient({
    client: lambda(),
    functionName: variable('CATALOG_FUNCTION'),
    onFailure: (error) => log.error('catalog not read', { error: error as Error }),
  });
