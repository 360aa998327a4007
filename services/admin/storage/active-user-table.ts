/** On which day each user was last active, and how many were within some days. A row goes 40 days after that, or when its user leaves. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { type Owner, ownerKey } from '#shared/owner.ts';

const keptDays = 40;
/** What one BatchGetItem takes. */
const maxKeys = 100;
/** A page counts some 10,000 users. */
const maxPages = 30;

export interface Seen extends Owner {
  readonly day: string;
}

export interface ActiveUserTable {
  /** A day before the one that is known changes nothing. */
  seen(users: readonly Seen[]): Promise<void>;
  remove(owner: Owner): Promise<void>;
  /** Users whose last active day is one of these; `more`: there are at least so many. */
  count(app: string, days: { readonly from: string; readonly until: string }): Promise<ActiveCount>;
}

export interface ActiveCount {
  readonly users: number;
  readonly more: boolean;
}

/** The newest day of each. */
const newest = (users: readonly Seen[]): Map<string, Seen> => {
  const byOwner = new Map<string, Seen>();
  for (const user of users) {
    const known = byOwner.get(ownerKey(user));
    if (!known || known.day < user.day) byOwner.set(ownerKey(user), user);
  }
  return byOwner;
};

const expiresAfter = (day: string): number => Math.floor(Date.parse(`${day}T00:00:00Z`) / 1_000) + keptDays * 86_400;

const advance = async (client: DynamoDBDocumentClient, table: string, owner: string, { app, day }: Seen) => {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: { owner },
        UpdateExpression: 'SET app = :app, #day = :day, expires = :expires',
        ConditionExpression: 'attribute_not_exists(#day) OR #day < :day',
        ExpressionAttributeNames: { '#day': 'day' },
        ExpressionAttributeValues: { ':app': app, ':day': day, ':expires': expiresAfter(day) },
      }),
    );
  } catch (error) {
    // Somebody else saw the user on this day, or on a later one.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
};

/** What is known of them. What DynamoDB leaves out counts as unknown, which costs a write and no mistake. */
const knownDays = async (client: DynamoDBDocumentClient, table: string, owners: readonly string[]) => {
  const { Responses = {} } = await client.send(
    new BatchGetCommand({
      RequestItems: {
        [table]: {
          Keys: owners.map((owner) => ({ owner })),
          ProjectionExpression: '#owner, #day',
          ExpressionAttributeNames: { '#owner': 'owner', '#day': 'day' },
        },
      },
    }),
  );
  return new Map((Responses[table] ?? []).map(({ owner, day }) => [String(owner), String(day)]));
};

export const activeUserTable = (client: DynamoDBDocumentClient, table: string): ActiveUserTable => ({
  async seen(users) {
    const wanted = [...newest(users)];
    for (let start = 0; start < wanted.length; start += maxKeys) {
      const page = wanted.slice(start, start + maxKeys);
      const known = await knownDays(
        client,
        table,
        page.map(([owner]) => owner),
      );
      const newer = page.filter(([owner, { day }]) => (known.get(owner) ?? '') < day);
      await Promise.all(newer.map(([owner, user]) => advance(client, table, owner, user)));
    }
  },
  async remove(owner) {
    await client.send(new DeleteCommand({ TableName: table, Key: { owner: ownerKey(owner) } }));
  },
  async count(app, { from, until }) {
    let users = 0;
    let start: Record<string, unknown> | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const { Count = 0, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'byDay',
          KeyConditionExpression: 'app = :app AND #day BETWEEN :from AND :until',
          ExpressionAttributeNames: { '#day': 'day' },
          ExpressionAttributeValues: { ':app': app, ':from': from, ':until': until },
          Select: 'COUNT',
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      );
      users += Count;
      start = LastEvaluatedKey;
      if (!start) return { users, more: false };
    }
    return { users, more: true };
  },
});
