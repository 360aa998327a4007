/** What a table's stream hands to functions. */
export { type StreamRecord, toStreamRecord } from '#shared/operations/queues/stream-record.ts';

/** What a record says of an item that DynamoDB deleted itself, because its time was over. */
export const expiredIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' } as const;
