/** Every route's handler, over what they all stand on. */
import type { Handlers } from '#shared/http/route.ts';
import type { AdminRejection } from '../problems.ts';
import type { routes } from '../routes.ts';
import { type AuditDependencies, listAudit, listDeploymentAudit } from './routes/audit.ts';
import { getMetrics, type MetricsDependencies } from './routes/metrics.ts';
import { listQueues, type QueueDependencies, redriveQueue, showDeadLetters } from './routes/queues.ts';

export type ApiDependencies = AuditDependencies & MetricsDependencies & QueueDependencies;

export const apiHandlers = (dependencies: ApiDependencies): Handlers<typeof routes, AdminRejection> => ({
  getMetrics: getMetrics(dependencies),
  listAudit: listAudit(dependencies),
  listQueues: listQueues(dependencies),
  showDeadLetters: showDeadLetters(dependencies),
  redriveQueue: redriveQueue(dependencies),
  listDeploymentAudit: listDeploymentAudit(dependencies),
});
