/** One requested job over ports in memory, and a worker for it. */
import type { Tool } from '#services/catalog/contracts.ts';
import { derivedId } from '#shared/ids.ts';
import { jobStream } from '../domain/job.ts';
import { sandbox } from '../providers/sandbox.ts';
import { uploadKey } from '../storage/uploads.ts';
import { type RunJobDeps, runJob } from '../worker/run-job.ts';
import { jpeg } from './images.ts';
import {
  memoryAssets,
  memoryJobs,
  memoryOutputs,
  memoryUploads,
  owner,
  readyAsset,
  silent,
  testCatalog,
  testTool,
} from './memory.ts';

export const at = '2026-11-20T10:00:00.000Z';
export const deadline = '2026-11-20T10:02:00.000Z';
export const jobId = derivedId('gen', 'a');
export const stream = jobStream(owner, jobId);
export const message = { ...owner, jobId, correlationId: 'c-1', causationId: 'e-1' };
export const meta = { actor: 'user-1', correlationId: 'c-1' };
export const never = new AbortController().signal;
export const claim = (receiveCount = 1, messageId = 'm-1') => ({ messageId, receiveCount });

export const world = async (models: string[], change: Partial<Tool> = {}, deps: Partial<RunJobDeps> = {}) => {
  const { store, handleJob } = memoryJobs();
  const assets = memoryAssets();
  const uploads = memoryUploads();
  const outputs = memoryOutputs();
  const asset = await readyAsset({ assets, uploads }, await jpeg());
  const etag = uploads.files.get(uploadKey(owner, asset))?.etag ?? '';
  const tool = testTool({ providers: [{ provider: 'sandbox', models }], ...change });
  const inputs = [{ asset, contentType: 'image/jpeg', bytes: 9, sha256: 'ab', etag }];
  const asked = {
    tool: tool.id,
    params: { filter: 'sepia' },
    inputs,
    fingerprint: 'f',
    quote: 4,
    remaining: 6,
    deadline,
  };
  await handleJob(stream, { type: 'RequestJob', at, ...asked }, meta);
  const all: RunJobDeps = {
    catalog: testCatalog(tool),
    store,
    handleJob,
    providers: { sandbox },
    uploads,
    outputs,
    sandboxApps: [],
    logger: silent,
    now: () => new Date(at),
    ...deps,
  };
  const types = async () => (await store.read(stream, { limit: 100 })).map(({ event }) => event.type);
  const job = async () => (await store.load(stream))?.state;
  return { run: runJob(all), all, handleJob, store, uploads, outputs, asset, types, job };
};
export type World = Awaited<ReturnType<typeof world>>;
