/**
 * Every account's balance, for lists over many accounts. A row is made of the newest event's state alone, and an older
 * version never replaces a newer one: duplicates and reordering do no harm. A user's own balance is read from the events.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import type { AccountEvent } from '../domain/events.ts';
import { type Account, available, held } from '../domain/state.ts';

export interface Balance {
  /** `app#user`. */
  readonly owner: string;
  readonly app: string;
  readonly user: string;
  readonly status: Account['status'];
  /** As of `updated`: what has expired since is not taken off yet. */
  readonly available: number;
  readonly held: number;
  readonly spent: number;
  readonly version: number;
  readonly updated: string;
}

export const balanceOf = ({ stream, version, at, state }: RecordedEvent<AccountEvent, Account>): Balance => {
  const { app, user } = parseOwnerKey(stream);
  return {
    owner: stream,
    app,
    user,
    status: state.status,
    available: available(state),
    held: held(state),
    spent: state.status === 'unopened' ? 0 : state.totals.spent,
    version,
    updated: at,
  };
};

/** Writes a row unless a newer one is there. Tells whether it was written. */
export const balanceWriter =
  (client: DynamoDBDocumentClient, table: string) =>
  async (balance: Balance): Promise<boolean> => {
    try {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: balance,
          // `owner` is one of DynamoDB's reserved words.
          ConditionExpression: 'attribute_not_exists(#owner) OR #version < :version',
          ExpressionAttributeNames: { '#owner': 'owner', '#version': 'version' },
          ExpressionAttributeValues: { ':version': balance.version },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
