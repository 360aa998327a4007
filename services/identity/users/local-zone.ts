/** The zone whose days and months count for a user: their own, else their app's. */
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { commonProblem } from '#shared/http/problem.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { isZone } from '../domain/local-date.ts';

/** @throws Problem 503 when the catalog cannot be asked. */
export const definitionOf = async (catalog: Catalog, app: string): Promise<AppDefinition | undefined> => {
  try {
    return await catalog.app(app);
  } catch (error) {
    if (!(error instanceof SourceUnavailable)) throw error;
    throw commonProblem('unavailable', {
      detail: "The app's definition cannot be read just now.",
      retryAfterSeconds: 5,
    });
  }
};

/** An app whose definition is gone still has users: theirs are UTC's days. */
const lastResort = 'UTC';

export type ZoneOf = (user: { readonly app: string; readonly zone?: string | null }) => Promise<string>;

export const zoneOf =
  (catalog: Catalog): ZoneOf =>
  async ({ app, zone }) => {
    // Zones come and go with releases of the time zone database: one that is gone must not lock its user out.
    if (zone && isZone(zone)) return zone;
    return (await definitionOf(catalog, app))?.zone ?? lastResort;
  };
