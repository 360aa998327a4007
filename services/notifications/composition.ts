/** What notifications' entry points are made of, and the only place that reads their environment. */
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import { writeExportPart } from '#services/identity/client.ts';
import { apiGatewayManagement } from '#shared/aws/api-gateway-management.ts';
import { dynamoDb } from '#shared/aws/dynamodb.ts';
import { eventBridge } from '#shared/aws/event-bridge.ts';
import { lambda } from '#shared/aws/lambda.ts';
import { removeItems } from '#shared/aws/remove-items.ts';
import { s3 } from '#shared/aws/s3.ts';
import { sqs } from '#shared/aws/sqs.ts';
import { auditTrail } from '#shared/http/audit.ts';
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { createMetrics, type Metrics } from '#shared/observability/metrics.ts';
import { sendBroadcast } from './broadcasts/message.ts';
import { sendFanOut } from './realtime/fan-out-message.ts';
import { apiGatewaySockets } from './realtime/sockets.ts';
import { broadcastTable } from './storage/broadcast-table.ts';
import { connectionTable } from './storage/connection-table.ts';
import { feedTable } from './storage/feed-table.ts';
import { memberTable } from './storage/member-table.ts';
import { notificationTable } from './storage/notification-table.ts';

export { eventBridge };

/** @throws ZodError naming the variable. */
const variable = (name: string): string =>
  z
    .string({ error: `${name} is not set` })
    .min(1)
    .parse(process.env[name]);

export const logger = (): Logger => createLogger('notifications');
export const metrics = (): Metrics => createMetrics('notifications');
export const audit = () => auditTrail(sqs(), variable('AUDIT_QUEUE_URL'), 'notifications');

// The inbox, members and broadcasts.

export const busName = (): string => variable('BUS_NAME');
export const catalog = (log: Logger): Catalog =>
  catalogClient({
    client: lambda(),
    functionName: variable('CATALOG_FUNCTION'),
    onFailure: (error) => log.error('catalog not read', { error: error as Error }),
  });
export const notifications = () => notificationTable(dynamoDb(), variable('NOTIFICATIONS_TABLE'));
export const members = () => memberTable(dynamoDb(), variable('MEMBERS_TABLE'));
export const broadcasts = () => broadcastTable(dynamoDb(), variable('BROADCASTS_TABLE'));
export const wakeBroadcast = () => sendBroadcast(sqs(), variable('BROADCAST_QUEUE_URL'));
export const exportParts = () => writeExportPart(s3(), variable('EXPORTS_BUCKET'));

// Real time.

/** `SOCKET_ENDPOINT`: where the WebSocket API's connections are reached. */
export const sockets = () => apiGatewaySockets(apiGatewayManagement(variable('SOCKET_ENDPOINT')));
export const connections = () => connectionTable(dynamoDb(), variable('CONNECTIONS_TABLE'));
export const feed = () => feedTable(dynamoDb(), variable('FEED_TABLE'));
export const removeFromFeed = () => removeItems(dynamoDb(), { name: variable('FEED_TABLE'), sortKey: 'key' });
export const sendingFanOut = () => sendFanOut(sqs(), variable('FAN_OUT_QUEUE_URL'));
