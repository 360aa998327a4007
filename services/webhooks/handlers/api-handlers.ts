/** Every route's handler, over what they all stand on. */
import type { Handlers } from '#shared/http/route.ts';
import type { WebhooksRejection } from '../problems.ts';
import type { routes } from '../routes.ts';
import { type DeliveryDependencies, listDeliveries, replayDelivery, testWebhook } from './routes/deliveries.ts';
import * as webhooks from './routes/endpoints.ts';

export type ApiDependencies = webhooks.EndpointDependencies & DeliveryDependencies;

export const apiHandlers = (dependencies: ApiDependencies): Handlers<typeof routes, WebhooksRejection> => ({
  createWebhook: webhooks.createWebhook(dependencies),
  listWebhooks: webhooks.listWebhooks(dependencies),
  getWebhook: webhooks.getWebhook(dependencies),
  changeWebhook: webhooks.changeWebhook(dependencies),
  deleteWebhook: webhooks.deleteWebhook(dependencies),
  rotateSecret: webhooks.rotateSecret(dependencies),
  testWebhook: testWebhook(dependencies),
  listDeliveries: listDeliveries(dependencies),
  replayDelivery: replayDelivery(dependencies),
});
