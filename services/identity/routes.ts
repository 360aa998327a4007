/** Identity's HTTP interface: a user's own record, an admin's view of users, and the hook that tells of new ones. */
import * as z from 'zod';
import { pageOf, pageQuery } from '#shared/http/page.ts';
import { noBody, routeTable } from '#shared/http/route.ts';
import { appId, userId } from '#shared/owner.ts';
import { preparingExportView, readyExportView } from './export/views.ts';
import { activityView, adminUserView, playView, profilePatch, roles, userView } from './users/views.ts';

const userRoutes = routeTable({
  getMe: {
    method: 'GET',
    path: '/v1/me',
    auth: 'user',
    summary: "The caller's record, which begins here for whoever is seen for the first time. Its ETag is for If-Match.",
    etag: true,
    replies: { 200: userView },
  },
  changeMe: {
    method: 'PATCH',
    path: '/v1/me',
    auth: 'user',
    summary: "Changes the caller's profile; null clears a field. With If-Match, only if nothing changed since.",
    body: profilePatch,
    ifMatch: 'optional',
    etag: true,
    replies: { 200: userView },
  },
  recordActivity: {
    method: 'POST',
    path: '/v1/me/activity',
    auth: 'user',
    summary: "Counts today as a day of activity, once, by the date in the caller's zone.",
    replies: { 200: activityView },
  },
  countPlay: {
    method: 'POST',
    path: '/v1/me/plays',
    auth: 'user',
    summary: "Counts one play in the month of the caller's zone, and today as a day of activity.",
    idempotencyKey: 'optional',
    replies: { 200: playView },
  },
  getExport: {
    method: 'GET',
    path: '/v1/me/export',
    auth: 'user',
    summary:
      'A copy of all that is kept of the caller. It is begun where there is none of the last 24 hours: 202, ask again in a moment.',
    replies: { 200: readyExportView, 202: preparingExportView },
  },
  deleteMe: {
    method: 'DELETE',
    path: '/v1/me',
    auth: 'user',
    summary:
      'The caller leaves for good, without being asked again: the token is refused from now on, files, runs and profile are removed, credits are forfeited.',
    replies: { 204: noBody },
  },
});

const params = z.strictObject({ user: userId });

const adminRoutes = routeTable({
  listUsers: {
    method: 'GET',
    path: '/v1/admin/users',
    auth: 'admin',
    summary:
      "The users of the admin's app, the newest first; or one by id; or those whose e-mail address begins with some text, by address.",
    query: z.strictObject({ ...pageQuery(), query: z.string().trim().min(1).max(254).optional() }),
    replies: { 200: pageOf(adminUserView) },
  },
  getUser: {
    method: 'GET',
    path: '/v1/admin/users/{user}',
    auth: 'admin',
    summary: "One user of the admin's app.",
    params,
    replies: { 200: adminUserView },
  },
  deleteUser: {
    method: 'DELETE',
    path: '/v1/admin/users/{user}',
    auth: 'admin',
    summary: 'As if the user had left. Also of an id that nobody has seen: it is never let in.',
    params,
    replies: { 204: noBody },
  },
  setRoles: {
    method: 'PUT',
    path: '/v1/admin/users/{user}/roles',
    auth: 'admin',
    summary: 'What a user may be beside a user, from the next request on. The user must have been seen before.',
    params,
    body: z.strictObject({ roles }),
    replies: { 200: adminUserView },
  },
});

const hookRoutes = routeTable({
  receiveSignUp: {
    method: 'POST',
    path: '/webhooks/auth/{app}',
    auth: 'public',
    summary: "Supabase Auth's after-user-created hook, signed as Standard Webhooks are.",
    params: z.strictObject({ app: appId }),
    rawBody: true,
    replies: { 200: z.strictObject({}) },
  },
});

export const routes = { ...userRoutes, ...adminRoutes, ...hookRoutes };
