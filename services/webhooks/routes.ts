/** Webhooks' HTTP interface: an admin's endpoints, and what became of the messages to them. */
import * as z from 'zod';
import { pageOf, pageQuery } from '#shared/http/page.ts';
import { noBody, routeTable } from '#shared/http/route.ts';
import { idSchema } from '#shared/ids.ts';
import {
  delivery,
  deliveryPage,
  deliveryStatus,
  newWebhook,
  webhook,
  webhookPatch,
  webhookWithSecret,
} from './views.ts';

const params = z.strictObject({ id: idSchema('whk') });

const endpointRoutes = routeTable({
  createWebhook: {
    method: 'POST',
    path: '/v1/admin/webhooks',
    auth: 'admin',
    summary:
      "Has the app's own server told of events. The answer holds the secret that its messages are verified by; keep it.",
    idempotencyKey: 'optional',
    body: newWebhook,
    replies: { 201: webhookWithSecret },
  },
  listWebhooks: {
    method: 'GET',
    path: '/v1/admin/webhooks',
    auth: 'admin',
    summary: "The app's webhooks, newest first; at most 20 are kept.",
    query: z.strictObject(pageQuery()),
    replies: { 200: pageOf(webhook) },
  },
  getWebhook: {
    method: 'GET',
    path: '/v1/admin/webhooks/{id}',
    auth: 'admin',
    summary: 'One webhook.',
    params,
    replies: { 200: webhook },
  },
  changeWebhook: {
    method: 'PATCH',
    path: '/v1/admin/webhooks/{id}',
    auth: 'admin',
    summary:
      'Changes the address, the events or the description, or switches it on or off. Messages on their way go where it says then.',
    params,
    body: webhookPatch,
    replies: { 200: webhook },
  },
  deleteWebhook: {
    method: 'DELETE',
    path: '/v1/admin/webhooks/{id}',
    auth: 'admin',
    summary: 'Removes it; what is on its way to it is not sent any more.',
    params,
    replies: { 204: noBody },
  },
  rotateSecret: {
    method: 'POST',
    path: '/v1/admin/webhooks/{id}/secret/rotate',
    auth: 'admin',
    summary: 'A new secret, from now on. Those of the last 24 hours sign along, in the same header.',
    params,
    replies: { 200: webhookWithSecret },
  },
});

const deliveryRoutes = routeTable({
  testWebhook: {
    method: 'POST',
    path: '/v1/admin/webhooks/{id}/test',
    auth: 'admin',
    summary: 'Sends a `test.ping`, once.',
    params,
    replies: { 202: delivery },
  },
  listDeliveries: {
    method: 'GET',
    path: '/v1/admin/webhooks/{id}/deliveries',
    auth: 'admin',
    summary:
      'The messages of the last 30 days, newest first, with every attempt. A page may be short: next_cursor says whether there is more.',
    params,
    query: z.strictObject({ ...pageQuery(), status: deliveryStatus.optional() }),
    replies: { 200: deliveryPage },
  },
  replayDelivery: {
    method: 'POST',
    path: '/v1/admin/webhooks/{id}/deliveries/{delivery}/replay',
    auth: 'admin',
    summary: 'Sends it again now, and for a day if need be, whatever became of it.',
    params: z.strictObject({ id: idSchema('whk'), delivery: idSchema('dlv') }),
    replies: { 202: delivery },
  },
});

export const routes = { ...endpointRoutes, ...deliveryRoutes };
