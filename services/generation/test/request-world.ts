/** Requests to run a tool at any time of day, over ports in memory: what they hold, record and serve from kept results. */
import type * as z from 'zod';
import type { Catalog, Tool } from '#services/catalog/contracts.ts';
import type { HoldAnswer, HoldRequest } from '#services/credits/contracts.ts';
import type { Input } from '#shared/http/route.ts';
import type { Id } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import { newGeneration } from '../contracts.ts';
import { jobStream } from '../domain/job.ts';
import type { JobOutput } from '../domain/job-events.ts';
import type { HandleJob } from '../handle-job.ts';
import { keepResult } from '../handlers/project-job.ts';
import { createGeneration } from '../handlers/routes/create-generation.ts';
import type { routes } from '../routes.ts';
import { outputKey, thumbnailKey } from '../storage/outputs.ts';
import {
  memoryAssets,
  memoryJobs,
  memoryOutputs,
  memoryResults,
  memoryUploads,
  owner,
  testCatalog,
  testTool,
} from './memory.ts';
import { memoryPrompts } from './memory-prompts.ts';

export const noon = '2026-11-20T12:00:00.000Z';
export const cachedTool = (change: Partial<Tool> = {}): Tool =>
  testTool({ input: { images: { min: 0, max: 2 } }, cache_seconds: 3_600, ...change });

type Asked = z.input<typeof newGeneration>;
export interface Asking {
  readonly key?: string;
  readonly at?: string;
  readonly user?: Owner;
}

export const requestWorld = (
  hold: (request: HoldRequest) => Promise<HoldAnswer | undefined> = async () => ({ status: 'held', available: 6 }),
) => {
  const { store, handleJob: handle } = memoryJobs();
  const results = memoryResults();
  const outputs = memoryOutputs();
  const assets = memoryAssets();
  const uploads = memoryUploads();
  const holds: HoldRequest[] = [];
  const handleJob: HandleJob = async (...command) => {
    const handled = await handle(...command);
    if (handled.accepted) for (const event of handled.events) await keepResult({ results }, event);
    return handled;
  };
  let catalog: Catalog = testCatalog(cachedTool());
  const holdCredits = async (request: HoldRequest) => {
    holds.push(request);
    return hold(request);
  };
  const create = async (asked: Partial<Asked> = {}, { key = 'key-1', at = noon, user = owner }: Asking = {}) => {
    const body = newGeneration.parse({ tool: 'photo-filter', params: { filter: 'sepia' }, ...asked });
    const request = { user, body, idempotencyKey: key, correlationId: 'c-1', requestId: 'r-1', at };
    const rest = { admin: undefined, path: undefined, query: undefined, rawBody: undefined, headers: {} };
    const deps = { catalog, assets, prompts: memoryPrompts(), store, handleJob, holdCredits, results, outputs };
    return createGeneration(deps)({ ...rest, ...request } as Input<typeof routes.createGeneration>);
  };
  /** Asked for, and accepted. */
  const accepted = async (...parts: Parameters<typeof create>) => {
    const answer = await create(...parts);
    if ('rejection' in answer) throw new Error(answer.rejection);
    return answer;
  };
  const events = async (id: string, user = owner) =>
    (await store.read(jobStream(user, id), { limit: 20 })).map(({ event }) => event);
  const job = async (id: string, user = owner) => (await store.load(jobStream(user, id)))?.state;
  /** A worker makes a picture of it. */
  const complete = async (id: Id<'gen'>, at = noon, user = owner): Promise<void> => {
    const claim = { messageId: 'm-1', receiveCount: 1 };
    const meta = { actor: 'system:generation-worker', correlationId: 'c-1' };
    const key = outputKey(user, id, 0, 'image/png');
    const small = thumbnailKey(user, id, 0);
    for (const file of [key, small]) await outputs.put(file, { contentType: 'image/png', bytes: Buffer.from(id) });
    const thumbnail = { key: small, bytes: 3, width: 3, height: 2 };
    const output: JobOutput = { kind: 'image', contentType: 'image/png', bytes: 40, sha256: 'ab', key, thumbnail };
    const stream = jobStream(user, id);
    await handleJob(stream, { type: 'StartJob', at, claim, provider: 'sandbox', model: 'sandbox-1' }, meta);
    const result = { outputs: [output], usage: { computeMs: 7 }, cost: 4 };
    await handleJob(stream, { type: 'SucceedJob', at, by: { claim }, ...result }, meta);
  };
  const offer = (...tools: Tool[]): void => {
    catalog = testCatalog(...tools);
  };
  return { create, accepted, complete, offer, events, job, store, handleJob, results, outputs, holds, assets, uploads };
};
