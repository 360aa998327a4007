/** One requested job over ports in memory, a worker for it and a follower of its tasks. */
import type { Tool } from '#services/catalog/contracts.ts';
import { derivedId } from '#shared/ids.ts';
import { type JobCommand, jobStream } from '../domain/job.ts';
import type { HandleJob } from '../handle-job.ts';
import { sandbox } from '../providers/sandbox.ts';
import { storeOutputs } from '../storage/store-outputs.ts';
import { uploadKey } from '../storage/uploads.ts';
import type { CheckTask, FollowMessage, TaskTold } from '../worker/follow-message.ts';
import { type FollowTaskDeps, followTask } from '../worker/follow-task.ts';
import { type RunJobDeps, runJob } from '../worker/run-job.ts';
import { jpeg } from './images.ts';
import { at, deadline } from './job-words.ts';
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
import { setUp } from './providers.ts';

export { at, deadline } from './job-words.ts';
export const jobId = derivedId('gen', 'a');
export const stream = jobStream(owner, jobId);
export const message = { ...owner, jobId, correlationId: 'c-1', causationId: 'e-1' };
export const meta = { actor: 'user-1', correlationId: 'c-1' };
export const never = new AbortController().signal;
export const claim = (receiveCount = 1, messageId = 'm-1') => ({ messageId, receiveCount });
export const check = (taskId = 't-1', tries = 0): CheckTask => ({ kind: 'check', ...message, taskId, tries });
export const told = (taskId = 't-1', more: Partial<TaskTold> = {}): TaskTold => ({
  kind: 'told',
  ...message,
  taskId,
  attempt: 1,
  provider: 'slow',
  model: 'a',
  isOver: true,
  ...more,
});

/** Files that lie with a provider are none in these tests. */
const fetchPublic = () => Promise.reject(new Error('nothing is fetched here'));
export const storedIn = (outputs: Parameters<typeof storeOutputs>[0]['outputs']) =>
  storeOutputs({ outputs, fetchPublic });

/** A tool whose run costs no time: words in, words out. */
export const inWords = (change: Partial<Tool> = {}): Partial<Tool> => ({
  output: 'text',
  input: { images: { min: 0, max: 0 } },
  ...change,
});
/** Runs on these, in this order. */
export const on = (...choices: [provider: string, ...models: string[]][]): Pick<Tool, 'providers'> => ({
  providers: choices.map(([provider, ...models]) => ({ provider, models })),
});

/** Handles commands, but for those that are not let through. */
export const broken =
  (handleJob: HandleJob, isLost: (command: JobCommand) => boolean): HandleJob =>
  (job, command, by) =>
    isLost(command) ? Promise.reject(new Error('the table is away')) : handleJob(job, command, by);

export const world = async (
  models: [string, ...string[]],
  change: Partial<Tool> = {},
  deps: Partial<RunJobDeps> = {},
) => {
  const { store, handleJob } = memoryJobs();
  const assets = memoryAssets();
  const uploads = memoryUploads();
  const outputs = memoryOutputs();
  const tool = testTool({ providers: [{ provider: 'sandbox', models }], ...change });
  const asset = await readyAsset({ assets, uploads }, tool.input.images.min > 0 ? await jpeg() : Buffer.from('x'));
  const etag = uploads.files.get(uploadKey(owner, asset))?.etag ?? '';
  const inputs = [{ asset, contentType: 'image/jpeg', bytes: 9, sha256: 'ab', etag }];
  const asked = {
    tool: tool.id,
    params: { filter: 'sepia' },
    inputs: tool.input.images.min > 0 ? inputs : [],
    fingerprint: 'f',
    quote: 4,
    remaining: 6,
    deadline,
  };
  await handleJob(stream, { type: 'RequestJob', at, ...asked }, meta);
  const sent: [FollowMessage, number][] = [];
  const all: RunJobDeps & FollowTaskDeps = {
    catalog: testCatalog(tool),
    store,
    handleJob,
    providersOf: setUp(sandbox),
    uploads,
    outputs,
    storeOutputs: storedIn(outputs),
    callbackUrl: async ({ jobId: of, attempt }) => `https://api.example/webhooks/${of}/${attempt}`,
    sandboxApps: [],
    send: async (next, seconds) => void sent.push([next, seconds]),
    logger: silent,
    now: () => new Date(at),
    ...deps,
  };
  const events = async () => (await store.read(stream, { limit: 100 })).map(({ event }) => event);
  const types = async () => (await events()).map(({ type }) => type);
  const job = async () => (await store.load(stream))?.state;
  const run = (receiveCount = 1, messageId = 'm-1') => runJob(all)(message, claim(receiveCount, messageId), never);
  const follow = (next: FollowMessage) => followTask(all)(next, never);
  return { run, follow, all, sent, handleJob, store, uploads, outputs, asset, events, types, job };
};
export type World = Awaited<ReturnType<typeof world>>;
