/** $default of the WebSocket API: answers what a client says. */
import { connections, feed, logger, sockets } from '../composition.ts';
import { answer } from '../realtime/answer.ts';

export const handler = answer({
  connections: connections(),
  feed: feed(),
  sockets: sockets(),
  logger: logger(),
  now: () => new Date(),
});
