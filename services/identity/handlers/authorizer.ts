/** Lambda authorizer of the HTTP API: payload 2.0, simple responses. */
import { judgeKey, logger, readStanding, verifyToken } from '../composition.ts';
import { authorize } from './authorize.ts';

const log = logger();

export const handler = authorize({
  verifyToken: verifyToken(log),
  readStanding: readStanding(),
  judgeKey: judgeKey(log),
  logger: log,
});
