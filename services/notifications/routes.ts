/** Notifications' HTTP interface: a user's inbox, and what an admin tells many. */
import * as z from 'zod';
import { pageQuery } from '#shared/http/page.ts';
import { noBody, routeTable } from '#shared/http/route.ts';
import { idSchema } from '#shared/ids.ts';
import { notification } from './contracts.ts';
import * as views from './views.ts';

const params = z.strictObject({ id: idSchema('ntf') });

const inboxRoutes = routeTable({
  listNotifications: {
    method: 'GET',
    path: '/v1/notifications',
    auth: 'user',
    summary: "The user's notifications of the last 90 days, newest first; with `unread=true` those not read yet alone.",
    query: z.strictObject({ ...pageQuery(), unread: z.literal('true', 'must be true, or be left out').optional() }),
    replies: { 200: views.notificationPage },
  },
  countUnread: {
    method: 'GET',
    path: '/v1/notifications/unread-count',
    auth: 'user',
    summary: 'How many are not read yet, up to a hundred.',
    replies: { 200: views.unreadCount },
  },
  readNotification: {
    method: 'POST',
    path: '/v1/notifications/{id}/read',
    auth: 'user',
    summary: 'Marks one as read; once more changes nothing.',
    params,
    replies: { 200: notification },
  },
  readAllNotifications: {
    method: 'POST',
    path: '/v1/notifications/read-all',
    auth: 'user',
    summary: 'Marks all as read, five hundred at a time: `more` says that there are others.',
    replies: { 200: views.markedRead },
  },
  deleteNotification: {
    method: 'DELETE',
    path: '/v1/notifications/{id}',
    auth: 'user',
    summary: 'Removes one.',
    params,
    replies: { 204: noBody },
  },
});

const broadcastRoutes = routeTable({
  createBroadcast: {
    method: 'POST',
    path: '/v1/admin/broadcasts',
    auth: 'admin',
    summary:
      'Tells all users of the app, those of a plan, or a list, in batches. Who does not want its type is passed over.',
    idempotencyKey: 'required',
    body: views.newBroadcast,
    replies: { 202: views.broadcast },
  },
  listBroadcasts: {
    method: 'GET',
    path: '/v1/admin/broadcasts',
    auth: 'admin',
    summary: "The app's broadcasts, newest first, with how far they are.",
    query: z.strictObject(pageQuery()),
    replies: { 200: views.broadcastPage },
  },
  getBroadcast: {
    method: 'GET',
    path: '/v1/admin/broadcasts/{id}',
    auth: 'admin',
    summary: 'One broadcast.',
    params,
    replies: { 200: views.broadcast },
  },
  stopBroadcast: {
    method: 'POST',
    path: '/v1/admin/broadcasts/{id}/stop',
    auth: 'admin',
    summary: 'Sends it to nobody more. Who has it keeps it.',
    params,
    replies: { 200: views.broadcast },
  },
});

export const routes = { ...inboxRoutes, ...broadcastRoutes };
