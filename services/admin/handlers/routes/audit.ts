/** What admins and operators did: /v1/admin/audit, /v1/operator/audit */
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import type { Input } from '#shared/http/route.ts';
import { wholeDeployment } from '#shared/owner.ts';
import type { routes } from '../../routes.ts';
import type { AuditTable } from '../../storage/audit-table.ts';
import { auditedActView } from '../../views.ts';

export interface AuditDependencies {
  readonly audit: Pick<AuditTable, 'list'>;
}

const position = z.string().max(300);

const page = async (
  { audit }: AuditDependencies,
  app: string,
  { limit, cursor, actor, since }: Input<typeof routes.listAudit>['query'],
) => {
  const { acts, next } = await audit.list({ app, limit, actor, since, before: decodeCursor(position, cursor) });
  return {
    status: 200,
    body: { data: acts.map(auditedActView), next_cursor: next === undefined ? null : encodeCursor(next) },
  } as const;
};

export const listAudit =
  (dependencies: AuditDependencies) =>
  ({ admin, query }: Input<typeof routes.listAudit>) =>
    page(dependencies, admin.app, query);

export const listDeploymentAudit =
  (dependencies: AuditDependencies) =>
  ({ query: { app = wholeDeployment, ...query } }: Input<typeof routes.listDeploymentAudit>) =>
    page(dependencies, app, query);
