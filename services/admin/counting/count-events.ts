/** Adds a batch of events to the counters of their own days, each once, however often and in whatever order it comes. */
import type { Catalog } from '#services/catalog/contracts.ts';
import { localDay } from '../domain/days.ts';
import { type CountedEvent, isActivity, measure } from '../domain/measure.ts';
import type { ActiveUserTable } from '../storage/active-user-table.ts';
import type { CounterTable } from '../storage/counter-table.ts';

export interface CountingDependencies {
  readonly catalog: Pick<Catalog, 'app'>;
  readonly counters: Pick<CounterTable, 'add'>;
  readonly activeUsers: Pick<ActiveUserTable, 'seen' | 'remove'>;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

/** Of an app that is no longer served. */
const lastResort = 'UTC';

const zonesOf = async (catalog: Pick<Catalog, 'app'>, apps: ReadonlySet<string>): Promise<Map<string, string>> =>
  new Map(
    await Promise.all([...apps].map(async (app) => [app, (await catalog.app(app))?.zone ?? lastResort] as const)),
  );

/** @throws when not all of it is counted: then the whole batch may come again. */
export const countEvents =
  ({ catalog, counters, activeUsers, now }: CountingDependencies) =>
  async (events: readonly CountedEvent[]): Promise<void> => {
    const zones = await zonesOf(catalog, new Set(events.map(({ app }) => app)));
    const dated = events.map((event) => ({ event, day: localDay(event.at, zones.get(event.app) ?? lastResort) }));
    const seen = dated.filter(({ event }) => isActivity(event));
    await activeUsers.seen(seen.map(({ event: { app, user }, day }) => ({ app, user, day })));
    const entries = dated.map(({ event, day }) => ({ id: event.id, app: event.app, day, amounts: measure(event) }));
    await counters.add(
      entries.filter(({ amounts }) => Object.keys(amounts).length > 0),
      now(),
    );
    for (const { type, app, user } of events) if (type === 'UserDeleted') await activeUsers.remove({ app, user });
  };
