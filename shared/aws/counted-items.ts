/**
 * Items of which an owner has so many at most, one partition an owner. Beside the items lie a counter and what each idempotency key
 * made, and all that belongs together is written together.
 */
import {
  type CancellationReason,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

/** A request that is repeated after this may make another item. */
const rememberSeconds = 7 * 24 * 3_600;

/** Sort keys of what is no item. `#` occurs in no id. */
const counterId = '#count';
export const keyId = (key: string): string => `#key#${key}`;

/** What the first request with an idempotency key asked for, and the item that it made. */
export interface MadeItem {
  readonly fingerprint: string;
  readonly item: string;
}

export interface NewItem {
  readonly id: string;
  /** ISO-8601 UTC. */
  readonly createdAt: string;
}

export interface CountedItems {
  /** All or nothing. What the key made before is answered instead of making another. @throws the conflict with another write of the owner */
  create(
    owner: string,
    item: NewItem,
    by?: { key: string; fingerprint: string },
  ): Promise<'created' | 'full' | MadeItem>;
  /** Answers whether it was there. @throws the conflict with another write of the owner */
  remove(owner: string, id: string): Promise<boolean>;
}

export interface CountedTable {
  readonly table: string;
  /** Name of the partition key; the sort key is `id`. */
  readonly partitionKey: string;
  /** Items of one owner at most. */
  readonly max: number;
}

/** All writes of one owner's items meet at the counter, and DynamoDB lets none of them wait. */
export const isConflict = (error: unknown): boolean =>
  error instanceof TransactionConflictException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === 'TransactionConflict'));

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

export const countedItems = (
  client: DynamoDBDocumentClient,
  { table, partitionKey, max }: CountedTable,
): CountedItems => {
  const target = (owner: string, id: string) => ({ TableName: table, Key: { [partitionKey]: owner, id } });
  const putNew = (owner: string, item: { readonly id: string }) => ({
    Put: {
      TableName: table,
      Item: { [partitionKey]: owner, ...item },
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    },
  });
  const count = (owner: string, by: 1 | -1, condition: string, bound: number) => ({
    Update: {
      ...target(owner, counterId),
      UpdateExpression: 'ADD #count :by',
      ConditionExpression: condition,
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':by': by, ':bound': bound },
    },
  });
  return {
    async create(owner, item, by) {
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
      if (failed(before) && before?.Item) return unmarshall(before.Item) as MadeItem;
      if (failed(room)) return 'full';
      throw new Error('an item was not written, and no condition says why');
    },

    async remove(owner, id) {
      const outcome = await together(client, [
        { Delete: { ...target(owner, id), ConditionExpression: 'attribute_exists(id)' } },
        count(owner, -1, '#count > :bound', 0),
      ]);
      if (outcome === 'written') return true;
      if (failed(outcome[0])) return false;
      throw new Error('an item was not removed: the counter is behind');
    },
  };
};
