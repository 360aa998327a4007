/** What admins and operators are shown. */
import * as z from 'zod';
import { auditedApp } from '#shared/http/audit.ts';
import { pageOf } from '#shared/http/page.ts';
import { appId } from '#shared/owner.ts';
import type { Report } from './domain/report.ts';
import type { AuditedAct } from './storage/audit-table.ts';

const day = z.iso.date();
const count = z.int().min(0);
const time = z.iso.datetime();
/** By name; a name without any is left out. */
const counts = z.record(z.string(), count);

const jobCounts = { requested: count, completed: count, failed: count, cancelled: count };

const periodMetrics = z.object({
  from: day,
  until: day,
  jobs: z.object({
    ...jobCounts,
    by_tool: z.array(z.object({ tool: z.string(), ...jobCounts })),
    /** As in `blocked`, `deadline`, `failed`. */
    failures_by_reason: counts,
  }),
  credits: z.object({
    granted: count,
    /** As in `welcome`, `pack`, `plan`. */
    granted_by_kind: counts,
    /** What completed jobs were charged. */
    spent: count,
    /** Held for jobs that did not complete, and given back. */
    released: count,
    /** What completed jobs were charged, and admins gave back. */
    refunded: count,
    /** What users had before their app moved here. */
    imported: count,
    /** Taken back with a payment, and given again. */
    revoked: count,
    /** As in `refund`, `dispute`. */
    revoked_by_reason: counts,
    reinstated: count,
    expired: count,
    forfeited: count,
    adjusted_up: count,
    adjusted_down: count,
  }),
  revenue: z.array(
    z.object({
      currency: z.string(),
      payments: count,
      captured_minor: count,
      /** Came, and was not what was asked for: nothing was granted for it. */
      mismatched_minor: count,
      refunded_minor: count,
      disputed_minor: count,
      disputes_won_minor: count,
    }),
  ),
  users: z.object({
    new: count,
    /** Asked for a job or signed up, each user once. */
    active: count,
    /** There are at least so many. */
    active_is_least: z.boolean(),
    left: count,
  }),
});

export const metricsView = z.object({
  app: appId,
  /** Whose days they are. */
  zone: z.string(),
  at: time,
  today: periodMetrics,
  last_7_days: periodMetrics,
  last_30_days: periodMetrics,
  /**
   * Of the whole deployment: SQS does not count by app. No ages: looking into a queue counts as a delivery. Null when they cannot be read
   * just now.
   */
  queues: z
    .object({
      /** Messages that wait for a function. */
      waiting: count,
      in_flight: count,
      dead_letters: count,
      at: time,
    })
    .nullable(),
});

export interface Period {
  readonly from: string;
  readonly until: string;
  readonly report: Report;
  readonly active: { readonly users: number; readonly more: boolean };
}

const totalOf = (amounts: Readonly<Record<string, number>>): number =>
  Object.values(amounts).reduce((sum, amount) => sum + amount, 0);

export const periodView = ({ from, until, report, active }: Period): z.input<typeof periodMetrics> => ({
  from,
  until,
  jobs: { ...report.jobs, by_tool: [...report.tools], failures_by_reason: { ...report.failures } },
  credits: {
    granted: totalOf(report.grantedByKind),
    granted_by_kind: { ...report.grantedByKind },
    spent: report.credits('spent'),
    released: report.credits('released'),
    refunded: report.credits('refunded'),
    imported: report.credits('imported'),
    revoked: totalOf(report.revokedByReason),
    revoked_by_reason: { ...report.revokedByReason },
    reinstated: report.credits('reinstated'),
    expired: report.credits('expired'),
    forfeited: report.credits('forfeited'),
    adjusted_up: report.credits('given'),
    adjusted_down: report.credits('taken'),
  },
  revenue: report.revenue.map(({ currency, payments, captured, mismatched, refunded, disputed, won }) => ({
    currency,
    payments,
    captured_minor: captured,
    mismatched_minor: mismatched,
    refunded_minor: refunded,
    disputed_minor: disputed,
    disputes_won_minor: won,
  })),
  users: { new: report.newUsers, active: active.users, active_is_least: active.more, left: report.usersLeft },
});

export const auditView = z.object({
  /** The request's id, which the answer and the logs carry too. */
  id: z.string(),
  at: time,
  app: auditedApp,
  actor: z.string(),
  service: z.string(),
  route: z.string(),
  method: z.string(),
  path: z.string(),
  params: z.record(z.string(), z.string()),
  query: z.record(z.string(), z.string()),
  /** Without what is secret. A text, when it was cut. */
  body: z.json(),
  body_cut: z.boolean(),
  correlation_id: z.string(),
  /** How it ended; null: that is not known, the act may have been done or not. */
  outcome: z.object({ status: z.int(), at: time }).nullable(),
});
export const auditPage = pageOf(auditView);

export const auditedActView = ({ intent, outcome }: AuditedAct): z.input<typeof auditView> => {
  const { id, at, app, actor, service, route, method, path, params, query, body, bodyCut, correlationId } = intent;
  return {
    id,
    at,
    app,
    actor,
    service,
    route,
    method,
    path,
    params,
    query,
    body: body === null || bodyCut ? body : z.json().parse(JSON.parse(body)),
    body_cut: bodyCut,
    correlation_id: correlationId,
    outcome: outcome ? { status: outcome.status, at: outcome.endedAt } : null,
  };
};
