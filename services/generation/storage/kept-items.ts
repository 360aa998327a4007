/**
 * Things that users keep, as prompts and replies: one item each, under its owner; ids are UUIDv7, so the key order is the order
 * of time. Under the same owner lie a counter, because a user keeps so many at most, and what each idempotency key made.
 */
import { setTimeout as wait } from 'node:timers/promises';
import {
  type CancellationReason,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { equalTo, fillPage, filteredRead } from './fill-page.ts';

/** A request that is repeated after this may make another one. */
const rememberSeconds = 7 * 24 * 3_600;

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

/** Sort keys of what is no item. `#` occurs in no id. */
const counterId = '#count';
const keyId = (key: string): string => `#key#${key}`;

/** One user's devices do not do more than this at once. */
const maxAttempts = 10;
const firstPauseMs = 10;
const longestPauseMs = 200;

/** All writes of one user's items meet at the counter, and DynamoDB lets none of them wait. */
const isConflict = (error: unknown): boolean =>
  error instanceof TransactionConflictException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === 'TransactionConflict'));

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

const failed = (reason: CancellationReason | undefined): boolean => reason?.Code === 'ConditionalCheckFailed';

/** Writes all or nothing. Answers, for each write, why it was not made. */
const together = async (
  client: DynamoDBDocumentClient,
  TransactItems: NonNullable<TransactWriteCommandInput['TransactItems']>,
): Promise<'written' | readonly CancellationReason[]> => {
  try {
    await client.send(new TransactWriteCommand({ TransactItems }));
    return 'written';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException) || isConflict(error)) throw error;
    const { CancellationReasons: reasons = [] } = error;
    if (!reasons.some(failed)) throw error;
    return reasons;
  }
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
  const putNew = (owner: Owner, item: { readonly id: string }) => ({
    Put: {
      TableName: table,
      Item: { owner: ownerKey(owner), ...item },
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    },
  });
  const count = (owner: Owner, by: 1 | -1, condition: string, bound: number) => ({
    Update: {
      ...targetOf(table, owner, counterId),
      UpdateExpression: 'ADD #count :by',
      ConditionExpression: condition,
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':by': by, ':bound': bound },
    },
  });
  return {
    create: (owner, item, by) =>
      untilFree(owner, async () => {
        const expires = Math.floor(Date.parse(item.createdAt) / 1_000) + rememberSeconds;
        const mark = by && { id: keyId(by.key), item: item.id, fingerprint: by.fingerprint, expires };
        const outcome = await together(client, [
          putNew(owner, item),
          count(owner, 1, 'attribute_not_exists(#count) OR #count < :bound', max),
          ...(mark ? [putNew(owner, mark)] : []),
        ]);
        if (outcome === 'written') return 'created';
        const [own, room, before] = outcome;
        // A write whose answer was lost meets itself: nobody else has this id.
        if (failed(own)) return 'created';
        if (failed(before) && before?.Item) return unmarshall(before.Item) as Made<Item>;
        if (failed(room)) return 'full';
        throw new Error('an item was not written, and no condition says why');
      }),

    remove: (owner, id) =>
      untilFree(owner, async () => {
        const outcome = await together(client, [
          { Delete: { ...targetOf(table, owner, id), ConditionExpression: 'attribute_exists(id)' } },
          count(owner, -1, '#count > :bound', 0),
        ]);
        if (outcome === 'written') return true;
        if (failed(outcome[0])) return false;
        throw new Error('an item was not removed: the counter is behind');
      }),
  };
};

export const keptItems = <Item extends KeptItem>(client: DynamoDBDocumentClient, kept: KeptTable): KeptItems<Item> => ({
  ...reads<Item>(client, kept),
  ...changes<Item>(client, kept),
});
