/** What analytics' entry points are made of, and the only place that reads their environment. */
import * as z from 'zod';
import { dynamoDb } from '#shared/aws/dynamodb.ts';
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { createMetrics, type Metrics } from '#shared/observability/metrics.ts';
import { pseudonymTable } from './storage/pseudonym-table.ts';

/** @throws ZodError naming the variable. */
const variable = (name: string): string =>
  z
    .string({ error: `${name} is not set` })
    .min(1)
    .parse(process.env[name]);

export const logger = (): Logger => createLogger('analytics');
export const metrics = (): Metrics => createMetrics('analytics');
export const pseudonyms = () => pseudonymTable(dynamoDb(), variable('PSEUDONYMS_TABLE'));
