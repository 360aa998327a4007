/** Open sockets: whose they are and how long their tokens are good. A user has several devices. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
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
/** What is needed to reach a connection. */
export type ConnectionKey = Pick<Connection, 'owner' | 'connection'>;
/**
 * A connection as it was read. `greetings`: how often its client said hello or resume. It is also the row's mark: whoever found a
 * connection gone while it was being made must not strike off what its greeting put down.
 */
export interface SeenConnection extends Connection {
  readonly greetings: number;
}

export interface ConnectionTable {
  add(connection: Connection): Promise<void>;
  /** Puts a connection down once more, for its client said hello or resume. False: it did so too often, and nothing is changed. */
  greet(connection: Connection): Promise<boolean>;
  /** Removes a connection that is closed for sure. */
  remove(key: ConnectionKey): Promise<void>;
  /** Removes a connection that seems to be gone, unless it was put down again since it was read. */
  strikeOff(seen: Pick<SeenConnection, 'owner' | 'connection' | 'greetings'>): Promise<void>;
  /** Of a user, those whose token is good; strongly consistent; the newest first; at most 100. */
  of(owner: Owner): Promise<readonly SeenConnection[]>;
  /** Strongly consistent. */
  find(key: ConnectionKey): Promise<SeenConnection | undefined>;
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
type Row = SeenConnection | LastGone;
const isOpen = (row: Row): row is SeenConnection => row.connection !== lastGone;

/** More than a user's connections and the item that says when the last went. */
const maxRows = 100;
/** Of one connection: a client says one when it connects. */
export const maxGreetings = 5;
/** What the sweep of expired connections should have removed long ago. */
const sweepGraceSeconds = 3_600;

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

/** All of a row but its key and its mark. */
const factsOf = ({ connection, app, expiresAt, connectedAt }: Connection) => {
  const shard = shardOf(connection);
  const inIndexes = { [byApp.partitionKey]: `${app}#${shard}`, [byExpiry.partitionKey]: `e${shard}` };
  return { app, expiresAt, connectedAt, ...inIndexes, expires: secondOf(expiresAt) + sweepGraceSeconds };
};

/** Whether the write's condition held. */
const holds = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

const adding = (client: DynamoDBDocumentClient, table: string): Pick<ConnectionTable, 'add' | 'greet'> => ({
  async add(added) {
    const { owner, connection } = added;
    const Item = { owner, connection, ...factsOf(added), greetings: 0 };
    await client.send(new PutCommand({ TableName: table, Item }));
  },
  greet(greeting) {
    const { owner, connection } = greeting;
    const facts = Object.entries(factsOf(greeting));
    const update = new UpdateCommand({
      TableName: table,
      Key: { owner, connection },
      UpdateExpression: `SET ${facts.map(([name]) => `#${name} = :${name}`).join(', ')} ADD greetings :one`,
      ConditionExpression: 'attribute_not_exists(greetings) OR greetings < :most',
      ExpressionAttributeNames: Object.fromEntries(facts.map(([name]) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(facts.map(([name, value]) => [`:${name}`, value])),
        ':one': 1,
        ':most': maxGreetings,
      },
    });
    return holds(client.send(update));
  },
});

const removing = (
  client: DynamoDBDocumentClient,
  table: string,
  now: () => Date,
): Pick<ConnectionTable, 'remove' | 'strikeOff'> => {
  /** First, so that who loses their connection counts as here; of one that stays it says nothing wrong. */
  const keepLastGone = async (owner: string): Promise<void> => {
    const goneAt = now().toISOString();
    const expires = secondOf(goneAt) + hereForMs / 1_000;
    await client.send(new PutCommand({ TableName: table, Item: { owner, connection: lastGone, goneAt, expires } }));
  };
  return {
    async remove({ owner, connection }) {
      await keepLastGone(owner);
      await client.send(new DeleteCommand({ TableName: table, Key: { owner, connection } }));
    },
    async strikeOff({ owner, connection, greetings }) {
      await keepLastGone(owner);
      const asRead = new DeleteCommand({
        TableName: table,
        Key: { owner, connection },
        ConditionExpression: 'greetings = :seen',
        ExpressionAttributeValues: { ':seen': greetings },
      });
      await holds(client.send(asRead));
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
    ...adding(client, table),
    ...removing(client, table, now),
    async find({ owner, connection }) {
      const Key = { owner, connection };
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item as SeenConnection | undefined;
    },
    async of(owner) {
      const at = now().toISOString();
      return (await rowsOf(owner))
        .filter(isOpen)
        .filter(({ expiresAt }) => expiresAt > at)
        .toSorted((a, b) => b.connectedAt.localeCompare(a.connectedAt) || a.connection.localeCompare(b.connection));
    },
    async wasHere(owner) {
      const since = new Date(now().getTime() - hereForMs).toISOString();
      return (await rowsOf(owner)).some((row) => isOpen(row) || row.goneAt > since);
    },
  };
};
