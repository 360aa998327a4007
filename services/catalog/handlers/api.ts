/** Catalog's API function. */
import { apiFunction } from '#shared/http/api-function.ts';
import { audit, catalogParts, metrics } from '../composition.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { apiHandlers } from './api-handlers.ts';

const parts = catalogParts();

export const handler = apiFunction({
  routes,
  handlers: apiHandlers(parts),
  problems,
  logger: parts.logger,
  metrics: metrics(),
  audit: audit(),
});
