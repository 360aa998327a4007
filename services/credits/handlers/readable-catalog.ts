/** The catalog as routes read it: while it cannot be read, the client is asked to come again. */
import type { Catalog } from '#services/catalog/contracts.ts';
import { commonProblem } from '#shared/http/problem.ts';
import { SourceUnavailable } from '#shared/last-good.ts';

export const readableCatalog = (catalog: Catalog): Catalog => ({
  app: (id) =>
    catalog.app(id).catch((error: unknown) => {
      if (!(error instanceof SourceUnavailable)) throw error;
      throw commonProblem('unavailable', {
        detail: 'Plans and prices cannot be read just now.',
        retryAfterSeconds: 2,
      });
    }),
});
