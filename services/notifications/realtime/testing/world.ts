/** Users' devices as a test sees them: sockets that answer as they are told, over real tables and a clock that is set. */
import { meter, startDynamoDb } from '#shared/testing/dynamodb.ts';
import type { SocketControl, SocketMessage } from '../../contracts.ts';
import { byApp, byExpiry, type Connection, connectionTable } from '../../storage/connection-table.ts';
import { feedTable } from '../../storage/feed-table.ts';
import type { FanOutMessage, SendFanOut } from '../fan-out-message.ts';
import type { Outcome, Sockets } from '../sockets.ts';

export const startedAt = Date.parse('2026-11-21T10:00:00.000Z');
const hour = 3_600_000;

/** Sockets that take everything, but for those that are told otherwise. */
export const memorySockets = () => {
  const posted: { readonly connection: string; readonly said: SocketMessage | SocketControl }[] = [];
  const closed: string[] = [];
  const behaviour = new Map<string, () => Outcome | Promise<Outcome>>();
  const outcomeOf = async (connection: string): Promise<Outcome> => behaviour.get(connection)?.() ?? 'done';
  const sockets: Sockets = {
    async post(connection, text) {
      const outcome = await outcomeOf(connection);
      if (outcome === 'done') posted.push({ connection, said: JSON.parse(text) });
      return outcome;
    },
    async close(connection) {
      closed.push(connection);
      return behaviour.get(connection) === undefined ? 'done' : 'gone';
    },
  };
  return {
    ...sockets,
    posted,
    closed,
    behave: (connection: string, as: Outcome | (() => Outcome | Promise<Outcome>)) =>
      behaviour.set(connection, typeof as === 'string' ? () => as : as),
    heardBy: (connection: string) => posted.filter((post) => post.connection === connection).map(({ said }) => said),
    reset() {
      posted.length = 0;
      closed.length = 0;
      behaviour.clear();
    },
  };
};

export const memoryFanOut = () => {
  const waiting: FanOutMessage[] = [];
  const calls: { readonly messages: number; readonly delaySeconds: number }[] = [];
  const send: SendFanOut = async (messages, delaySeconds = 0) => {
    calls.push({ messages: messages.length, delaySeconds });
    waiting.push(...messages);
  };
  return { send, waiting, calls };
};

export const startWorld = async () => {
  const db = await startDynamoDb();
  const clock = { now: startedAt };
  const connectionsName = await db.createIndexedTable('connections', ['owner', 'connection'], {
    [byApp.name]: byApp,
    [byExpiry.name]: byExpiry,
  });
  const feedName = await db.createKeyedTable('feed', 'owner', 'key');
  const connections = connectionTable(db.client, connectionsName, () => new Date(clock.now));
  return {
    db,
    clock,
    connectionsName,
    feedName,
    connections,
    feed: feedTable(db.client, feedName, () => clock.now),
    sockets: memorySockets(),
    /** Puts a device down that connected now. */
    async device(user: string, connection: string, more: Partial<Connection> = {}): Promise<Connection> {
      const at = (ms: number) => new Date(ms).toISOString();
      const made = {
        owner: `sparky#${user}`,
        connection,
        app: 'sparky',
        connectedAt: at(clock.now),
        expiresAt: at(clock.now + hour),
        ...more,
      };
      await connections.add(made);
      return made;
    },
    /** What was asked of DynamoDB meanwhile. */
    async counted(work: () => Promise<void>): Promise<string[]> {
      const calls = meter(db.client);
      await work();
      return calls.map(({ operation }) => operation);
    },
    close: () => db.close(),
  };
};
export type World = Awaited<ReturnType<typeof startWorld>>;
