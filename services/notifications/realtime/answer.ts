/** What a client says over its socket, and the answers. They go the way of messages: the API's routes have no answers of their own. */
import { parseOwnerKey } from '#shared/owner.ts';
import { type SocketControl, type SocketMessage, type SocketRequest, socketRequest } from '../contracts.ts';
import type { Connection, ConnectionTable } from '../storage/connection-table.ts';
import { type FeedTable, feedOfApp } from '../storage/feed-table.ts';
import { atOnce } from './at-once.ts';
import { connectionOf, type SocketEvent, type SocketReply } from './socket-event.ts';
import type { Outcome, Sockets } from './sockets.ts';

export interface AnswerDependencies {
  readonly connections: Pick<ConnectionTable, 'add' | 'remove'>;
  readonly feed: Pick<FeedTable, 'since' | 'cursorAt'>;
  readonly sockets: Sockets;
  readonly now: () => Date;
}

/** Far more than any request has. */
const maxBody = 1_000;
/** Posts under way to one connection: each is about another thing, so their order says nothing. */
const places = 10;

const requestOf = (body: string): SocketRequest | undefined => {
  if (body.length > maxBody) return undefined;
  try {
    return socketRequest.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
};

export const answer = ({ connections, feed, sockets, now }: AnswerDependencies) => {
  const missed = async (connection: Connection, since: string): Promise<readonly SocketMessage[] | undefined> => {
    const { app, user } = parseOwnerKey(connection.owner);
    const [own, all] = await Promise.all([feed.since({ app, user }, since), feed.since(feedOfApp(app), since)]);
    return own && all && [...own, ...all];
  };

  /** What was said to a connection in one go: `done`, or the first trouble there was. */
  const conversation = ({ connection }: Connection) => {
    let outcome: Outcome = 'done';
    const say = async (text: SocketMessage | SocketControl): Promise<void> => {
      if (outcome !== 'done') return;
      const posted = await sockets.post(connection, JSON.stringify(text));
      if (posted !== 'done') outcome = posted;
    };
    return { say, outcome: (): Outcome => outcome };
  };
  type Say = ReturnType<typeof conversation>['say'];

  /**
   * `hello` and `resume` put the connection down once more, before the feed is read: a push that came while it was being made found
   * it gone and struck it off.
   */
  const respond = async (request: SocketRequest | undefined, connection: Connection, say: Say): Promise<void> => {
    // Of before anything is read: what comes in between may be told twice, and is not missed.
    const cursor = feed.cursorAt(now());
    const standing = { cursor, expires_at: connection.expiresAt };
    switch (request?.action) {
      case undefined:
        return say({ type: 'error', detail: 'This is no request.' });
      case 'ping':
        return say({ type: 'pong', cursor });
      case 'hello':
        await connections.add(connection);
        return say({ type: 'ready', ...standing });
      case 'resume': {
        await connections.add(connection);
        const messages = await missed(connection, request.since);
        await atOnce(places, messages ?? [], say);
        return say({ type: messages ? 'resumed' : 'refetch', ...standing });
      }
    }
  };

  /** Where it cannot be closed now, the next push or its token's end does. */
  const close = async ({ owner, connection }: Connection): Promise<void> => {
    if ((await sockets.close(connection)) !== 'busy') await connections.remove(owner, connection);
  };

  return async (event: SocketEvent): Promise<SocketReply> => {
    const connection = connectionOf(event);
    if (Date.parse(connection.expiresAt) <= now().getTime()) {
      await close(connection);
      return { statusCode: 200 };
    }
    const { say, outcome } = conversation(connection);
    await respond(requestOf(event.body ?? ''), connection, say);
    // An answer that was not heard is missed for good: the client comes again and asks anew.
    if (outcome() === 'busy') await close(connection);
    if (outcome() === 'gone') await connections.remove(connection.owner, connection.connection);
    return { statusCode: 200 };
  };
};
