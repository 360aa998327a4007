/** What credits' entry points are made of, and the only place that reads their environment. */
import * as z from 'zod';
import { dynamoDb } from '#shared/aws/dynamodb.ts';
import { eventBridge } from '#shared/aws/event-bridge.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { createMetrics, type Metrics } from '#shared/observability/metrics.ts';
import type { AccountEvent } from './domain/events.ts';
import type { Account } from './domain/state.ts';
import type { AccountStore } from './handle-account.ts';
import { balanceWriter } from './read-models/balances.ts';

export { eventBridge };

/** @throws ZodError naming the variable. */
const variable = (name: string): string =>
  z
    .string({ error: `${name} is not set` })
    .min(1)
    .parse(process.env[name]);

export const logger = (): Logger => createLogger('credits');
export const metrics = (): Metrics => createMetrics('credits');
export const accountStore = (): AccountStore =>
  dynamoEventStore<Account, AccountEvent>(dynamoDb(), variable('EVENTS_TABLE'));
export const putBalance = () => balanceWriter(dynamoDb(), variable('BALANCES_TABLE'));
export const busName = (): string => variable('BUS_NAME');
