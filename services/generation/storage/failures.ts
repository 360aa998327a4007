/**
 * The error log of an app (BM3): one item a failed job, with what it was asked for and who was at work, for the app's admins.
 * An item's key is made from the event, so that the event told twice is one item; it goes after 90 days.
 */
import { BatchWriteCommand, type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { RemoveItems } from '#shared/aws/remove-items.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { FailureReason, JobEvent } from '../domain/job-events.ts';
import { epochSeconds } from '../time.ts';
import { equalTo, fillPage, filteredRead, type Page } from './fill-page.ts';

const keepSeconds = 90 * 24 * 3_600;

/** Holds the keys alone, by `owner`: for what goes with a user. */
export const failuresByOwner = 'byOwner';

export interface Failure {
  readonly jobId: string;
  readonly tool: string;
  readonly reason: FailureReason;
  readonly message: string;
  /** What only admins see of it, where there is more to say. */
  readonly cause?: string | undefined;
  /** Who was at work when it ended, if anybody was. */
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly attempts: number;
  readonly params: Extract<JobEvent, { type: 'JobRequested' }>['params'];
  readonly user: string;
  /** ISO-8601 UTC. */
  readonly at: string;
}

export interface FailureQuery {
  readonly limit: number;
  /** Behind this position. */
  readonly after?: string | undefined;
  readonly tool?: string | undefined;
  readonly reason?: FailureReason | undefined;
  /** From then on; ISO-8601 UTC with milliseconds. */
  readonly from?: string | undefined;
  /** Before then. */
  readonly to?: string | undefined;
}

export interface Failures {
  put(owner: Owner, failure: Failure): Promise<void>;
  /** Newest first. */
  list(app: string, query: FailureQuery): Promise<Page<Failure>>;
}

type Row = Failure & { readonly app: string; readonly sk: string; readonly owner: string };

/** Sort before and behind every time. */
const noBeginning = '0';
const noEnd = '~';

export const failureLog = (client: DynamoDBDocumentClient, table: string): Failures => ({
  async put(owner, failure) {
    const row: Row = { app: owner.app, sk: `${failure.at}#${failure.jobId}`, owner: ownerKey(owner), ...failure };
    const expires = epochSeconds(failure.at) + keepSeconds;
    await client.send(new PutCommand({ TableName: table, Item: { ...row, expires } }));
  },

  async list(app, { limit, after: position, tool, reason, from = noBeginning, to = noEnd }) {
    const { conditions, names, values } = equalTo({ tool, reason });
    const read = async (after: string | undefined) => {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          // A key is longer than its time, so that the end is not among them and the beginning is.
          KeyConditionExpression: '#app = :app AND sk BETWEEN :from AND :to',
          ...(conditions.length > 0 ? { FilterExpression: conditions.join(' AND ') } : {}),
          ExpressionAttributeNames: { '#app': 'app', ...names },
          ExpressionAttributeValues: { ':app': app, ':from': from, ':to': to, ...values },
          ScanIndexForward: false,
          Limit: conditions.length > 0 ? filteredRead : limit,
          ...(after === undefined || after > to ? {} : { ExclusiveStartKey: { app, sk: after } }),
        }),
      );
      return { items: Items as Row[], last: LastEvaluatedKey?.sk as string | undefined };
    };
    // DynamoDB takes no place outside of the days that are asked for.
    if (from > to || (position !== undefined && position < from)) return { items: [], next: undefined };
    return fillPage(read, ({ sk }) => sk, { limit, after: position });
  },
});

/** What BatchWriteItem takes. */
const batchSize = 25;

/** All of one user's, found by the index. What the index does not show yet is found by the next pass. */
export const removeFailures =
  (client: DynamoDBDocumentClient, table: string): RemoveItems<unknown> =>
  async (owner, hasTime) => {
    let start: Record<string, unknown> | undefined;
    let removed = 0;
    do {
      if (!hasTime()) return { removed, more: true };
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: failuresByOwner,
          KeyConditionExpression: '#owner = :owner',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': ownerKey(owner) },
          Limit: batchSize,
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      );
      start = LastEvaluatedKey;
      if (Items.length === 0) continue;
      const requests = Items.map(({ app, sk }) => ({ DeleteRequest: { Key: { app, sk } } }));
      const { UnprocessedItems = {} } = await client.send(
        new BatchWriteCommand({ RequestItems: { [table]: requests } }),
      );
      const left = UnprocessedItems[table]?.length ?? 0;
      removed += requests.length - left;
      if (left > 0) return { removed, more: true };
    } while (start);
    return { removed, more: false };
  };
