/** Generation's API for tests: the routes as they are, over ports in memory. */
import type { Context } from 'aws-lambda';
import type { HoldAnswer, HoldRequest } from '#services/credits/contracts.ts';
import { apiFunction } from '#shared/http/api-function.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import type { Owner } from '#shared/owner.ts';
import { type ApiEventParts, apiEvent } from '#shared/testing/api-event.ts';
import type { HandleJob } from '../handle-job.ts';
import { problems } from '../handlers/problems.ts';
import { changeAsset, createAsset, deleteAsset, getAsset, listAssets } from '../handlers/routes/assets.ts';
import { createGeneration } from '../handlers/routes/create-generation.ts';
import { listFailures } from '../handlers/routes/failures.ts';
import {
  cancelGeneration,
  getGeneration,
  listGenerationEvents,
  listGenerations,
} from '../handlers/routes/generations.ts';
import { changeGeneration, deleteGeneration, listVariations, recordPlay } from '../handlers/routes/library.ts';
import { changePrompt, createPrompt, deletePrompt, getPrompt, listPrompts } from '../handlers/routes/prompts.ts';
import { regenerate } from '../handlers/routes/regenerate.ts';
import {
  createSavedReply,
  deleteSavedReply,
  getSavedReply,
  listSavedReplies,
} from '../handlers/routes/saved-replies.ts';
import { routes } from '../routes.ts';
import {
  memoryAssets,
  memoryJobs,
  memoryOutputs,
  memoryUploads,
  owner,
  silent,
  testCatalog,
  testTool,
} from './memory.ts';
import { memoryProjection } from './memory-projection.ts';
import { memoryPrompts, memoryReadyAssets, memorySavedReplies } from './memory-prompts.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';

export const stranger: Owner = { app: 'sparky', user: 'user-2' };
const byStyle = testTool({
  id: 'styled',
  input: { images: { min: 0, max: 2 } },
  params: { type: 'object', additionalProperties: false, properties: { style: { type: 'string' } } },
  cost: { kind: 'by-parameter', parameter: 'style', credits: { plain: 1, rich: 9 } },
});
const drawn = testTool({
  id: 'drawn',
  input: { images: { min: 0, max: 1 } },
  params: {
    type: 'object',
    additionalProperties: false,
    properties: { prompt: { type: 'string', maxLength: 100 }, size: { type: 'integer' } },
    required: ['prompt'],
  },
});
const song = testTool({
  id: 'song',
  input: { images: { min: 0, max: 0 } },
  params: {
    type: 'object',
    additionalProperties: false,
    properties: { theme: { type: 'string' }, title: { type: 'string' } },
  },
  cost: { kind: 'fixed', credits: 1 },
});
const free = testTool({ id: 'free', cost: { kind: 'fixed', credits: 0 } });

/** A ledger with this many credits, idempotent by hold as the real one is. */
const ledger = (credits: number) => {
  const holds = new Map<string, HoldRequest>();
  /** Ids of holds that were swept or ended. */
  const closed = new Set<string>();
  let available = credits;
  const holdCredits = async (request: HoldRequest): Promise<HoldAnswer | undefined> => {
    if (closed.has(request.holdId)) return { status: 'refused', rejection: 'hold-closed', available };
    const open = holds.get(request.holdId);
    if (open && open.credits !== request.credits) return { status: 'refused', rejection: 'hold-differs', available };
    if (open) return { status: 'held', available };
    if (request.credits > available) return { status: 'refused', rejection: 'credits-insufficient', available };
    holds.set(request.holdId, request);
    available -= request.credits;
    return { status: 'held', available };
  };
  return { holds, closed, holdCredits };
};

/** The API over ports in memory, with a ledger of this many credits. */
export const apiWorld = (credits = 10, reach: 'reached' | 'unreachable' = 'reached') => {
  const { store, handleJob: handle } = memoryJobs();
  const assets = memoryAssets();
  const uploads = memoryUploads();
  const outputs = memoryOutputs();
  const account = ledger(credits);
  const { rows: jobs, project, ...beside } = memoryProjection({ outputs, assets });
  const handleJob: HandleJob = async (...command) => {
    const handled = await handle(...command);
    if (handled.accepted) for (const event of handled.events) await project(event);
    return handled;
  };
  const holdCredits = reach === 'reached' ? account.holdCredits : async () => undefined;
  const catalog = testCatalog(testTool(), testTool({ id: 'hidden', active: false }), byStyle, drawn, song, free);
  const files = { assets, uploads };
  const prompts = memoryPrompts();
  const kept = { ...files, prompts, readyAssets: memoryReadyAssets(assets) };
  const library = { store, handleJob, jobs, outputs, plays: beside.plays };
  const runs = { catalog, assets, prompts, store, handleJob, holdCredits, results: beside.results, outputs };
  const saved = { savedReplies: memorySavedReplies(), store };
  const handler = apiFunction({
    routes,
    problems,
    logger: silent,
    metrics: createMetrics('test'),
    handlers: {
      createAsset: createAsset(files),
      listAssets: listAssets(files),
      getAsset: getAsset(files),
      changeAsset: changeAsset(files),
      deleteAsset: deleteAsset(files),
      createPrompt: createPrompt(kept),
      listPrompts: listPrompts(kept),
      getPrompt: getPrompt(kept),
      changePrompt: changePrompt(kept),
      deletePrompt: deletePrompt(kept),
      createGeneration: createGeneration(runs),
      listGenerations: listGenerations(library),
      getGeneration: getGeneration(library),
      listGenerationEvents: listGenerationEvents({ trail: beside.trail, store }),
      cancelGeneration: cancelGeneration({ handleJob }),
      changeGeneration: changeGeneration(library),
      deleteGeneration: deleteGeneration(library),
      regenerate: regenerate(runs),
      listVariations: listVariations(library),
      recordPlay: recordPlay(library),
      createSavedReply: createSavedReply(saved),
      listSavedReplies: listSavedReplies(saved),
      getSavedReply: getSavedReply(saved),
      deleteSavedReply: deleteSavedReply(saved),
      listFailures: listFailures({ failures: beside.failures }),
    },
  });
  const call = async (parts: ApiEventParts) => {
    const { statusCode, body } = await handler(apiEvent({ user: owner, ...parts }), {} as Context);
    return { status: statusCode, body: body === '' ? undefined : JSON.parse(body) };
  };
  const create = (body: object, key = 'key-1', user = owner) =>
    call({ method: 'POST', path: '/v1/generations', body, headers: { 'idempotency-key': key }, user });
  const at = (path: string, method = 'GET', user = owner) => call({ method, path, user });
  return {
    call,
    create,
    at,
    store,
    handleJob,
    project,
    assets,
    uploads,
    outputs,
    savedReplies: saved.savedReplies,
    holds: account.holds,
    closedHolds: account.closed,
  };
};
