/** What admins see of their app's generations, and do with them. */
import * as z from 'zod';
import { pageOf, pageQuery } from '#shared/http/page.ts';
import { routeTable } from '#shared/http/route.ts';
import { idSchema } from '#shared/ids.ts';
import {
  appGeneration,
  appGenerationFilter,
  appGenerationRow,
  refundedGeneration,
  refundOfGeneration,
} from './admin-shapes.ts';
import { acceptedGeneration } from './contracts.ts';
import { failure, failureFilter } from './library-shapes.ts';

const params = z.strictObject({ id: idSchema('gen') });

export const adminRoutes = routeTable({
  listFailures: {
    method: 'GET',
    path: '/v1/admin/generations/failures',
    auth: 'admin',
    summary: "The app's failed generations of the last 90 days, newest first",
    query: z.strictObject({ ...pageQuery(), ...failureFilter }),
    replies: { 200: pageOf(failure) },
  },
  listAppGenerations: {
    method: 'GET',
    path: '/v1/admin/generations',
    auth: 'admin',
    summary:
      "The app's generations, or one user's, newest first. A filtered page may be short: go on while there is a cursor",
    query: z.strictObject({ ...pageQuery(), ...appGenerationFilter }),
    replies: { 200: pageOf(appGenerationRow) },
  },
  getAppGeneration: {
    method: 'GET',
    path: '/v1/admin/generations/{id}',
    auth: 'admin',
    summary: 'One generation of the app, whoever’s it is, with all that happened to it and why it failed',
    params,
    query: z.strictObject(pageQuery(50)),
    replies: { 200: appGeneration },
  },
  retryGeneration: {
    method: 'POST',
    path: '/v1/admin/generations/{id}/retry',
    auth: 'admin',
    summary:
      "Run a failed or cancelled generation's tool once more for its owner, on the owner's account and at its limits. One retry at a time: whoever asks again gets the one that lives or is completed",
    params,
    idempotencyKey: 'required',
    replies: { 200: acceptedGeneration, 202: acceptedGeneration },
  },
  refundGeneration: {
    method: 'POST',
    path: '/v1/admin/generations/{id}/refund',
    auth: 'admin',
    summary:
      'Give back what a completed generation cost: all of it, once, however often it is asked for. The ledger follows in a moment; an account that is closed gets nothing',
    params,
    body: refundOfGeneration,
    replies: { 200: refundedGeneration },
  },
});
