/** Each user's key, drawn when the lake first hears of them. Who has left has a tombstone in its place: what is late is not theirs any more. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { newKey } from '../pseudonyms/keyed-hash.ts';

export interface PseudonymTable {
  /**
   * Keys by owner key; an owner who has left gets one that is kept nowhere. One call for each hundred owners and one for each who is
   * new.
   */
  keysOf(owners: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Erases the key for good. Twice is once. */
  forget(owner: Owner, at: Date): Promise<void>;
}

interface Item {
  readonly owner: string;
  /** Absent: the owner has left. */
  readonly key?: string;
}

/** What one BatchGetItem takes. */
const ownersPerCall = 100;
/** DynamoDB may answer a part; then the whole batch comes again. */
const triesPerCall = 4;
const putsAtOnce = 25;
/** Longer than anything can tell of them again: the bus's archive keeps events for 90 days, a dead-letter queue for 14. */
const tombstoneDays = 120;

const inSlices = <Item>(items: readonly Item[], size: number): (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, slice) => items.slice(slice * size, (slice + 1) * size));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** @throws Error when DynamoDB has not answered for all of them after some tries. */
const readItems = async (client: DynamoDBDocumentClient, table: string, owners: readonly string[]): Promise<Item[]> => {
  const found: Item[] = [];
  let asked: readonly Record<string, unknown>[] = owners.map((owner) => ({ owner }));
  for (let attempt = 0; attempt < triesPerCall; attempt += 1) {
    if (attempt > 0) await pause(50 * 2 ** attempt);
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: [...asked] } } }),
    );
    found.push(...((Responses?.[table] ?? []) as Item[]));
    asked = UnprocessedKeys?.[table]?.Keys ?? [];
    if (asked.length === 0) return found;
  }
  throw new Error(`${asked.length} keys of ${owners.length} were not read in ${triesPerCall} tries`);
};

export const pseudonymTable = (client: DynamoDBDocumentClient, table: string): PseudonymTable => {
  /** Whoever is first draws the key; the others are handed it. */
  const open = async (owner: string): Promise<Item> => {
    const item = { owner, key: newKey() };
    try {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: item,
          ConditionExpression: 'attribute_not_exists(#owner)',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return item;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || !error.Item) throw error;
      return unmarshall(error.Item) as Item;
    }
  };

  return {
    async keysOf(owners) {
      const items = new Map<string, Item>();
      for (const slice of inSlices([...new Set(owners)], ownersPerCall))
        for (const item of await readItems(client, table, slice)) items.set(item.owner, item);
      const unknown = [...new Set(owners)].filter((owner) => !items.has(owner));
      for (const slice of inSlices(unknown, putsAtOnce))
        for (const item of await Promise.all(slice.map(open))) items.set(item.owner, item);
      return new Map([...items].map(([owner, { key }]) => [owner, key ?? newKey()]));
    },
    async forget(owner, at) {
      const expires = Math.floor(at.getTime() / 1_000) + tombstoneDays * 86_400;
      await client.send(new PutCommand({ TableName: table, Item: { owner: ownerKey(owner), expires } }));
    },
  };
};
