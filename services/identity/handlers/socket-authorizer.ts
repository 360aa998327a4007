/** Lambda authorizer of the WebSocket API: type REQUEST, on $connect, answers a policy. */
import { logger, readStanding, verifyToken } from '../composition.ts';
import { authorizeSocket } from './authorize-socket.ts';

const log = logger();

export const handler = authorizeSocket({
  verifyToken: verifyToken(log),
  readStanding: readStanding(),
  logger: log,
  now: Date.now,
});
