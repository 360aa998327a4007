/** Generation's API for tests: the routes as they are, over ports in memory. */
import type { Context } from 'aws-lambda';
import type { HoldAnswer, HoldRequest } from '#services/credits/contracts.ts';
import { apiFunction } from '#shared/http/api-function.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import type { Owner } from '#shared/owner.ts';
import { type ApiEventParts, apiEvent } from '#shared/testing/api-event.ts';
import { keptTrail } from '#shared/testing/audit.ts';
import type { HandleJob } from '../handle-job.ts';
import { apiHandlers } from '../handlers/api-handlers.ts';
import { problems } from '../handlers/problems.ts';
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
  const savedReplies = memorySavedReplies();
  const trail = keptTrail();
  const handler = apiFunction({
    routes,
    problems,
    logger: silent,
    metrics: createMetrics('test'),
    audit: trail,
    handlers: apiHandlers({
      store,
      handleJob,
      catalog,
      holdCredits,
      assets,
      readyAssets: memoryReadyAssets(assets),
      uploads,
      prompts: memoryPrompts(),
      jobs,
      appJobs: jobs.ofApp,
      savedReplies,
      ...beside,
    }),
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
    savedReplies,
    holds: account.holds,
    closedHolds: account.closed,
  };
};
