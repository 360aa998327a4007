/** Items of one owner by their ids, in as few calls as it takes. */
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Owner, ownerKey } from '#shared/owner.ts';

/** What BatchGetItem takes. */
const batchSize = 100;
/** Calls for one batch: DynamoDB gives back what it had no capacity for. */
const maxAttempts = 5;

export interface ItemsToRead {
  /** Its keys are `owner` and `id`. */
  readonly table: string;
  readonly attributes: readonly string[];
  readonly consistent: boolean;
}

/** Those that are there, in no order. Each id is asked for once. */
export const readItems =
  <Item>(client: DynamoDBDocumentClient, { table, attributes, consistent }: ItemsToRead) =>
  async (owner: Owner, ids: readonly string[]): Promise<readonly Item[]> => {
    const unique = [...new Set(ids)];
    const found: Item[] = [];
    const readBatch = async (batch: readonly string[]): Promise<void> => {
      let keys: Record<string, unknown>[] = batch.map((id) => ({ owner: ownerKey(owner), id }));
      for (let attempt = 0; keys.length > 0; attempt += 1) {
        if (attempt === maxAttempts) throw new Error(`${keys.length} items were not read in ${maxAttempts} attempts`);
        const { Responses = {}, UnprocessedKeys = {} } = await client.send(
          new BatchGetCommand({
            RequestItems: {
              [table]: {
                Keys: keys,
                ConsistentRead: consistent,
                ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
                ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
              },
            },
          }),
        );
        found.push(...((Responses[table] ?? []) as Item[]));
        keys = UnprocessedKeys[table]?.Keys ?? [];
      }
    };
    for (let next = 0; next < unique.length; next += batchSize) await readBatch(unique.slice(next, next + batchSize));
    return found;
  };
