/** The caller's app as the catalog has it. */
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { commonProblem } from '#shared/http/problem.ts';

/** @throws Problem `not-found` for an app that is served no more; SourceUnavailable while the catalog cannot be read. */
export const servedApp = async (catalog: Catalog, app: string): Promise<AppDefinition> => {
  const definition = await catalog.app(app);
  if (!definition) throw commonProblem('not-found', { detail: `No app "${app}" is served here.` });
  return definition;
};
