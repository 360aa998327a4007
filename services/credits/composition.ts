/** What credits' entry points are made of, and the only place that reads their environment. */
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import { writeExportPart } from '#services/identity/client.ts';
import { dynamoDb } from '#shared/aws/dynamodb.ts';
import { eventBridge } from '#shared/aws/event-bridge.ts';
import { lambda } from '#shared/aws/lambda.ts';
import { s3 } from '#shared/aws/s3.ts';
import { sqs } from '#shared/aws/sqs.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { auditTrail } from '#shared/http/audit.ts';
import { showAgain } from '#shared/messaging/show-again.ts';
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { createMetrics, type Metrics } from '#shared/observability/metrics.ts';
import { countUse, readUses } from './allowances/use-counter.ts';
import { sendIssues, sendReset } from './daily-reset/messages.ts';
import type { AccountEvent } from './domain/events.ts';
import type { Account } from './domain/state.ts';
import type { AccountStore } from './handle-account.ts';
import { askJobStatus } from './hold-sweep/ask-job-status.ts';
import { sendSweep } from './hold-sweep/messages.ts';
import { listUses } from './leaving/list-uses.ts';
import { listAccounts } from './read-models/account-list.ts';
import { pageBelow } from './read-models/balance-indexes.ts';
import type { balanceIndexes } from './read-models/balances.ts';
import { importedHistory } from './read-models/imported-history.ts';
import { readModelWriter } from './read-models/projections.ts';
import { sumUsage } from './read-models/usage-sums.ts';

export { eventBridge };

/** @throws ZodError naming the variable. */
const variable = (name: string): string =>
  z
    .string({ error: `${name} is not set` })
    .min(1)
    .parse(process.env[name]);

export const logger = (): Logger => createLogger('credits');
export const metrics = (): Metrics => createMetrics('credits');
export const audit = () => auditTrail(sqs(), variable('AUDIT_QUEUE_URL'), 'credits');
export const catalog = (log: Logger): Catalog =>
  catalogClient({
    client: lambda(),
    functionName: variable('CATALOG_FUNCTION'),
    onFailure: (error) => log.error('catalog not read', { error: error as Error }),
  });
export const accountStore = (): AccountStore =>
  dynamoEventStore<Account, AccountEvent>(dynamoDb(), variable('EVENTS_TABLE'));
export const writeReadModel = () =>
  readModelWriter(dynamoDb(), { balances: variable('BALANCES_TABLE'), usage: variable('USAGE_TABLE') });
export const balancesBelow = (index: keyof typeof balanceIndexes) =>
  pageBelow(dynamoDb(), variable('BALANCES_TABLE'), index);
export const accountList = () => listAccounts(dynamoDb(), variable('BALANCES_TABLE'));
export const usageSums = () => sumUsage(dynamoDb(), variable('USAGE_TABLE'));
export const useCounter = () => countUse(dynamoDb(), variable('ALLOWANCES_TABLE'));
export const useReader = () => readUses(dynamoDb(), variable('ALLOWANCES_TABLE'));
/** Starts a daily reset, or asks for its next page. */
export const dailyResets = () => sendReset(sqs(), variable('DAILY_RESET_QUEUE_URL'));
export const dailyIssues = () => sendIssues(sqs(), variable('DAILY_ISSUE_QUEUE_URL'));
export const sweepPages = () => sendSweep(sqs(), variable('HOLD_SWEEP_QUEUE_URL'));
export const jobStatus = () => askJobStatus(lambda(), variable('JOB_STATUS_FUNCTION'));
export const history = () => importedHistory(dynamoDb(), variable('HISTORY_TABLE'));
export const useList = () => listUses(dynamoDb(), variable('ALLOWANCES_TABLE'));
export const showUserEventAgain = () => showAgain(sqs(), variable('USER_EVENTS_QUEUE_URL'));
export const exportParts = () => writeExportPart(s3(), variable('EXPORTS_BUCKET'));
export const busName = (): string => variable('BUS_NAME');
