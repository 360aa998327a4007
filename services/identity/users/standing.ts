/** Reads a user's standing at every request, so that a role taken away or a user deleted counts from the next one on. */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { type Standing, standing } from '../domain/judge-standing.ts';

/** Retries included; with a read of keys (3 s) it stays below the authorizer's own time-out of 5 s. */
const defaultTimeoutMs = 1_500;

/**
 * One consistent read: half a unit less would be a deleted user let in for a second. A record of up to 4 KB costs 1 RRU,
 * whatever the projection names.
 *
 * @throws when the record cannot be read, or is not one.
 */
export const standingReader =
  (client: DynamoDBDocumentClient, table: string, { timeoutMs = defaultTimeoutMs }: { timeoutMs?: number } = {}) =>
  async (owner: Owner): Promise<Standing | undefined> => {
    const { Item } = await client.send(
      new GetCommand({
        TableName: table,
        Key: { owner: ownerKey(owner) },
        ConsistentRead: true,
        ProjectionExpression: '#status, #roles',
        ExpressionAttributeNames: { '#status': 'status', '#roles': 'roles' },
      }),
      { abortSignal: AbortSignal.timeout(timeoutMs) },
    );
    return Item === undefined ? undefined : standing.parse(Item);
  };
