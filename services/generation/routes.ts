/** Generation's HTTP interface. */
import * as z from 'zod';
import { pageOf, pageQuery } from '#shared/http/page.ts';
import { routeTable } from '#shared/http/route.ts';
import { idSchema } from '#shared/ids.ts';
import {
  acceptedGeneration,
  asset,
  cancelledGeneration,
  createdAsset,
  generation,
  generationEventView,
  jobStatus,
  newAsset,
  newGeneration,
  newPrompt,
  prompt,
  promptPatch,
} from './contracts.ts';

const assetPath = z.strictObject({ id: idSchema('ast') });
const promptPath = z.strictObject({ id: idSchema('prm') });
const generationPath = z.strictObject({ id: idSchema('gen') });

export const routes = routeTable({
  createAsset: {
    method: 'POST',
    path: '/v1/assets',
    auth: 'user',
    summary: 'Announce a file and get a form to upload it with',
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
    summary: 'Your generations, newest first',
    query: z.strictObject({ ...pageQuery(), status: jobStatus.optional(), tool: z.string().max(60).optional() }),
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
    summary: 'What happened to a generation, oldest first',
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
});
