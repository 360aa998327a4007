/** Notifications' API function. */
import { apiFunction } from '#shared/http/api-function.ts';
import { audit, broadcasts, catalog, logger, metrics, notifications, wakeBroadcast } from '../composition.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { apiHandlers } from './api-handlers.ts';

const log = logger();

export const handler = apiFunction({
  routes,
  handlers: apiHandlers({
    notifications: notifications(),
    broadcasts: broadcasts(),
    catalog: catalog(log),
    wake: wakeBroadcast(),
  }),
  problems,
  logger: log,
  metrics: metrics(),
  audit: audit(),
});
