/** Reference's API function. */
import { apiFunction } from '#shared/http/api-function.ts';
import { compressed } from '#shared/http/compressed.ts';
import { logger, metrics } from '../composition.ts';
import { document } from '../document.ts';
import { routes } from '../routes.ts';
import { apiHandlers } from './api-handlers.ts';

export const handler = compressed(
  apiFunction({ routes, handlers: apiHandlers(document), problems: {}, logger: logger(), metrics: metrics() }),
);
