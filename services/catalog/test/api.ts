/** Catalog's API for tests: the real routes over the real store; each `api` is a process of its own. */
import type { Context } from 'aws-lambda';
import { apiFunction } from '#shared/http/api-function.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { type ApiEventParts, apiEvent } from '#shared/testing/api-event.ts';
import type { AppDefinition } from '../contracts.ts';
import { apiHandlers } from '../handlers/api-handlers.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import type { TestTable } from './offers.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';

export const adminOf = (app: string, user = 'boss') => ({ verdict: 'user', app, user, role: 'admin' }) as const;

export const newApi = (tables: TestTable, definitions?: readonly AppDefinition[]) => {
  const parts = tables.process(definitions);
  const handler = apiFunction({
    routes,
    handlers: apiHandlers(parts),
    problems,
    logger: parts.logger,
    metrics: createMetrics('catalog'),
  });
  const call = async (event: ApiEventParts) => {
    const { statusCode, headers, body } = await handler(apiEvent(event), {} as Context);
    return { status: statusCode, headers, body: body === '' ? undefined : JSON.parse(body) };
  };
  return {
    ...parts,
    call,
    get: (path: string, event: ApiEventParts = {}) => call({ path, ...event }),
  };
};
export type TestApi = ReturnType<typeof newApi>;
