/**
 * Every user's subscription as a row, for the clock: who is to be looked at when a prepaid period or a grace is over. A row is made
 * of the newest event's state alone, and an older version never replaces a newer one.
 */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { putIfNewer } from '#shared/aws/put-if-newer.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { fingerprint } from '#shared/ids.ts';
import { ownerKey, parseOwnerKey } from '#shared/owner.ts';
import type { SubscriptionStatus } from '../contracts.ts';
import { dueAt } from '../domain/entitlement.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import type { Subscription } from '../domain/subscription-state.ts';

/** Four partitions, so that all apps' subscriptions do not meet in one. */
export const dueShards = ['d0', 'd1', 'd2', 'd3'] as const;
export type DueShard = (typeof dueShards)[number];
const shardOf = (owner: string): DueShard =>
  dueShards[fingerprint(owner).charCodeAt(0) % dueShards.length] ?? dueShards[0];

export interface SubscriptionRow {
  /** `app#user`: the table's key. */
  readonly owner: string;
  readonly app: string;
  readonly user: string;
  readonly version: number;
  readonly status: SubscriptionStatus;
  /** What the user is entitled to. */
  readonly plan: string | null;
  /** Both only where the clock will change something; then the row is in the index. */
  readonly dueShard?: DueShard;
  /** ISO-8601 UTC with milliseconds, so that text sorts as time does. */
  readonly dueAt?: string;
}

/** Of the table's only index; it holds keys alone. */
export const byDue = { name: 'byDue', partitionKey: 'dueShard', sortKey: 'dueAt' } as const;

/** Pure: the same event always gives the same row. */
export const subscriptionRow = ({
  stream,
  version,
  at,
  state,
}: RecordedEvent<SubscriptionEvent, Subscription>): SubscriptionRow => {
  const { app, user } = parseOwnerKey(stream);
  const owner = ownerKey({ app, user });
  const due = dueAt(state, at);
  return {
    owner,
    app,
    user,
    version,
    status: state.observed?.status ?? 'none',
    plan: state.entitledTo,
    ...(due === undefined ? {} : { dueShard: shardOf(owner), dueAt: new Date(due).toISOString() }),
  };
};

/** Where the next page begins. */
export const dueCursor = z.strictObject({ owner: z.string().max(200), dueAt: z.string().max(40) });
export type DueCursor = z.infer<typeof dueCursor>;

export interface DuePage {
  readonly owners: readonly string[];
  /** Absent on the last page. */
  readonly next?: DueCursor;
}

export interface DueTable {
  /** Only if newer. */
  write(row: SubscriptionRow): Promise<void>;
  /** Owners who are due at that time, those that wait longest first. */
  listDue(
    shard: DueShard,
    options: { readonly at: string; readonly limit: number; readonly cursor?: DueCursor | undefined },
  ): Promise<DuePage>;
}

const lastKey = z.object({ owner: z.string(), dueAt: z.string() });

export const dueTable = (client: DynamoDBDocumentClient, table: string): DueTable => ({
  write: async (row) => {
    await putIfNewer(client, table, 'owner')(row);
  },

  listDue: async (shard, { at, limit, cursor }) => {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: byDue.name,
        KeyConditionExpression: '#shard = :shard AND #due <= :at',
        ExpressionAttributeNames: { '#shard': byDue.partitionKey, '#due': byDue.sortKey },
        ExpressionAttributeValues: { ':shard': shard, ':at': new Date(at).toISOString() },
        Limit: limit,
        ...(cursor
          ? { ExclusiveStartKey: { owner: cursor.owner, [byDue.partitionKey]: shard, [byDue.sortKey]: cursor.dueAt } }
          : {}),
      }),
    );
    return {
      owners: Items.map(({ owner }) => String(owner)),
      ...(LastEvaluatedKey ? { next: lastKey.parse(LastEvaluatedKey) } : {}),
    };
  },
});
