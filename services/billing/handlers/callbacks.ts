/** Takes the callbacks of payment providers. A function of its own, so that a burst of them takes no request's place. */
import { apiFunction } from '#shared/http/api-function.ts';
import { MetricUnit } from '#shared/observability/metrics.ts';
import { callbackLog, callbackQueue, catalog, logger, metrics, providers, references } from '../composition.ts';
import { problems } from '../problems.ts';
import { callbackRoutes } from '../routes.ts';
import { receiveCallback } from './routes/receive-callback.ts';

const log = logger();
const counts = metrics();
const deps = {
  catalog: catalog(log),
  providersOf: providers(log),
  references: references(),
  log: callbackLog(),
  send: callbackQueue(),
  logger: log,
  count: (alarm: string) => void counts.addMetric(alarm, MetricUnit.Count, 1),
};

export const handler = apiFunction({
  routes: callbackRoutes,
  problems,
  logger: log,
  metrics: counts,
  handlers: {
    receiveStripeCallback: receiveCallback(deps, 'stripe'),
    receivePaymobCallback: receiveCallback(deps, 'paymob'),
  },
});
