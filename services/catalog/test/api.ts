/** Catalog's API for tests: the real routes over the real store; each `api` is a process of its own. */
import type { Context } from 'aws-lambda';
import { apiFunction } from '#shared/http/api-function.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { type ApiEventParts, apiEvent } from '#shared/testing/api-event.ts';
import { keptTrail } from '#shared/testing/audit.ts';
import type { AppDefinition, AppOffer } from '../contracts.ts';
import { offerStream } from '../domain/offer.ts';
import { apiHandlers } from '../handlers/api-handlers.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { fileOf, type TestTable } from './offers.ts';

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
    audit: keptTrail(),
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

interface Sent {
  readonly body?: unknown;
  /** Sent as If-Match. */
  readonly version?: number;
  readonly query?: Record<string, string>;
  readonly user?: string;
  /** Whose admin it is, if not the app's. */
  readonly of?: string;
}

/** The API of `app` and of `<app>-other`, both made like Sparky, in the hands of their admins. */
export const newAdminApi = (tables: TestTable, app: string) => {
  const file = fileOf('sparky');
  const api = newApi(tables, [
    { ...file, id: app },
    { ...file, id: `${app}-other` },
  ]);
  const send = (method: string, path: string, { body, version, query, user, of = app }: Sent = {}) =>
    api.call({
      method,
      path: `/v1/admin/catalog${path}`,
      verdict: adminOf(of, user),
      ...(body === undefined ? {} : { body }),
      ...(query ? { query } : {}),
      headers: version === undefined ? {} : { 'if-match': `"${version}"` },
    });
  return {
    ...api,
    send,
    current: async () => (await send('GET', '')).body as { version: number; offer: AppOffer },
    history: async (of = app) =>
      (await tables.store.read(offerStream(of), { limit: 100 })).map(({ event }) => event.type),
  };
};
export type TestAdminApi = ReturnType<typeof newAdminApi>;
