/**
 * What a user's devices were told last, one item for each thing that messages are about. It puts messages about one thing in order
 * (an older version is not sent any more), holds progress back, and shows what a dropped connection missed.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { fingerprint } from '#shared/ids.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { SocketMessage } from '../contracts.ts';

type WithoutCursor<Told> = Told extends SocketMessage ? Omit<Told, 'cursor'> : never;
export type Message = WithoutCursor<SocketMessage>;
/** `late`: something newer was sent. `soon`: progress that comes too soon behind the last. */
export type Admission =
  | { readonly send: true; readonly cursor: string }
  | { readonly send: false; readonly why: 'late' | 'soon' };

export interface FeedTable {
  /** The same version again may be sent again: perhaps the first try did not reach anybody. `holdsBackMs`: for progress. */
  admit(owner: Owner, message: Message, options?: { readonly holdsBackMs?: number }): Promise<Admission>;
  /** In order of their cursors; undefined when the cursor is older than what is kept, or more was missed than is told. */
  since(owner: Owner, cursor: string): Promise<readonly SocketMessage[] | undefined>;
  /** A cursor of this time. */
  cursorAt(owner: Owner, at: Date): string;
}

/** The feed of what concerns all of an app's users: `*` is in no user's id. */
export const feedOfApp = (app: string): Owner => ({ app, user: '*' });

/** A cursor serves so long. Whoever was here within this time has everything kept for them (`hereForMs`). */
export const keptMs = 10 * 60_000;
/**
 * So much further back is looked: clocks differ, and a message with an older cursor may have been on its way when a newer one came.
 * By then it has been posted, or its connection is closed: all tries and pauses take less (`maxTellingMs` in fan-out-message.ts).
 */
export const lookBackMs = 30_000;
/** What happened longer ago is news to nobody, and is not pushed. */
export const newsForMs = 60 * 60_000;
/**
 * So long an item stays: for as long as an older version of it may still come, as from a queue that was stuck, else a client that has
 * just begun would be told what is over. With some minutes for clocks that differ.
 */
export const rememberedMs = newsForMs + 5 * 60_000;
/** A cursor from further ahead is none of ours. */
const aheadMs = 60_000;
/** More than this is not told one by one. */
const maxTold = 100;
/** Items of one owner looked at: those whose time is over may lie about for long. */
const pageSize = 250;
const maxPages = 4;

/**
 * Milliseconds in base 36: nine characters from 1972 to the year 5138, so text sorts as time does. Behind it whose cursor it is: what
 * another user had been told is no beginning for this one.
 */
const timeLength = 9;
const cursorOf = (owner: Owner, ms: number, tiebreak: string): string =>
  `${ms.toString(36).padStart(timeLength, '0')}-${fingerprint(ownerKey(owner))}${tiebreak}`;
const partsOf = (cursor: string): { readonly at: number; readonly whose: string } | undefined => {
  const [, time, whose] = /^([0-9a-z]{9})-([\w-]{8})[\w-]{1,8}$/.exec(cursor) ?? [];
  return time === undefined || whose === undefined ? undefined : { at: Number.parseInt(time, 36), whose };
};
/** A user's own, or one of what concerns all of their app. */
export const isCursorOf = (owner: Owner, cursor: string): boolean =>
  [owner, feedOfApp(owner.app)].some((one) => fingerprint(ownerKey(one)) === partsOf(cursor)?.whose);

interface Kept {
  readonly version: number;
  readonly cursor: string;
  /** JSON. */
  readonly message: string;
}

/** `version`, `key` and others are DynamoDB's own words. */
const names = {
  '#version': 'version',
  '#sentAt': 'sentAt',
  '#cursor': 'cursor',
  '#message': 'message',
  '#expires': 'expires',
};

const since =
  (client: DynamoDBDocumentClient, table: string, now: () => number): FeedTable['since'] =>
  async (owner, cursor) => {
    const at = partsOf(cursor)?.at;
    if (at === undefined || at > now() + aheadMs || at < now() - keptMs) return undefined;
    const missed: Kept[] = [];
    let from: Record<string, unknown> | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: '#owner = :owner',
          FilterExpression: '#sentAt >= :from',
          ExpressionAttributeNames: { '#owner': 'owner', '#sentAt': 'sentAt' },
          ExpressionAttributeValues: { ':owner': ownerKey(owner), ':from': at - lookBackMs },
          ConsistentRead: true,
          Limit: pageSize,
          ...(from ? { ExclusiveStartKey: from } : {}),
        }),
      );
      missed.push(...(Items as Kept[]));
      if (missed.length > maxTold) return undefined;
      if (!LastEvaluatedKey)
        return missed
          .toSorted((a, b) => (a.cursor < b.cursor ? -1 : 1))
          .map((kept) => ({ ...(JSON.parse(kept.message) as Message), cursor: kept.cursor }));
      from = LastEvaluatedKey;
    }
    return undefined;
  };

export const feedTable = (client: DynamoDBDocumentClient, table: string, now: () => number = Date.now): FeedTable => ({
  since: since(client, table, now),
  cursorAt: (owner, at) => cursorOf(owner, at.getTime(), '0'),

  async admit(owner, message, { holdsBackMs = 0 } = {}) {
    const sentAt = now();
    const cursor = cursorOf(owner, sentAt, fingerprint(message.key));
    // What is sent again for want of success is not held back: it is the very same message. Without a pause the time is not looked at:
    // another function's clock may be ahead.
    const notSoon = ' AND (attribute_not_exists(#sentAt) OR #sentAt <= :soonest OR #version = :version)';
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { owner: ownerKey(owner), key: message.key },
          UpdateExpression:
            'SET #version = :version, #sentAt = :sentAt, #cursor = :cursor, #message = :message, #expires = :expires',
          ConditionExpression: `(attribute_not_exists(#version) OR #version <= :version)${holdsBackMs > 0 ? notSoon : ''}`,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: {
            ':version': message.version,
            ':sentAt': sentAt,
            ...(holdsBackMs > 0 ? { ':soonest': sentAt - holdsBackMs } : {}),
            ':cursor': cursor,
            ':message': JSON.stringify(message),
            ':expires': Math.ceil((sentAt + rememberedMs) / 1_000),
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { send: true, cursor };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const kept = error.Item && (unmarshall(error.Item) as Kept);
      return { send: false, why: kept && kept.version <= message.version ? 'soon' : 'late' };
    }
  },
});
