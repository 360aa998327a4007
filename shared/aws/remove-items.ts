/** Removes an owner's items from a table, page by page, for as long as there is time. */
import { BatchWriteCommand, type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Owner, ownerKey } from '../owner.ts';
import type { HasTime, Removed } from './remove-objects.ts';

/** Items looked at before they are removed. */
const pageSize = 100;
/** BatchWriteItem takes so many. */
const batchSize = 25;

export type RemoveItems<Item> = (
  owner: Owner,
  hasTime: HasTime,
  /** Told of each page before it is removed. */
  before?: (items: readonly Item[]) => Promise<void>,
) => Promise<Removed>;

export interface OwnedTable {
  readonly name: string;
  /** Beside the partition key `owner`. */
  readonly sortKey: string;
  /** Attributes that `before` looks at, beside the sort key. */
  readonly read?: readonly string[];
}

/** For a table with the partition key `owner`, the newest first. What DynamoDB leaves undone is found by the next query. */
export const removeItems =
  <Item = Record<string, unknown>>(
    client: DynamoDBDocumentClient,
    { name, sortKey, read = [] }: OwnedTable,
  ): RemoveItems<Item> =>
  async (owner, hasTime, before) => {
    const names = ['owner', sortKey, ...read.filter((attribute) => attribute !== sortKey)];
    const page = async () => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: '#owner = :owner',
          ProjectionExpression: names.map((attribute) => `#${attribute}`).join(', '),
          ExpressionAttributeNames: Object.fromEntries(names.map((attribute) => [`#${attribute}`, attribute])),
          ExpressionAttributeValues: { ':owner': ownerKey(owner) },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: pageSize,
        }),
      );
      return Items;
    };
    const remove = async (items: readonly Record<string, unknown>[]): Promise<number> => {
      const requests = items.map((item) => ({
        DeleteRequest: { Key: { owner: item.owner, [sortKey]: item[sortKey] } },
      }));
      const { UnprocessedItems = {} } = await client.send(
        new BatchWriteCommand({ RequestItems: { [name]: requests } }),
      );
      return requests.length - (UnprocessedItems[name]?.length ?? 0);
    };
    for (let removed = 0; ; ) {
      if (!hasTime()) return { removed, more: true };
      const items = await page();
      if (items.length === 0) return { removed, more: false };
      await before?.(items as Item[]);
      for (let next = 0; next < items.length; next += batchSize)
        removed += await remove(items.slice(next, next + batchSize));
    }
  };
