/**
 * Jobs as an app's admins find them: by id, whoever's they are, and all of the app, newest first. The indexes hold keys alone, so that
 * the writes of a job's life cost nothing there but its first and its removal; rows are read by their keys.
 */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { readKeys } from '#shared/aws/read-keys.ts';
import { type Owner, ownerKey, parseOwnerKey } from '#shared/owner.ts';
import { fillPage, filteredRead } from '../storage/fill-page.ts';
import { endingAt, type JobFacts, type JobQuery } from './jobs.ts';

/** The table's indexes. What is left of a removed job is found by its id, and listed no more. */
export const jobIndexes = {
  byId: { partitionKey: 'id', sortKey: 'owner' },
  byApp: { partitionKey: 'app', sortKey: 'sk' },
} as const;

export type AppJob = JobFacts & { readonly user: string };
export type AppJobQuery = Pick<JobQuery, 'limit' | 'after' | 'status' | 'tool' | 'since'>;

export interface AppJobs {
  /** Whose job this is, if it is one of the app's. */
  ownerOf(app: string, id: string): Promise<Owner | undefined>;
  /** `next`: where to read on; a filtered list may end a page early. */
  list(app: string, query: AppJobQuery): Promise<{ jobs: readonly AppJob[]; next: string | undefined }>;
}

type Key = { readonly owner: string; readonly sk: string };
type Row = Key & JobFacts & { readonly removed?: true };

export const appJobs = (client: DynamoDBDocumentClient, table: string): AppJobs => {
  const rowsOf = readKeys<Row>(client, { table, consistent: false });

  const read = async (app: string, { limit, status, tool, since }: AppJobQuery, after: string | undefined) => {
    const isFiltered = status !== undefined || tool !== undefined;
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: 'byApp',
        KeyConditionExpression: after === undefined ? 'app = :app' : 'app = :app AND sk < :after',
        ProjectionExpression: '#owner, sk',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':app': app, ...(after === undefined ? {} : { ':after': after }) },
        ScanIndexForward: false,
        Limit: isFiltered ? filteredRead : limit,
      }),
    );
    const keys = endingAt({ items: Items as Key[], last: LastEvaluatedKey?.sk as string | undefined }, since);
    const found = new Map((await rowsOf(keys.items)).map((row) => [row.sk, row]));
    const items = keys.items
      .flatMap(({ sk }) => found.get(sk) ?? [])
      // An index lags behind its table.
      .filter(({ removed }) => !removed)
      .filter((row) => (status === undefined || row.status === status) && (tool === undefined || row.tool === tool));
    return { items, last: keys.last };
  };

  return {
    async ownerOf(app, id) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'byId',
          KeyConditionExpression: 'id = :id AND begins_with(#owner, :app)',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':id': id, ':app': ownerKey({ app, user: '' }) },
          Limit: 1,
        }),
      );
      const [found] = Items as Key[];
      if (!found) return undefined;
      const { user } = parseOwnerKey(found.owner);
      return { app, user };
    },

    async list(app, query) {
      const { items, next } = await fillPage(
        (after) => read(app, query, after),
        ({ sk }) => sk,
        query,
      );
      return { jobs: items.map((row) => ({ ...row, user: parseOwnerKey(row.owner).user })), next };
    },
  };
};
