/** An app's figures: /v1/admin/metrics */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Catalog } from '#services/catalog/contracts.ts';
import { commonProblem } from '#shared/http/problem.ts';
import type { Input } from '#shared/http/route.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { daysBefore, localDay } from '../../domain/days.ts';
import { report } from '../../domain/report.ts';
import type { QueueSummary } from '../../queues/summary.ts';
import type { routes } from '../../routes.ts';
import type { ActiveUserTable } from '../../storage/active-user-table.ts';
import type { CounterTable } from '../../storage/counter-table.ts';
import { periodView } from '../../views.ts';

export interface MetricsDependencies {
  readonly catalog: Pick<Catalog, 'app'>;
  readonly counters: Pick<CounterTable, 'read'>;
  readonly activeUsers: Pick<ActiveUserTable, 'count'>;
  readonly queueSummary: () => Promise<QueueSummary>;
  readonly logger: Pick<Logger, 'error'>;
}

const zoneOf = async (catalog: Pick<Catalog, 'app'>, app: string): Promise<string> => {
  try {
    return (await catalog.app(app))?.zone ?? 'UTC';
  } catch (error) {
    if (!(error instanceof SourceUnavailable)) throw error;
    throw commonProblem('unavailable', { detail: "The app's zone cannot be read just now.", retryAfterSeconds: 5 });
  }
};

/** Each user's last day is in one of these: together they count the longer periods without reading anybody twice. */
const countActive = async (activeUsers: MetricsDependencies['activeUsers'], app: string, today: string) => {
  const [day, week, month] = await Promise.all([
    // Whose clock is ahead was active today.
    activeUsers.count(app, { from: today, until: '9999' }),
    activeUsers.count(app, { from: daysBefore(today, 6), until: daysBefore(today, 1) }),
    activeUsers.count(app, { from: daysBefore(today, 29), until: daysBefore(today, 7) }),
  ]);
  const plus = (one: typeof day, other: typeof day) => ({
    users: one.users + other.users,
    more: one.more || other.more,
  });
  return { day, week: plus(day, week), month: plus(plus(day, week), month) };
};

export const getMetrics =
  ({ catalog, counters, activeUsers, queueSummary, logger }: MetricsDependencies) =>
  async ({ admin: { app }, at }: Input<typeof routes.getMetrics>) => {
    const zone = await zoneOf(catalog, app);
    const today = localDay(at, zone);
    const [days, active, queues] = await Promise.all([
      counters.read(app, { from: daysBefore(today, 29), until: today }),
      countActive(activeUsers, app, today),
      // The figures are the point: they are told without the queues too.
      queueSummary().catch((error: unknown) => {
        logger.error('queues not read', { error: error as Error });
        return null;
      }),
    ]);
    const period = (from: string, of: typeof active.day) => {
      const amounts = [...days].flatMap(([day, sums]) => (day >= from ? [sums] : []));
      return periodView({ from, until: today, report: report(amounts), active: of });
    };
    return {
      status: 200,
      body: {
        app,
        zone,
        at,
        today: period(today, active.day),
        last_7_days: period(daysBefore(today, 6), active.week),
        last_30_days: period(daysBefore(today, 29), active.month),
        queues,
      },
    } as const;
  };
