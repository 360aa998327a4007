/** Items by their keys, in as few calls as it takes. */
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** What BatchGetItem takes. */
const batchSize = 100;
/** Calls for one batch: DynamoDB gives back what it had no capacity for. */
const maxAttempts = 5;

export interface ItemsToRead {
  readonly table: string;
  /** Absent: all. */
  readonly attributes?: readonly string[];
  readonly consistent: boolean;
}

const projectionOf = ({ attributes }: ItemsToRead) =>
  attributes && {
    ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
  };

/** Those that are there, in no order. No key may be there twice. */
export const readKeys =
  <Item>(client: DynamoDBDocumentClient, what: ItemsToRead) =>
  async (wanted: readonly object[]): Promise<readonly Item[]> => {
    const { table, consistent } = what;
    const found: Item[] = [];
    const readBatch = async (batch: readonly object[]): Promise<void> => {
      let keys: Record<string, unknown>[] = batch.map((key) => ({ ...key }));
      for (let attempt = 0; keys.length > 0; attempt += 1) {
        if (attempt === maxAttempts) throw new Error(`${keys.length} items were not read in ${maxAttempts} attempts`);
        const { Responses = {}, UnprocessedKeys = {} } = await client.send(
          new BatchGetCommand({
            RequestItems: { [table]: { Keys: keys, ConsistentRead: consistent, ...projectionOf(what) } },
          }),
        );
        found.push(...((Responses[table] ?? []) as Item[]));
        keys = UnprocessedKeys[table]?.Keys ?? [];
      }
    };
    for (let next = 0; next < wanted.length; next += batchSize) await readBatch(wanted.slice(next, next + batchSize));
    return found;
  };
