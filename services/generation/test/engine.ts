/**
 * Generation's stream, queues and clock in memory: whatever a job sets off runs its course in a moment, hours included. Its
 * parts are the real ones; the queues give a message up after five deliveries and may tell everything twice.
 */
import type { Tool } from '#services/catalog/contracts.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { derivedId, type Id } from '#shared/ids.ts';
import { isOver, type Job, jobStream } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import { jobHandler } from '../handle-job.ts';
import { beginLooks, queueWork } from '../handlers/project-job.ts';
import type { ProvidersOf } from '../providers/registry.ts';
import { secondsAfter } from '../time.ts';
import { consumeFollow } from '../worker/consume-follow.ts';
import { consumeJob } from '../worker/consume-job.ts';
import { failDeadJob } from '../worker/fail-dead-job.ts';
import type { FollowMessage } from '../worker/follow-message.ts';
import { followTask } from '../worker/follow-task.ts';
import type { DispatchJob, JobMessage } from '../worker/job-message.ts';
import { runJob } from '../worker/run-job.ts';
import { storedIn } from './job-world.ts';
import { memoryJobs, memoryOutputs, memoryUploads, owner, silent, testCatalog } from './memory.ts';

const startedAt = Date.parse('2026-11-20T10:00:00.000Z');
const maxReceiveCount = 5;
const visibilityMs = 360_000;
const maxSteps = 20_000;

type Body =
  | { readonly queue: 'work'; readonly message: JobMessage }
  | { readonly queue: 'follow'; readonly message: FollowMessage };
interface Waiting {
  readonly id: string;
  readonly body: Body;
  visibleAt: number;
  received: number;
}

export interface EngineOptions {
  readonly tool: Tool;
  readonly providersOf: ProvidersOf;
  /** Everything is told and delivered twice. */
  readonly isTwice?: boolean;
  /** Whether the events' table is away at this time. */
  readonly isAway?: (now: number) => boolean;
}

export const engine = ({ tool, providersOf, isTwice = false, isAway = () => false }: EngineOptions) => {
  let clock = startedAt;
  const now = () => new Date(clock);
  const queue: Waiting[] = [];
  const told: RecordedEvent<JobEvent, Job>[] = [];
  const { store: memory } = memoryJobs();
  const reach = () => (isAway(clock) ? Promise.reject(new Error('the table is away')) : Promise.resolve());
  const store: typeof memory = {
    ...memory,
    load: async (stream) => reach().then(() => memory.load(stream)),
    append: async (events, marker) => {
      await reach();
      const outcome = await memory.append(events, marker);
      if (outcome.status === 'appended') told.push(...events);
      return outcome;
    },
  };
  const handleJob = jobHandler(store);
  const outputs = memoryOutputs();
  let sent = 0;
  const enqueue = async (body: Body, afterSeconds: number) => {
    for (let copy = 0; copy < (isTwice ? 2 : 1); copy += 1) {
      sent += 1;
      queue.push({ id: `m-${sent}`, body, visibleAt: clock + afterSeconds * 1_000, received: 0 });
    }
  };
  const send = (message: FollowMessage, seconds: number) => enqueue({ queue: 'follow', message }, seconds);
  const deps = {
    catalog: testCatalog(tool),
    store,
    handleJob,
    providersOf,
    uploads: memoryUploads(),
    outputs,
    storeOutputs: storedIn(outputs),
    callbackUrl: async () => 'https://api.example/webhooks/x',
    sandboxApps: [],
    send,
    logger: silent,
    now,
  };
  const run = runJob(deps);
  const follow = followTask(deps);
  const fail = failDeadJob(deps);
  const signal = new AbortController().signal;

  const consume = async (one: Waiting): Promise<void> => {
    const { id: messageId, body } = one;
    const delivery = {
      messageId,
      receiptHandle: messageId,
      attributes: { ApproximateReceiveCount: `${one.received}` },
    };
    const retryLater = async (_: string, seconds: number) => {
      one.visibleAt = clock + seconds * 1_000;
    };
    if (body.queue === 'follow')
      await consumeFollow({ follow, send, retryLater, logger: silent })(body.message, delivery, {
        signal,
        leaseSeconds: 70,
      });
    else await consumeJob({ run, retryLater, logger: silent })(body.message, delivery, { signal, leaseSeconds: 70 });
  };
  const lost: Body[] = [];
  const deliver = async (one: Waiting): Promise<void> => {
    clock = Math.max(clock, one.visibleAt);
    one.received += 1;
    one.visibleAt = clock + visibilityMs;
    const gone = () => queue.splice(queue.indexOf(one), 1);
    if (one.received > maxReceiveCount) {
      if (one.body.queue === 'follow') lost.push(...gone().map(({ body }) => body));
      else await fail(one.body.message).then(gone, () => {});
      return;
    }
    // What broke, or comes again by design, stays in the queue.
    await consume(one).then(gone, () => {});
  };

  const request = async (key: string): Promise<Id<'gen'>> => {
    const id = derivedId('gen', key);
    const at = now().toISOString();
    const facts = { tool: tool.id, params: {}, inputs: [], fingerprint: 'f', quote: 4 };
    const deadline = secondsAfter(at, tool.deadline_seconds);
    const command = { type: 'RequestJob', at, ...facts, deadline } as const;
    await handleJob(jobStream(owner, id), command, { actor: 'user-1', correlationId: 'c-1' });
    return id;
  };
  const tellQueues = async (event: Parameters<typeof queueWork>[1]): Promise<void> => {
    const dispatch: DispatchJob = (message, { afterSeconds }) => enqueue({ queue: 'work', message }, afterSeconds);
    await queueWork({ dispatch, follow: send }, event);
    await beginLooks({ follow: send }, event);
  };
  /** Until nothing is left to do, or this time. */
  const drain = async (untilMs = Number.POSITIVE_INFINITY): Promise<void> => {
    for (let step = 0; step < maxSteps; step += 1) {
      for (let event = told.shift(); event; event = told.shift())
        for (let copy = 0; copy < (isTwice ? 2 : 1); copy += 1) await tellQueues(event);
      const [next] = queue.toSorted((a, b) => a.visibleAt - b.visibleAt);
      if (!next || next.visibleAt > untilMs) {
        if (Number.isFinite(untilMs)) clock = Math.max(clock, untilMs);
        return;
      }
      await deliver(next);
    }
    throw new Error(`${maxSteps} deliveries were not enough`);
  };
  const events = async (id: Id<'gen'>) =>
    (await memory.read(jobStream(owner, id), { limit: 1_000 })).map(({ event }) => event);
  const job = async (id: Id<'gen'>) => (await memory.load(jobStream(owner, id)))?.state;
  /** Seconds between a job's request and its end. */
  const secondsOf = async (id: Id<'gen'>): Promise<number> => {
    const all = await memory.read(jobStream(owner, id), { limit: 1_000 });
    const end = all.find(({ state }) => isOver(state));
    return end ? (Date.parse(end.at) - Date.parse(all[0]?.at ?? '')) / 1_000 : Number.POSITIVE_INFINITY;
  };
  return { request, drain, send, job, events, secondsOf, handleJob, outputs, lost, now: () => clock, startedAt };
};
