/** Billing's API over what tests hand it: requests as the gateway sends them, answers as it gets them. */
import type { Context } from 'aws-lambda';
import { apiFunction } from '#shared/http/api-function.ts';
import { createLogger } from '#shared/observability/logger.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { apiEvent } from '#shared/testing/api-event.ts';
import { keptTrail } from '#shared/testing/audit.ts';
import type { CallbackRecord } from '../callbacks/callback-log.ts';
import { paymentStream } from '../domain/payment-state.ts';
import { apiHandlers } from '../handlers/api-handlers.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { observeSubscription } from '../subscriptions/observe.ts';
import { newParts, owner } from './api-world.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

interface Sent {
  readonly app?: string;
  readonly user?: string;
  readonly body?: unknown;
  readonly key?: string;
  readonly query?: Record<string, string>;
}

export const newApi = () => {
  const { parts, ...rest } = newParts();
  const records: CallbackRecord[] = [];
  const ofApp = (app: string) => ({ records: records.filter((record) => record.app === app) });
  const handler = apiFunction({
    routes,
    handlers: apiHandlers({
      ...parts,
      observe: observeSubscription({
        store: parts.subscriptions,
        handle: parts.handleSubscription,
        now: () => new Date().toISOString(),
      }),
      callbacks: {
        find: async (app, id) => ofApp(app).records.find((record) => record.id === id),
        readBody: async (_app, id) => (id === 'stripe:evt_gone' ? undefined : `{"of":"${id}"}`),
        list: async (app, { outcome }) => ({
          records: ofApp(app).records.filter((record) => outcome === undefined || record.outcome === outcome),
          next: 'further',
        }),
        listOfPayment: async (app, id) => ({ records: ofApp(app).records.filter(({ paymentId }) => paymentId === id) }),
      },
      logger: createLogger('billing'),
    }),
    problems,
    logger: createLogger('billing'),
    metrics: createMetrics('billing'),
    audit: keptTrail(),
  });
  const send = async (
    method: string,
    path: string,
    { app = owner.app, user = owner.user, body, key, query }: Sent = {},
  ) => {
    const isAdmin = path.startsWith('/v1/admin/');
    const caller = {
      verdict: 'user',
      app,
      user,
      email: 'u@app.example',
      ...(isAdmin ? { role: 'admin' as const } : {}),
    } as const;
    const answer = await handler(
      apiEvent({
        method,
        path,
        verdict: caller,
        headers: key === undefined ? {} : { 'idempotency-key': key },
        ...(query ? { query } : {}),
        ...(body === undefined ? {} : { body }),
      }),
      {} as Context,
    );
    return { status: answer.statusCode, retryAfter: answer.headers['retry-after'], body: JSON.parse(answer.body) };
  };
  const events = async (paymentId: string) =>
    (await parts.payments.read(paymentStream(owner, paymentId), { limit: 100 })).map(({ event }) => event);
  return { send, events, parts, records, ...rest };
};
