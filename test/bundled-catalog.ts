/** The definitions of `apps/` as a catalog, for tests and benchmarks that run without the catalog's function. */
import { definitions } from '#apps';
import type { Catalog } from '#services/catalog/contracts.ts';

export const catalog: Catalog = { app: async (id) => definitions.find((definition) => definition.id === id) };
