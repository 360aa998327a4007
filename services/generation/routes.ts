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
} from './contracts.ts';

const assetPath = z.strictObject({ id: idSchema('ast') });
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
    summary: 'Remove a file for good',
    params: assetPath,
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
