/** Webhooks' API function. */
import { apiFunction } from '#shared/http/api-function.ts';
import { audit, deliveries, endpoints, logger, metrics, secretsOf, trusts, wake } from '../composition.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { apiHandlers } from './api-handlers.ts';

const log = logger();

export const handler = apiFunction({
  routes,
  handlers: apiHandlers({
    endpoints: endpoints(),
    deliveries: deliveries(),
    secretsOf: secretsOf(log),
    trusts: trusts(),
    wake: wake(),
  }),
  problems,
  logger: log,
  metrics: metrics(),
  audit: audit(),
});
