/** Users leave in the table of their records: one conditional put, and an hour later one conditional update. */
import { setTimeout as wait } from 'node:timers/promises';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import type { Owner } from '#shared/owner.ts';
import type { DeletedUser, UserRecord } from '../domain/user.ts';
import type { Stamp, UserTable } from '../users/user-table.ts';
import { deletionsIndex, due, tombstone } from './tombstone.ts';

/** A user's devices do not write more often than this at once. */
const maxAttempts = 10;
const longestPauseMs = 100;

/** The item that stood in a write's way. @throws the error when it tells of something else. */
const itemInTheWay = (error: unknown): UserRecord | undefined => {
  if (!(error instanceof ConditionalCheckFailedException)) throw error;
  return error.Item && (unmarshall(error.Item) as UserRecord);
};

/** Only over the very record that was looked at. */
const stillThere = (known: UserRecord | undefined) =>
  known
    ? {
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': known.version },
      }
    : { ConditionExpression: 'attribute_not_exists(#owner)', ExpressionAttributeNames: { '#owner': 'owner' } };

export type Leave = (owner: Owner, stamp: Stamp) => Promise<DeletedUser>;

/**
 * The tombstone that is there now: this one, or the one that was there before.
 *
 * @throws ContentionError when others changed the record at every attempt.
 */
export const leave =
  (client: DynamoDBDocumentClient, table: string, users: Pick<UserTable, 'get'>): Leave =>
  async (owner, stamp) => {
    let known = await users.get(owner);
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      if (attempt > 0) await wait(Math.random() * longestPauseMs);
      if (known?.status === 'deleted') return known;
      const Item = tombstone(owner, known, stamp);
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item,
            ...stillThere(known),
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return Item;
      } catch (error) {
        // Also our own, when the answer to a first try was lost.
        known = itemInTheWay(error);
      }
    }
    throw new ContentionError(`a user was changed by others during ${maxAttempts} attempts`);
  };

/** An index lags behind its table: it may show for a moment what was done already. */
export interface DuePage {
  readonly owners: readonly string[];
  /** Where the next page begins; nothing behind the last. */
  readonly next?: Readonly<Record<string, unknown>>;
}

export interface Deletions {
  /** Keys of users who left before this time and of whom that was told once, the first to leave first. */
  due(leftBefore: string, limit: number, from?: DuePage['next']): Promise<DuePage>;
  /** Has their leaving told again. Once: whoever comes second changes nothing. */
  tellAgain(owner: string, at: string): Promise<boolean>;
}

export const deletions = (client: DynamoDBDocumentClient, table: string): Deletions => ({
  async due(leftBefore, limit, from) {
    const { Items = [], LastEvaluatedKey: next } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: deletionsIndex.name,
        KeyConditionExpression: '#deletions = :due AND #deleted_at < :before',
        ExpressionAttributeNames: { '#deletions': deletionsIndex.partitionKey, '#deleted_at': deletionsIndex.sortKey },
        ExpressionAttributeValues: { ':due': due, ':before': leftBefore },
        Limit: limit,
        ...(from ? { ExclusiveStartKey: from } : {}),
      }),
    );
    return { owners: Items.map(({ owner }) => String(owner)), ...(next ? { next } : {}) };
  },

  async tellAgain(owner, at) {
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { owner },
          UpdateExpression: 'SET deletion_pass = :second, updated_at = :at ADD #version :one REMOVE #deletions',
          ConditionExpression: '#status = :deleted AND deletion_pass = :first',
          ExpressionAttributeNames: {
            '#version': 'version',
            '#status': 'status',
            '#deletions': deletionsIndex.partitionKey,
          },
          ExpressionAttributeValues: { ':first': 1, ':second': 2, ':one': 1, ':at': at, ':deleted': 'deleted' },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  },
});
