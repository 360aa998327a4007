/**
 * Prompts that users keep. One item a prompt, under its owner; ids are UUIDv7, so the key order is the order of time. Under
 * the same owner lie a counter, because a user keeps so many at most, and what each idempotency key made.
 */
import { setTimeout as wait } from 'node:timers/promises';
import {
  type CancellationReason,
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import type { Id } from '#shared/ids.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { AssetId } from './asset-table.ts';

export type PromptId = Id<'prm'>;

/** Prompts of one user at most. */
export const maxPrompts = 500;
/** A request that is repeated after this may make another prompt. */
const rememberSeconds = 7 * 24 * 3_600;

export interface Prompt {
  readonly id: PromptId;
  readonly title?: string | undefined;
  readonly text: string;
  readonly thumbnail?: AssetId | undefined;
  readonly secondImage?: AssetId | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Undefined leaves a field as it is, null clears it. */
export interface PromptChange {
  readonly title?: string | null | undefined;
  readonly text?: string | undefined;
  readonly thumbnail?: AssetId | null | undefined;
  readonly secondImage?: AssetId | null | undefined;
}

/** What the first request with an idempotency key asked for, and the prompt that it made. */
export interface Made {
  readonly fingerprint: string;
  readonly prompt: PromptId;
}

export interface PromptTable {
  get(owner: Owner, id: PromptId): Promise<Prompt | undefined>;
  /** Newest first, behind `before`. A page may be shorter than its limit: `next` says whether there is more. */
  list(
    owner: Owner,
    page: { limit: number; before?: PromptId | undefined },
  ): Promise<{ prompts: readonly Prompt[]; next: PromptId | undefined }>;
  madeBy(owner: Owner, key: string): Promise<Made | undefined>;
  /** All or nothing. What the key made before is answered instead of making another. */
  create(owner: Owner, prompt: Prompt, by?: { key: string; fingerprint: string }): Promise<'created' | 'full' | Made>;
  /** The prompt after the change; nothing when it is gone, which it then stays. */
  change(owner: Owner, id: PromptId, change: PromptChange, at: string): Promise<Prompt | undefined>;
  /** Answers whether it was there. */
  remove(owner: Owner, id: PromptId): Promise<boolean>;
}

/** Sort keys of what is no prompt. `#` occurs in no id. */
const counterId = '#count';
const keyId = (key: string): string => `#key#${key}`;

/** One user's devices do not do more than this at once. */
const maxAttempts = 10;
const firstPauseMs = 10;
const longestPauseMs = 200;

/** All writes of one user's prompts meet at the counter, and DynamoDB lets none of them wait. */
const isConflict = (error: unknown): boolean =>
  error instanceof TransactionConflictException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === 'TransactionConflict'));

/** @throws ContentionError when somebody else's write was under way at every attempt. */
const untilFree = async <Outcome>(owner: Owner, write: () => Promise<Outcome>): Promise<Outcome> => {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    if (attempt > 0) await wait(Math.random() * Math.min(firstPauseMs * 2 ** attempt, longestPauseMs));
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  throw new ContentionError(`prompts of ${ownerKey(owner)} were written by others during ${maxAttempts} attempts`);
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

const updateOf = (change: Readonly<Record<string, unknown>>) => {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const set = given.filter(([, value]) => value !== null);
  const cleared = given.filter(([, value]) => value === null).map(([name]) => `#${name}`);
  const remove = cleared.length > 0 ? ` REMOVE ${cleared.join(', ')}` : '';
  return {
    UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}${remove}`,
    ExpressionAttributeNames: Object.fromEntries(given.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
  };
};

const target = (table: string, owner: Owner, id: string) => ({ TableName: table, Key: { owner: ownerKey(owner), id } });

const reads = (client: DynamoDBDocumentClient, table: string): Pick<PromptTable, 'get' | 'list' | 'madeBy'> => {
  const read = async (owner: Owner, id: string) =>
    (await client.send(new GetCommand({ ...target(table, owner, id), ConsistentRead: true }))).Item;
  return {
    get: async (owner, id) => (await read(owner, id)) as Prompt | undefined,
    madeBy: async (owner, key) => (await read(owner, keyId(key))) as Made | undefined,
    async list(owner, { limit, before }) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: '#owner = :owner AND begins_with(id, :prompts)',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': ownerKey(owner), ':prompts': 'prm_' },
          ScanIndexForward: false,
          Limit: limit,
          ConsistentRead: true,
          ...(before === undefined ? {} : { ExclusiveStartKey: target(table, owner, before).Key }),
        }),
      );
      return { prompts: Items as Prompt[], next: LastEvaluatedKey?.id as PromptId | undefined };
    },
  };
};

const changes = (client: DynamoDBDocumentClient, table: string): Pick<PromptTable, 'create' | 'change' | 'remove'> => {
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
      ...target(table, owner, counterId),
      UpdateExpression: 'ADD #count :by',
      ConditionExpression: condition,
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':by': by, ':bound': bound },
    },
  });
  return {
    create: (owner, prompt, by) =>
      untilFree(owner, async () => {
        const expires = Math.floor(Date.parse(prompt.createdAt) / 1_000) + rememberSeconds;
        const mark = by && { id: keyId(by.key), prompt: prompt.id, fingerprint: by.fingerprint, expires };
        const outcome = await together(client, [
          putNew(owner, prompt),
          count(owner, 1, 'attribute_not_exists(#count) OR #count < :bound', maxPrompts),
          ...(mark ? [putNew(owner, mark)] : []),
        ]);
        if (outcome === 'written') return 'created';
        const [own, room, before] = outcome;
        // A write whose answer was lost meets itself: nobody else has this id.
        if (failed(own)) return 'created';
        if (failed(before) && before?.Item) return unmarshall(before.Item) as Made;
        if (failed(room)) return 'full';
        throw new Error('a prompt was not written, and no condition says why');
      }),

    change: (owner, id, change, at) =>
      untilFree(owner, async () => {
        try {
          const { Attributes } = await client.send(
            new UpdateCommand({
              ...target(table, owner, id),
              ...updateOf({ ...change, updatedAt: at }),
              ConditionExpression: 'attribute_exists(id)',
              ReturnValues: 'ALL_NEW',
            }),
          );
          return Attributes as Prompt;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) return undefined;
          throw error;
        }
      }),

    remove: (owner, id) =>
      untilFree(owner, async () => {
        const outcome = await together(client, [
          { Delete: { ...target(table, owner, id), ConditionExpression: 'attribute_exists(id)' } },
          count(owner, -1, '#count > :bound', 0),
        ]);
        if (outcome === 'written') return true;
        if (failed(outcome[0])) return false;
        throw new Error('a prompt was not removed: the counter is behind');
      }),
  };
};

export const promptTable = (client: DynamoDBDocumentClient, table: string): PromptTable => ({
  ...reads(client, table),
  ...changes(client, table),
});
