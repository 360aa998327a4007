/** Catalog's HTTP interface: what everybody may see of an app, and an admin's hand on the own app's offer. */
import * as z from 'zod';
import { pageQuery } from '#shared/http/page.ts';
import { noBody, routeTable } from '#shared/http/route.ts';
import { appId } from '#shared/owner.ts';
import { appOffer, locale, option, optionId, pack, plan, slug, tool } from './contracts.ts';
import { reason } from './domain/offer.ts';
import {
  changeQuery,
  changeReply,
  currentReply,
  deleteQuery,
  publicCatalogReply,
  publicOption,
  publicTool,
  textsReply,
  versionReply,
  versionsReply,
  wholeList,
} from './views.ts';

const ofApp = z.strictObject({ app: appId });
/** 304: the client holds the newest. */
const cacheable = <Reply extends z.ZodType>(reply: Reply) => ({ 200: reply, 304: noBody });

const publicRoutes = routeTable({
  getCatalog: {
    method: 'GET',
    path: '/v1/apps/{app}/catalog',
    auth: 'public',
    summary: "An app's tools, plans and packs. Cacheable: send If-None-Match with the last ETag.",
    params: ofApp,
    replies: cacheable(publicCatalogReply),
  },
  listTools: {
    method: 'GET',
    path: '/v1/apps/{app}/tools',
    auth: 'public',
    summary: "An app's active tools, in their order. One page always.",
    params: ofApp,
    replies: cacheable(wholeList(publicTool)),
  },
  getTool: {
    method: 'GET',
    path: '/v1/apps/{app}/tools/{id}',
    auth: 'public',
    summary: 'One active tool.',
    params: z.strictObject({ app: appId, id: slug }),
    replies: cacheable(publicTool),
  },
  listOptions: {
    method: 'GET',
    path: '/v1/apps/{app}/options/{kind}',
    auth: 'public',
    summary:
      'What a user picks from for a parameter, in order. `gender`: those for it and those for anybody. One page always.',
    params: z.strictObject({ app: appId, kind: slug }),
    query: z.strictObject({ gender: z.enum(['male', 'female']).optional(), category: slug.optional() }),
    replies: cacheable(wholeList(publicOption)),
  },
  listPlans: {
    method: 'GET',
    path: '/v1/apps/{app}/plans',
    auth: 'public',
    summary: "An app's plans. One page always.",
    params: ofApp,
    replies: cacheable(wholeList(plan)),
  },
  listPacks: {
    method: 'GET',
    path: '/v1/apps/{app}/packs',
    auth: 'public',
    summary: "An app's packs of credits. One page always.",
    params: ofApp,
    replies: cacheable(wholeList(pack)),
  },
  getTexts: {
    method: 'GET',
    path: '/v1/apps/{app}/texts/{locale}',
    auth: 'public',
    summary: "An app's texts in one of its languages, by translation key.",
    params: z.strictObject({ app: appId, locale }),
    replies: cacheable(textsReply),
  },
});

const byId = z.strictObject({ id: slug });
const optionPath = z.strictObject({ kind: slug, id: optionId });
const changed = { 200: changeReply } as const;

const adminRoutes = routeTable({
  getOffer: {
    method: 'GET',
    path: '/v1/admin/catalog',
    auth: 'admin',
    summary: "The app's whole offer and its version. The ETag is what a change must send as If-Match.",
    etag: true,
    replies: { 200: currentReply },
  },
  putOffer: {
    method: 'PUT',
    path: '/v1/admin/catalog',
    auth: 'admin',
    summary:
      'Puts a whole offer in the place of the one whose version If-Match names. dry_run=true: only says what would change.',
    query: changeQuery,
    body: z.strictObject({ offer: appOffer, reason: reason.optional() }),
    ifMatch: 'required',
    etag: true,
    replies: changed,
  },
  putTool: {
    method: 'PUT',
    path: '/v1/admin/catalog/tools/{id}',
    auth: 'admin',
    summary: 'Adds or replaces one tool; the offer must be valid with it. Needs If-Match.',
    params: byId,
    query: changeQuery,
    body: z.strictObject({ tool, reason: reason.optional() }),
    ifMatch: 'required',
    etag: true,
    replies: changed,
  },
  deleteTool: {
    method: 'DELETE',
    path: '/v1/admin/catalog/tools/{id}',
    auth: 'admin',
    summary: 'Takes one tool away; the offer must be valid without it. Needs If-Match.',
    params: byId,
    query: deleteQuery,
    ifMatch: 'required',
    etag: true,
    replies: changed,
  },
  putPlan: {
    method: 'PUT',
    path: '/v1/admin/catalog/plans/{id}',
    auth: 'admin',
    summary: 'Adds or replaces one plan. Needs If-Match.',
    params: byId,
    query: changeQuery,
    body: z.strictObject({ plan, reason: reason.optional() }),
    ifMatch: 'required',
    etag: true,
    replies: changed,
  },
  deletePlan: {
    method: 'DELETE',
    path: '/v1/admin/catalog/plans/{id}',
    auth: 'admin',
    summary: 'Takes one plan away. Needs If-Match.',
    params: byId,
    query: deleteQuery,
    ifMatch: 'required',
    etag: true,
    replies: changed,
  },
  putPack: {
    method: 'PUT',
    path: '/v1/admin/catalog/packs/{id}',
    auth: 'admin',
    summary: 'Adds or replaces one pack of credits. Needs If-Match.',
    params: byId,
    query: changeQuery,
    body: z.strictObject({ pack, reason: reason.optional() }),
    ifMatch: 'required',
    etag: true,
    replies: changed,
  },
  deletePack: {
    method: 'DELETE',
    path: '/v1/admin/catalog/packs/{id}',
    auth: 'admin',
    summary: 'Takes one pack away. Needs If-Match.',
    params: byId,
    query: deleteQuery,
    ifMatch: 'required',
    etag: true,
    replies: changed,
  },
  putOption: {
    method: 'PUT',
    path: '/v1/admin/catalog/options/{kind}/{id}',
    auth: 'admin',
    summary: 'Adds or replaces one option; the first one of a kind begins it. Needs If-Match.',
    params: optionPath,
    query: changeQuery,
    body: z.strictObject({ option, reason: reason.optional() }),
    ifMatch: 'required',
    etag: true,
    replies: changed,
  },
  deleteOption: {
    method: 'DELETE',
    path: '/v1/admin/catalog/options/{kind}/{id}',
    auth: 'admin',
    summary: 'Takes one option away; the last one of a kind ends it. Needs If-Match.',
    params: optionPath,
    query: deleteQuery,
    ifMatch: 'required',
    etag: true,
    replies: changed,
  },
  listVersions: {
    method: 'GET',
    path: '/v1/admin/catalog/versions',
    auth: 'admin',
    summary: "What became of the app's offer, newest first: when, by whom, why, and what changed.",
    // Each version is read with its whole offer, up to 250 KB: twenty are 5 MB.
    query: z.strictObject(pageQuery(20, 20)),
    replies: { 200: versionsReply },
  },
  getVersion: {
    method: 'GET',
    path: '/v1/admin/catalog/versions/{version}',
    auth: 'admin',
    summary: 'One version, with the whole offer as it was then.',
    params: z.strictObject({
      version: z
        .string()
        .regex(/^[1-9]\d{0,8}$/, 'must be a whole number above 0')
        .transform(Number),
    }),
    replies: { 200: versionReply },
  },
  rollBack: {
    method: 'POST',
    path: '/v1/admin/catalog/rollback',
    auth: 'admin',
    summary: "Makes an earlier version's offer the current one again, as a new version. Needs If-Match.",
    query: changeQuery,
    body: z.strictObject({ to_version: z.int().positive(), reason }),
    ifMatch: 'required',
    etag: true,
    replies: changed,
  },
});

export const routes = { ...publicRoutes, ...adminRoutes };
