/** Generation's HTTP interface: files, prompts, runs of tools, what came of them, and what is kept of it. */
import * as z from 'zod';
import { slug } from '#services/catalog/contracts.ts';
import { pageOf, pageQuery } from '#shared/http/page.ts';
import { routeTable } from '#shared/http/route.ts';
import { idSchema } from '#shared/ids.ts';
import { appId } from '#shared/owner.ts';
import { adminRoutes } from './admin-routes.ts';
import { listedStatus } from './admin-shapes.ts';
import {
  acceptedGeneration,
  asset,
  assetPatch,
  cancelledGeneration,
  createdAsset,
  generation,
  generationEventView,
  maxCallbackLength,
  newAsset,
  newGeneration,
  newPrompt,
  prompt,
  promptPatch,
} from './contracts.ts';
import { generationPatch, newSavedReply, playCount, regeneration, savedReply } from './library-shapes.ts';

const assetPath = z.strictObject({ id: idSchema('ast') });
const promptPath = z.strictObject({ id: idSchema('prm') });
const replyPath = z.strictObject({ id: idSchema('rpl') });
const generationPath = z.strictObject({ id: idSchema('gen') });

/** Where providers tell of their tasks. Behind a function of its own. */
export const webhookRoutes = routeTable({
  receiveProviderWebhook: {
    method: 'POST',
    path: '/webhooks/providers/{provider}/{app}',
    auth: 'public',
    summary: "A provider tells that a task is over; the URL is one task's own, and signed",
    params: z.strictObject({ provider: slug, app: appId }),
    query: z.strictObject({ callback: z.string().min(1).max(maxCallbackLength) }),
    rawBody: true,
    replies: { 202: z.strictObject({}) },
  },
});

const userRoutes = routeTable({
  createAsset: {
    method: 'POST',
    path: '/v1/assets',
    auth: 'user',
    summary: 'Announce a file and get a form to upload it with; what nothing uses goes after 30 days',
    body: newAsset,
    replies: { 201: createdAsset },
  },
  listAssets: {
    method: 'GET',
    path: '/v1/assets',
    auth: 'user',
    summary: 'Your files, newest first',
    query: z.strictObject(pageQuery()),
    replies: { 200: pageOf(asset) },
  },
  getAsset: {
    method: 'GET',
    path: '/v1/assets/{id}',
    auth: 'user',
    summary: 'One file, with a URL that works for an hour once it is ready',
    params: assetPath,
    replies: { 200: asset },
  },
  changeAsset: {
    method: 'PATCH',
    path: '/v1/assets/{id}',
    auth: 'user',
    summary: 'Give a file another name; null takes the name off',
    params: assetPath,
    body: assetPatch,
    replies: { 200: asset },
  },
  deleteAsset: {
    method: 'DELETE',
    path: '/v1/assets/{id}',
    auth: 'user',
    summary: 'Remove a file for good; prompts that show it stay, without it',
    params: assetPath,
    replies: { 204: z.undefined() },
  },
  createPrompt: {
    method: 'POST',
    path: '/v1/prompts',
    auth: 'user',
    summary: 'Keep a prompt, with up to two of your pictures; repeated with the same key it is kept once',
    body: newPrompt,
    idempotencyKey: 'optional',
    replies: { 201: prompt },
  },
  listPrompts: {
    method: 'GET',
    path: '/v1/prompts',
    auth: 'user',
    summary: 'Your prompts, newest first',
    query: z.strictObject(pageQuery()),
    replies: { 200: pageOf(prompt) },
  },
  getPrompt: {
    method: 'GET',
    path: '/v1/prompts/{id}',
    auth: 'user',
    summary: 'One prompt, with URLs of its pictures that work for an hour',
    params: promptPath,
    replies: { 200: prompt },
  },
  changePrompt: {
    method: 'PATCH',
    path: '/v1/prompts/{id}',
    auth: 'user',
    summary: 'Change a prompt; null clears a field. Generations made of it before stay as they were',
    params: promptPath,
    body: promptPatch,
    replies: { 200: prompt },
  },
  deletePrompt: {
    method: 'DELETE',
    path: '/v1/prompts/{id}',
    auth: 'user',
    summary: 'Remove a prompt for good; its pictures stay',
    params: promptPath,
    replies: { 204: z.undefined() },
  },
  createGeneration: {
    method: 'POST',
    path: '/v1/generations',
    auth: 'user',
    summary: 'Run a tool: holds its credits and puts the job into the queue',
    body: newGeneration,
    idempotencyKey: 'required',
    replies: { 200: acceptedGeneration, 202: acceptedGeneration },
  },
  listGenerations: {
    method: 'GET',
    path: '/v1/generations',
    auth: 'user',
    summary: 'Your generations, newest first. A filtered page may be short: go on while there is a cursor',
    query: z.strictObject({
      ...pageQuery(),
      status: listedStatus.optional(),
      tool: z.string().max(60).optional(),
      favourite: z.literal('true').optional(),
      text: z.string().min(1).max(100).optional(),
      variation_of: idSchema('gen').optional(),
    }),
    replies: { 200: pageOf(generation) },
  },
  getGeneration: {
    method: 'GET',
    path: '/v1/generations/{id}',
    auth: 'user',
    summary: 'One generation as it is now, with URLs of its outputs that work for an hour',
    params: generationPath,
    replies: { 200: generation },
  },
  listGenerationEvents: {
    method: 'GET',
    path: '/v1/generations/{id}/events',
    auth: 'user',
    summary: 'What happened to a generation, oldest first; kept for 90 days',
    params: generationPath,
    query: z.strictObject(pageQuery(50)),
    replies: { 200: pageOf(generationEventView) },
  },
  cancelGeneration: {
    method: 'POST',
    path: '/v1/generations/{id}/cancel',
    auth: 'user',
    summary: 'Take a generation back before it is finished; its credits come back',
    params: generationPath,
    replies: { 200: cancelledGeneration },
  },
  changeGeneration: {
    method: 'PATCH',
    path: '/v1/generations/{id}',
    auth: 'user',
    summary: 'Name a generation, or mark it as a favourite',
    params: generationPath,
    body: generationPatch,
    replies: { 200: generation },
  },
  deleteGeneration: {
    method: 'DELETE',
    path: '/v1/generations/{id}',
    auth: 'user',
    summary: 'Remove a generation that is over, with its files, for good; its variations stay',
    params: generationPath,
    replies: { 204: z.undefined() },
  },
  regenerate: {
    method: 'POST',
    path: '/v1/generations/{id}/regenerate',
    auth: 'user',
    summary: "Run a generation's tool once more, as a variation of it, at today's price",
    params: generationPath,
    body: regeneration,
    idempotencyKey: 'required',
    replies: { 200: acceptedGeneration, 202: acceptedGeneration },
  },
  listVariations: {
    method: 'GET',
    path: '/v1/generations/{id}/variations',
    auth: 'user',
    summary: 'All variations of the family that a generation belongs to, newest first',
    params: generationPath,
    query: z.strictObject(pageQuery()),
    replies: { 200: pageOf(generation) },
  },
  recordPlay: {
    method: 'POST',
    path: '/v1/generations/{id}/plays',
    auth: 'user',
    summary: 'Count one more play of a song or film; the key of the last one counts nothing',
    params: generationPath,
    idempotencyKey: 'optional',
    replies: { 200: playCount },
  },
  createSavedReply: {
    method: 'POST',
    path: '/v1/saved-replies',
    auth: 'user',
    summary: 'Keep a reply; repeated with the same key it is kept once',
    body: newSavedReply,
    idempotencyKey: 'optional',
    replies: { 201: savedReply },
  },
  listSavedReplies: {
    method: 'GET',
    path: '/v1/saved-replies',
    auth: 'user',
    summary: 'Your saved replies, newest first',
    query: z.strictObject({ ...pageQuery(), generation_id: idSchema('gen').optional() }),
    replies: { 200: pageOf(savedReply) },
  },
  getSavedReply: {
    method: 'GET',
    path: '/v1/saved-replies/{id}',
    auth: 'user',
    summary: 'One saved reply',
    params: replyPath,
    replies: { 200: savedReply },
  },
  deleteSavedReply: {
    method: 'DELETE',
    path: '/v1/saved-replies/{id}',
    auth: 'user',
    summary: 'Remove a saved reply for good',
    params: replyPath,
    replies: { 204: z.undefined() },
  },
});

export const routes = { ...userRoutes, ...adminRoutes };
