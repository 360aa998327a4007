/** What a client says over its socket, and the answers. They go the way of messages: the API's routes have no answers of their own. */
import { parseOwnerKey } from '#shared/owner.ts';
import type { SocketControl, SocketMessage, SocketRequest } from '../contracts.ts';
import type { Connection, ConnectionTable } from '../storage/connection-table.ts';
import { type FeedTable, feedOfApp, isCursorOf } from '../storage/feed-table.ts';
import { atOnce } from './at-once.ts';
import { type CloseOldestDependencies, closeOldest } from './close-oldest.ts';
import { type NoRequest, requestOf } from './request-of.ts';
import { requestRate } from './request-rate.ts';
import { connectionOf, type SocketEvent, type SocketReply } from './socket-event.ts';
import type { Outcome, Sockets } from './sockets.ts';

export interface AnswerDependencies extends CloseOldestDependencies {
  readonly connections: CloseOldestDependencies['connections'] & Pick<ConnectionTable, 'greet' | 'remove'>;
  readonly feed: Pick<FeedTable, 'since' | 'cursorAt'>;
  readonly now: () => Date;
}

/** Posts under way to one connection: each is about another thing, so their order says nothing. */
const places = 10;

const isGreeting = ({ action }: SocketRequest | NoRequest): boolean => action === 'hello' || action === 'resume';

/** What was said to a connection in one go: `done`, or the first trouble there was. */
const conversation = (sockets: Pick<Sockets, 'post'>, connection: string) => {
  let outcome: Outcome = 'done';
  const say = async (text: SocketMessage | SocketControl): Promise<void> => {
    if (outcome !== 'done') return;
    const posted = await sockets.post(connection, JSON.stringify(text));
    if (posted !== 'done') outcome = posted;
  };
  return { say, outcome: (): Outcome => outcome };
};
type Say = ReturnType<typeof conversation>['say'];

export const answer = (dependencies: AnswerDependencies) => {
  const { connections, feed, sockets, now } = dependencies;
  const makeRoom = closeOldest(dependencies);
  const rateOf = requestRate(() => now().getTime());

  const missed = async (connection: Connection, since: string): Promise<readonly SocketMessage[] | undefined> => {
    const owner = parseOwnerKey(connection.owner);
    if (!isCursorOf(owner, since)) return undefined;
    const [own, all] = await Promise.all([feed.since(owner, since), feed.since(feedOfApp(owner.app), since)]);
    return own && all && [...own, ...all];
  };

  const respond = async (request: SocketRequest | NoRequest, connection: Connection, say: Say): Promise<void> => {
    // Of before anything is read: what comes in between may be told twice, and is not missed.
    const cursor = feed.cursorAt(parseOwnerKey(connection.owner), now());
    const standing = { cursor, expires_at: connection.expiresAt };
    switch (request.action) {
      case 'none':
        return say({ type: 'error', detail: request.detail });
      case 'ping':
        return say({ type: 'pong', cursor });
      case 'hello':
        return say({ type: 'ready', ...standing });
      case 'resume': {
        const messages = await missed(connection, request.since);
        await atOnce(places, messages ?? [], say);
        return say({ type: messages ? 'resumed' : 'refetch', ...standing });
      }
    }
  };

  /** Where it cannot be closed now, the next push or its token's end does. */
  const close = async ({ owner, connection }: Connection): Promise<void> => {
    if ((await sockets.close(connection)) !== 'busy') await connections.remove({ owner, connection });
  };

  /**
   * `hello` and `resume` put the connection down once more, before the feed is read: a push that came while it was being made found
   * it gone and struck it off.
   */
  const handle = async (request: SocketRequest | NoRequest, connection: Connection): Promise<void> => {
    const { say, outcome } = conversation(sockets, connection.connection);
    if (isGreeting(request) && !(await connections.greet(connection))) {
      await say({ type: 'error', detail: 'This connection has said hello or resume too often.' });
      return close(connection);
    }
    await respond(request, connection, say);
    switch (outcome()) {
      case 'done':
        // Of devices that connected at the same time, none saw the others.
        return isGreeting(request) ? makeRoom(connection.owner) : undefined;
      case 'busy':
        // An answer that was not heard is missed for good: the client comes again and asks anew.
        return close(connection);
      case 'gone':
        return connections.remove(connection);
    }
  };

  return async (event: SocketEvent): Promise<SocketReply> => {
    const connection = connectionOf(event);
    const rate = rateOf(connection.connection);
    if (rate === 'over' || Date.parse(connection.expiresAt) <= now().getTime()) await close(connection);
    else if (rate === 'within') await handle(requestOf(event.body ?? ''), connection);
    return { statusCode: 200 };
  };
};
