/**
 * Things that users keep, as prompts and replies: one item each, under its owner; ids are UUIDv7, so the key order is the order
 * of time. Under the same owner lie a counter, because a user keeps so many at most, and what each idempotency key made.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { countedItems, isConflict, keyId } from '#shared/aws/counted-items.ts';
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { equalTo, fillPage, filteredRead } from './fill-page.ts';

export interface KeptItem {
  readonly id: string;
  readonly createdAt: string;
}

/** What the first request with an idempotency key asked for, and the item that it made. */
export interface Made<Item extends KeptItem> {
  readonly fingerprint: string;
  readonly item: Item['id'];
}

export interface KeptItems<Item extends KeptItem> {
  get(owner: Owner, id: Item['id']): Promise<Item | undefined>;
  /** Newest first, behind `before`. A page may be shorter than its limit: `next` says whether there is more. */
  list(
    owner: Owner,
    page: {
      readonly limit: number;
      readonly before?: Item['id'] | undefined;
      /** Only items with these very values. */
      readonly where?: Readonly<Record<string, unknown>> | undefined;
    },
  ): Promise<{ items: readonly Item[]; next: Item['id'] | undefined }>;
  madeBy(owner: Owner, key: string): Promise<Made<Item> | undefined>;
  /** All or nothing. What the key made before is answered instead of making another. */
  create(owner: Owner, item: Item, by?: { key: string; fingerprint: string }): Promise<'created' | 'full' | Made<Item>>;
  /** Answers whether it was there. */
  remove(owner: Owner, id: Item['id']): Promise<boolean>;
}

export interface KeptTable {
  readonly table: string;
  /** Of the items' ids. @example 'prm_' */
  readonly prefix: string;
  /** Items of one user at most. */
  readonly max: number;
}

/** One user's devices do not do more than this at once. */
const maxAttempts = 10;
const firstPauseMs = 10;
const longestPauseMs = 200;

/** @throws ContentionError when somebody else's write was under way at every attempt. */
export const untilFree = async <Outcome>(owner: Owner, write: () => Promise<Outcome>): Promise<Outcome> => {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    if (attempt > 0) await wait(Math.random() * Math.min(firstPauseMs * 2 ** attempt, longestPauseMs));
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  throw new ContentionError(`items of ${ownerKey(owner)} were written by others during ${maxAttempts} attempts`);
};

export const targetOf = (table: string, owner: Owner, id: string) => ({
  TableName: table,
  Key: { owner: ownerKey(owner), id },
});

const reads = <Item extends KeptItem>(
  client: DynamoDBDocumentClient,
  { table, prefix }: KeptTable,
): Pick<KeptItems<Item>, 'get' | 'list' | 'madeBy'> => {
  const read = async (owner: Owner, id: string) =>
    (await client.send(new GetCommand({ ...targetOf(table, owner, id), ConsistentRead: true }))).Item;
  const page = async (owner: Owner, where: Readonly<Record<string, unknown>>, limit: number, before?: string) => {
    const { conditions, names, values } = equalTo(where);
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#owner = :owner AND begins_with(id, :prefix)',
        ...(conditions.length > 0 ? { FilterExpression: conditions.join(' AND ') } : {}),
        ExpressionAttributeNames: { '#owner': 'owner', ...names },
        ExpressionAttributeValues: { ':owner': ownerKey(owner), ':prefix': prefix, ...values },
        ScanIndexForward: false,
        Limit: conditions.length > 0 ? filteredRead : limit,
        ConsistentRead: true,
        ...(before === undefined ? {} : { ExclusiveStartKey: targetOf(table, owner, before).Key }),
      }),
    );
    return { items: Items as Item[], last: LastEvaluatedKey?.id as string | undefined };
  };
  return {
    get: async (owner, id) => (await read(owner, id)) as Item | undefined,
    madeBy: async (owner, key) => (await read(owner, keyId(key))) as Made<Item> | undefined,
    async list(owner, { limit, before, where }) {
      if (!where) {
        const { items, last } = await page(owner, {}, limit, before);
        return { items, next: last };
      }
      return fillPage(
        (after) => page(owner, where, limit, after),
        ({ id }) => id,
        { limit, after: before },
      );
    },
  };
};

const changes = <Item extends KeptItem>(
  client: DynamoDBDocumentClient,
  { table, max }: KeptTable,
): Pick<KeptItems<Item>, 'create' | 'remove'> => {
  const counted = countedItems(client, { table, partitionKey: 'owner', max });
  return {
    create: (owner, item, by) =>
      untilFree(owner, () => counted.create(ownerKey(owner), item, by)) as Promise<'created' | 'full' | Made<Item>>,
    remove: (owner, id) => untilFree(owner, () => counted.remove(ownerKey(owner), id)),
  };
};

export const keptItems = <Item extends KeptItem>(client: DynamoDBDocumentClient, kept: KeptTable): KeptItems<Item> => ({
  ...reads<Item>(client, kept),
  ...changes<Item>(client, kept),
});
