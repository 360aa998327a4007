/** Catalog's API function. */
import { apiFunction } from '#shared/http/api-function.ts';
import { catalog, logger, metrics } from '../composition.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { getCatalog } from './routes/get-catalog.ts';

export const handler = apiFunction({
  routes,
  handlers: { getCatalog: getCatalog({ catalog }) },
  problems,
  logger: logger(),
  metrics: metrics(),
});
