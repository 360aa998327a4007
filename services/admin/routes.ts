/** Admin's HTTP interface: an app's figures and what its admins did; for operators, the queues of the whole deployment. */
import * as z from 'zod';
import { auditedApp } from '#shared/http/audit.ts';
import { pageQuery } from '#shared/http/page.ts';
import { routeTable } from '#shared/http/route.ts';
import { deadLetterList, queueList, redriveView } from './queues/views.ts';
import { auditPage, metricsView } from './views.ts';

const auditQuery = {
  ...pageQuery(),
  /** As in `admin:<user id>` or `admin:key-0123456789ab`. */
  actor: z.string().min(1).max(200).optional(),
  since: z.iso.datetime().optional(),
};

const adminRoutes = routeTable({
  getMetrics: {
    method: 'GET',
    path: '/v1/admin/metrics',
    auth: 'admin',
    summary:
      "Figures of the admin's app for today, 7 and 30 days, today included, in the app's zone: jobs, credits, revenue, users; and how full the queues of the whole deployment are. Half a minute behind at most, as long as nothing waits.",
    replies: { 200: metricsView },
  },
  listAudit: {
    method: 'GET',
    path: '/v1/admin/audit',
    auth: 'admin',
    summary:
      "What admins of the admin's app did, newest first, and how it ended; kept for 400 days. Reading is not written down.",
    query: z.strictObject(auditQuery),
    replies: { 200: auditPage },
  },
});

/** Names as CloudFormation makes them. */
const params = z.strictObject({ name: z.string().regex(/^[A-Za-z0-9_-]{1,80}(\.fifo)?$/) });

const operatorRoutes = routeTable({
  listQueues: {
    method: 'GET',
    path: '/v1/operator/queues',
    auth: 'operator',
    summary: 'Every queue of the deployment: what waits in it, and whose it is.',
    replies: { 200: queueList },
  },
  showDeadLetters: {
    method: 'GET',
    path: '/v1/operator/queues/{name}/messages',
    auth: 'operator',
    summary:
      'Up to ten messages of a dead-letter queue, and why they are there. They stay; nobody else gets them for a moment.',
    params,
    replies: { 200: deadLetterList },
  },
  redriveQueue: {
    method: 'POST',
    path: '/v1/operator/queues/{name}/redrive',
    auth: 'operator',
    summary:
      'Gives the messages of a dead-letter queue to their consumer again. While that goes on, asking again begins nothing.',
    params,
    replies: { 202: redriveView },
  },
  listDeploymentAudit: {
    method: 'GET',
    path: '/v1/operator/audit',
    auth: 'operator',
    summary: "What operators did, newest first, and how it ended; with `app`, what that app's admins did.",
    query: z.strictObject({ ...auditQuery, app: auditedApp.optional() }),
    replies: { 200: auditPage },
  },
});

export const routes = { ...adminRoutes, ...operatorRoutes };
