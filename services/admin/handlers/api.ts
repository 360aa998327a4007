/** Admin's API function. */
import { apiFunction } from '#shared/http/api-function.ts';
import { activeUsers, acts, audit, catalog, counters, logger, metrics, queues } from '../composition.ts';
import { problems } from '../problems.ts';
import { queueSummary } from '../queues/summary.ts';
import { routes } from '../routes.ts';
import { apiHandlers } from './api-handlers.ts';

const log = logger();
const deployed = queues();

export const handler = apiFunction({
  routes,
  handlers: apiHandlers({
    catalog: catalog(log),
    counters: counters(),
    activeUsers: activeUsers(),
    audit: acts(),
    queues: deployed,
    queueSummary: queueSummary(deployed, () => new Date()),
    logger: log,
  }),
  problems,
  logger: log,
  metrics: metrics(),
  audit: audit(),
});
