/** Takes the webhooks of providers. A function of its own, so that the API does not carry every provider's client. */
import { apiFunction } from '#shared/http/api-function.ts';
import { logger, metrics, readCallbacks, taskFollower, webhookProviders } from '../composition.ts';
import { webhookRoutes } from '../routes.ts';
import { problems } from './problems.ts';
import { receiveProviderWebhook } from './routes/receive-provider-webhook.ts';

export const handler = apiFunction({
  routes: webhookRoutes,
  problems,
  logger,
  metrics,
  handlers: {
    receiveProviderWebhook: receiveProviderWebhook({
      providersOf: webhookProviders(),
      readCallback: readCallbacks(),
      follow: taskFollower(),
    }),
  },
});
