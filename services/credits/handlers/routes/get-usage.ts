/** GET /v1/credits/usage */
import type { Catalog } from '#services/catalog/contracts.ts';
import { commonProblem } from '#shared/http/problem.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { ownerKey } from '#shared/owner.ts';
import { dateOf, localDay } from '../../domain/local-day.ts';
import type { SumUsage, UsageSum } from '../../read-models/usage-sums.ts';
import type { routes } from '../../routes.ts';
import { dayNumber } from '../../statement/history.ts';
import { unknownApp } from './refusals.ts';

const defaultDays = 30;
const maxDays = 366;
const dayMs = 86_400_000;

/** Dates of the calendar, not moments: no zone, no change of clocks. */
const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / dayMs + 1;

const totalOf = (sums: Iterable<UsageSum>): UsageSum => {
  let [credits, jobs] = [0, 0];
  for (const sum of sums) {
    credits += sum.credits;
    jobs += sum.jobs;
  }
  return { credits, jobs };
};

const byTool = (sums: ReadonlyMap<string, UsageSum>) =>
  [...sums]
    .map(([tool, sum]) => ({ tool, day: null, ...sum }))
    .toSorted((a, b) => b.credits - a.credits || (a.tool < b.tool ? -1 : 1));

const byDay = (sums: ReadonlyMap<string, UsageSum>) =>
  [...sums]
    .map(([day, sum]) => ({ tool: null, day: dateOf(Number(day)), ...sum }))
    .toSorted((a, b) => (a.day < b.day ? -1 : 1));

export const getUsage =
  ({ catalog, sumUsage }: { catalog: Catalog; sumUsage: SumUsage }) =>
  async ({ user, query, at }: Input<typeof routes.getUsage>) => {
    const definition = await catalog.app(user.app);
    if (!definition) return unknownApp(user.app);
    const to = query.to ?? dateOf(localDay(at, definition.zone));
    const from = query.from ?? addDays(to, 1 - defaultDays);
    const days = daysBetween(from, to);
    if (days < 1 || days > maxDays)
      throw commonProblem('request-invalid', {
        detail: `From ${from} to ${to} are ${Math.max(days, 0)} days: 1 to ${maxDays} can be asked for.`,
        errors: [
          { pointer: '/query/from', detail: `must be at most ${maxDays - 1} days before to, and not behind it` },
        ],
      });
    const { group_by } = query;
    const sums = await sumUsage({ owner: ownerKey(user), from: dayNumber(from), to: dayNumber(to) }, group_by);
    if (!sums) return refuse('range-too-large', { detail: 'There are too many jobs on these days: ask for fewer.' });
    return {
      status: 200 as const,
      body: {
        group_by,
        from,
        to,
        data: group_by === 'tool' ? byTool(sums) : byDay(sums),
        total: totalOf(sums.values()),
      },
    };
  };
