/** GET /v1/apps/{app}/catalog */
import { cacheableReply } from '#shared/http/entity-tag.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import type { Catalog } from '../../contracts.ts';
import { publicCatalog } from '../../domain/public-catalog.ts';
import type { routes } from '../../routes.ts';

/** A change shows within a minute. */
const maxAgeSeconds = 60;

export const getCatalog =
  ({ catalog }: { catalog: Catalog }) =>
  async ({ path, headers }: Input<typeof routes.getCatalog>) => {
    const definition = await catalog.app(path.app);
    if (definition === undefined || definition.internal)
      return refuse('app-unknown', { detail: `No app "${path.app}" is served here.` });
    return cacheableReply({ headers, maxAgeSeconds }, publicCatalog(definition));
  };
