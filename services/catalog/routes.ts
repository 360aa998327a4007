/** Catalog's HTTP interface. */
import * as z from 'zod';
import { noBody, routeTable } from '#shared/http/route.ts';
import { appId } from '#shared/owner.ts';
import { pack, plan, tool } from './contracts.ts';

/** Strict, so that a field of the definition that is not meant for the public cannot slip out. */
export const publicCatalogReply = z.strictObject({
  id: appId,
  name: z.string(),
  zone: z.string(),
  welcome_credits: z.int(),
  default_plan: z.string(),
  plans: z.array(plan),
  packs: z.array(pack),
  tools: z.array(tool.omit({ active: true, providers: true, deadline_seconds: true })),
});

export const routes = routeTable({
  getCatalog: {
    method: 'GET',
    path: '/v1/apps/{app}/catalog',
    auth: 'public',
    summary: "An app's tools, plans and packs. Cacheable: send If-None-Match with the last ETag.",
    params: z.strictObject({ app: appId }),
    replies: { 200: publicCatalogReply, 304: noBody },
  },
});
