/** Identity's API function. */
import { apiFunction } from '#shared/http/api-function.ts';
import {
  audit,
  catalog,
  exportSigner,
  judgeMessage,
  leaving,
  logger,
  metrics,
  userList,
  users,
} from '../composition.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { zoneOf } from '../users/local-zone.ts';
import { apiHandlers } from './api-handlers.ts';

const log = logger();
const definitions = catalog(log);

export const handler = apiFunction({
  routes,
  handlers: apiHandlers({
    users: users(),
    userList: userList(),
    catalog: definitions,
    zoneOf: zoneOf(definitions),
    judgeMessage: judgeMessage(log),
    leave: leaving(),
    signExport: exportSigner(),
    logger: log,
  }),
  problems,
  logger: log,
  metrics: metrics(),
  audit: audit(),
});
