/** Open sockets: whose they are and how long their tokens are good. A user has several devices. */
import { BatchWriteCommand, type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { fingerprint } from '#shared/ids.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';

export interface Connection {
  readonly owner: string;
  /** API Gateway's id of it. */
  readonly connection: string;
  readonly app: string;
  /** ISO-8601: when the token ends, and with it the connection. */
  readonly expiresAt: string;
  readonly connectedAt: string;
}
/** What is needed to reach a connection, and to strike it off. */
export type ConnectionKey = Pick<Connection, 'owner' | 'connection'>;

export interface ConnectionTable {
  /** Once more changes nothing. */
  add(connection: Connection): Promise<void>;
  remove(owner: string, connection: string): Promise<void>;
  /** Of a user, those whose token is good; strongly consistent; the newest first; at most 20. */
  of(owner: Owner): Promise<readonly Connection[]>;
  /** Whether somebody is there, or was some minutes ago: only then is it worth keeping what they could miss. */
  wasHere(owner: Owner): Promise<boolean>;
  /** Ids of an app's connections, page by page, for what concerns all. `shard`: 0 to 3. */
  pageOfApp(
    app: string,
    options: { readonly shard: number; readonly limit: number; readonly after?: string | undefined },
  ): Promise<{
    readonly connections: readonly ConnectionKey[];
    readonly next: string | undefined;
  }>;
  /** Those whose token ended before, at most so many of each shard. */
  expired(before: string, limit: number): Promise<readonly ConnectionKey[]>;
}

/** Partitions of each index, so that neither a large app nor one minute's expiries meet in one. */
export const connectionShards = [0, 1, 2, 3] as const;
const shardOf = (connection: string): number => fingerprint(connection).charCodeAt(0) % connectionShards.length;

export const byApp = { name: 'byApp', partitionKey: 'appShard', sortKey: 'connection' } as const;
export const byExpiry = { name: 'byExpiry', partitionKey: 'expiryShard', sortKey: 'expiresAt' } as const;

/**
 * So long after the last connection went its user counts as here. No less than the feed can be resumed from: else a client could
 * resume past a message that nobody kept.
 */
export const hereForMs = 11 * 60_000;

/**
 * The item that says when a user's last connection went; `#` stands before all that is in an id. One item for it, not one for each
 * connection that went: TTL may take two days, and a device that connects every minute would leave thousands to read.
 */
const lastGone = '#last';
interface LastGone {
  readonly connection: typeof lastGone;
  readonly goneAt: string;
}
type Row = Connection | LastGone;
const isOpen = (row: Row): row is Connection => row.connection !== lastGone;

/** More than a user's connections and the item that says when the last went. */
const maxRows = 100;
const maxOf = 20;
/** What the sweep of expired connections should have removed long ago. */
const sweepGraceSeconds = 3_600;
/** DynamoDB leaves parts of a batch undone when it is pressed. */
const maxTries = 5;

const secondOf = (at: string): number => Math.floor(Date.parse(at) / 1_000);

const indexes = (client: DynamoDBDocumentClient, table: string): Pick<ConnectionTable, 'pageOfApp' | 'expired'> => {
  const query = async (
    index: typeof byApp | typeof byExpiry,
    { shard, sort, value, limit }: { shard: string; sort: string; value: string; limit: number },
  ): Promise<readonly ConnectionKey[]> => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: index.name,
        KeyConditionExpression: `#shard = :shard AND #sort ${sort} :value`,
        ExpressionAttributeNames: { '#shard': index.partitionKey, '#sort': index.sortKey },
        ExpressionAttributeValues: { ':shard': shard, ':value': value },
        Limit: limit,
      }),
    );
    return Items.map(({ owner, connection }) => ({ owner: String(owner), connection: String(connection) }));
  };
  return {
    async pageOfApp(app, { shard, limit, after = lastGone }) {
      // One more than asked for, so that no page comes that is empty.
      const found = await query(byApp, { shard: `${app}#${shard}`, sort: '>', value: after, limit: limit + 1 });
      const connections = found.slice(0, limit);
      return { connections, next: found.length > limit ? connections.at(-1)?.connection : undefined };
    },
    async expired(before, limit) {
      const pages = await Promise.all(
        connectionShards.map((shard) => query(byExpiry, { shard: `e${shard}`, sort: '<', value: before, limit })),
      );
      return pages.flat();
    },
  };
};

export const connectionTable = (
  client: DynamoDBDocumentClient,
  table: string,
  now: () => Date = () => new Date(),
): ConnectionTable => {
  const rowsOf = async (owner: Owner): Promise<readonly Row[]> => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        // `owner` and `connection` are DynamoDB's own words.
        KeyConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': ownerKey(owner) },
        ConsistentRead: true,
        Limit: maxRows,
      }),
    );
    return Items as Row[];
  };
  return {
    ...indexes(client, table),
    async add({ owner, connection, app, expiresAt, connectedAt }) {
      const shard = shardOf(connection);
      const item = { owner, connection, app, expiresAt, connectedAt };
      const inIndexes = { [byApp.partitionKey]: `${app}#${shard}`, [byExpiry.partitionKey]: `e${shard}` };
      const expires = secondOf(expiresAt) + sweepGraceSeconds;
      await client.send(new PutCommand({ TableName: table, Item: { ...item, ...inIndexes, expires } }));
    },
    async remove(owner, connection) {
      const goneAt = now().toISOString();
      const expires = secondOf(goneAt) + hereForMs / 1_000;
      let left: Record<string, unknown>[] = [
        { PutRequest: { Item: { owner, connection: lastGone, goneAt, expires } } },
        { DeleteRequest: { Key: { owner, connection } } },
      ];
      for (let tries = 0; left.length > 0; tries += 1) {
        if (tries === maxTries) throw new Error('a connection was not removed');
        const { UnprocessedItems = {} } = await client.send(new BatchWriteCommand({ RequestItems: { [table]: left } }));
        left = UnprocessedItems[table] ?? [];
      }
    },
    async of(owner) {
      const at = now().toISOString();
      return (await rowsOf(owner))
        .filter(isOpen)
        .filter(({ expiresAt }) => expiresAt > at)
        .toSorted((a, b) => b.connectedAt.localeCompare(a.connectedAt) || a.connection.localeCompare(b.connection))
        .slice(0, maxOf);
    },
    async wasHere(owner) {
      const since = new Date(now().getTime() - hereForMs).toISOString();
      return (await rowsOf(owner)).some((row) => isOpen(row) || row.goneAt > since);
    },
  };
};
