/**
 * POST /v1/generations. The job's id is made from owner and idempotency key: whoever repeats a request meets the job, and
 * the hold, that the first one made, wherever the first one was interrupted.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Catalog } from '#services/catalog/contracts.ts';
import type { HoldAnswer } from '#services/credits/contracts.ts';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import { type Input, type Refusal, refuse } from '#shared/http/route.ts';
import { derivedId, type Id } from '#shared/ids.ts';
import { isEnded, isKnown, type Job, jobStream, type KnownJob } from '../../domain/job.ts';
import type { JobEvent } from '../../domain/job-events.ts';
import type { HandleJob } from '../../handle-job.ts';
import type { HoldCredits, HoldRejection } from '../../ledger/hold-credits.ts';
import { costOf } from '../../read-models/jobs.ts';
import type { routes } from '../../routes.ts';
import type { AssetTable } from '../../storage/asset-table.ts';
import type { PromptTable } from '../../storage/prompt-table.ts';
import { secondsAfter } from '../../time.ts';
import type { GenerationRejection } from '../problems.ts';
import { checkRun, type Run } from './run-request.ts';
import { cacheKeyOf, dropCopies, type ServeDeps, serveResult } from './serve-result.ts';

/**
 * A hold outlives its job's deadline, so that a sweep never takes credits from under a job that is ending. Soon after, credits'
 * sweep asks what became of the job, which ends one that is stuck (I9, docs/adr/0009).
 */
const holdMarginSeconds = 5 * 60;

type Request = Input<typeof routes.createGeneration>;

export interface CreateGenerationDeps extends ServeDeps {
  readonly catalog: Catalog;
  readonly assets: Pick<AssetTable, 'get'>;
  readonly prompts: Pick<PromptTable, 'get'>;
  readonly store: Pick<EventStore<Job, JobEvent>, 'load'>;
  readonly handleJob: HandleJob;
  readonly holdCredits: HoldCredits;
}

/** Equal for requests that ask for the same, whatever the order of their fields. */
export const fingerprintOf = (body: object): string =>
  createHash('sha256')
    .update(canonicalize(body) ?? '')
    .digest('hex');

const plural = (credits: number): string => `${credits} credit${credits === 1 ? '' : 's'}`;

const refusalDetails: Partial<Record<GenerationRejection, string>> = {
  'hold-closed': 'The credits held under this key went back. Send the request with a new key.',
  'hold-differs':
    'Another number of credits is held under this key: the request or the price has changed. Send it with a new key.',
  'holds-too-many': 'Wait until some of them are done.',
  'jobs-too-many': 'Your plan lets fewer of them run at once. Wait until one is done.',
  'rate-limited': 'Your plan lets you start fewer of them in an hour.',
  'plan-required': 'An option of this run is for pro plans. Choose another one, or a pro plan.',
};

const holdRefusal = (
  { rejection, available, retryAfterSeconds }: Extract<HoldAnswer, { status: 'refused' }>,
  quote: number,
): Refusal<HoldRejection> =>
  refuse(rejection, {
    detail: refusalDetails[rejection] ?? `This run costs ${plural(quote)}; you can spend ${available} now.`,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });

/** To the first request and to every repetition: how the job stands, and what it costs by now. */
export const answer = (id: Id<'gen'>, job: KnownJob) => {
  const body = { id, status: job.status, cost_credits: costOf(job), remaining_credits: job.remaining ?? null };
  return { status: isEnded(job) ? 200 : 202, body } as const;
};

/** The job that this key made: the same request gets its answer, another one is a mistake. */
const known = (id: Id<'gen'>, job: Exclude<Job, { status: 'pending' }>, fingerprint: string) => {
  if (job.fingerprint !== fingerprint) return refuse('idempotency-mismatch');
  return isKnown(job) ? answer(id, job) : refuse('job-removed');
};

const requested = (job: Job, stream: string): Exclude<Job, { status: 'pending' }> => {
  if (job.status === 'pending') throw new Error(`${stream}: a job that was requested cannot be pending`);
  return job;
};

/** What shall run, once it is known that its key made no job before. */
export interface Order {
  readonly body: Pick<Request['body'], 'tool' | 'params' | 'inputs' | 'prompt_id' | 'title' | 'refresh'>;
  /** The first of the family that the job joins. */
  readonly parent: Id<'gen'> | undefined;
  /** The failed or cancelled one that runs again. */
  readonly retryOf?: Id<'gen'>;
}

/** A family has one level: a variation of a variation is one of the same original. */
export const familyOf = (id: Id<'gen'>, { parent }: Pick<KnownJob, 'parent'>): Id<'gen'> => parent ?? id;

/** The family of the generation that the request names, which must be one of the caller's. */
const namedFamily = async (
  { store }: Pick<CreateGenerationDeps, 'store'>,
  { user, body: { variation_of: id } }: Pick<Request, 'user' | 'body'>,
): Promise<Refusal<'job-not-found'> | Pick<Order, 'parent'>> => {
  if (id === undefined) return { parent: undefined };
  const named = (await store.load(jobStream(user, id)))?.state;
  if (named && isKnown(named)) return { parent: familyOf(id, named) };
  return refuse('job-not-found', {
    errors: [{ pointer: '/body/variation_of', detail: 'there is no such generation' }],
  });
};

/** What the job is made of, whoever pays for it. */
const factsOfRun = (
  { tool, params, optionPrompts, inputs, quote }: Run,
  { body, parent, retryOf }: Order,
  { at, fingerprint }: { at: string; fingerprint: string },
) => {
  const title = body.title ?? (typeof params.title === 'string' ? params.title.trim().slice(0, 200) : undefined);
  return {
    type: 'RequestJob',
    at,
    tool: tool.id,
    params,
    optionPrompts,
    inputs,
    fingerprint,
    quote,
    deadline: secondsAfter(at, tool.deadline_seconds),
    ...(parent ? { parent } : {}),
    ...(retryOf ? { retryOf } : {}),
    ...(title ? { title } : {}),
  } as const;
};

/** Sets the run's credits aside. What costs nothing is held as well: the plan's limits count it, and debts and closed accounts stop it. */
const holdFor = async (
  { holdCredits }: Pick<CreateGenerationDeps, 'holdCredits'>,
  { user, correlationId }: Pick<Request, 'user' | 'correlationId'>,
  { id, run, credits, deadline }: { id: Id<'gen'>; run: Run; credits: number; deadline: string },
): Promise<HoldAnswer | 'unreachable'> =>
  (await holdCredits({
    app: user.app,
    user: user.user,
    holdId: id,
    credits,
    tool: run.tool.id,
    ...(run.needsPro ? { needsPro: true } : {}),
    expiresAt: secondsAfter(deadline, holdMarginSeconds),
    correlationId,
  })) ?? 'unreachable';

/** The job of a request: its owner's key makes it. */
export const idOfKey = ({ user: { app, user }, idempotencyKey }: Pick<Request, 'user' | 'idempotencyKey'>): Id<'gen'> =>
  derivedId('gen', app, user, idempotencyKey);

/** Who asks: the user, or somebody else on the user's account. */
export interface Asking extends Pick<Request, 'user' | 'correlationId' | 'requestId' | 'at'> {
  /** Absent: the user. */
  readonly actor?: string;
}

/** `id`: the job that it makes or meets. `fingerprint`: of what was asked for. `order`: asked after only when no job was made of it before. */
export const runOrder = async <Rejection extends GenerationRejection>(
  deps: CreateGenerationDeps,
  request: Asking,
  { id, fingerprint }: { readonly id: Id<'gen'>; readonly fingerprint: string },
  order: () => Promise<Refusal<Rejection> | Order>,
) => {
  const { store, handleJob } = deps;
  const { user, actor = user.user, correlationId, requestId, at } = request;
  const stream = jobStream(user, id);
  const tail = await store.load(stream);
  const earlier = tail?.state;
  if (earlier && earlier.status !== 'pending') return known(id, earlier, fingerprint);

  const asked = await order();
  if ('rejection' in asked) return asked;
  const run = await checkRun(deps, user, asked.body);
  if ('rejection' in run) return run;
  const facts = factsOfRun(run, asked, { at, fingerprint });
  const seconds = run.tool.cache_seconds;
  const key = seconds > 0 ? cacheKeyOf(run) : undefined;
  const served = key && !asked.body.refresh ? await serveResult(deps, { owner: user, jobId: id, key, at }) : undefined;
  const meta = { actor, correlationId, causationId: requestId };
  const dropServed = async () => {
    if (served) await dropCopies(deps, served.outputs);
  };

  const held = await holdFor(deps, request, { id, run, credits: served ? 0 : run.quote, deadline: facts.deadline });
  if (held === 'unreachable' || held.status === 'refused') await dropServed();
  if (held === 'unreachable') return refuse('ledger-unreachable', { retryAfterSeconds: 2 });
  if (held.status === 'refused') {
    // Whoever asked at the same time may have made, and even ended, this very job meanwhile.
    const met = (await store.load(stream))?.state;
    return met && met.status !== 'pending' ? known(id, met, fingerprint) : holdRefusal(held, run.quote);
  }
  const paid = { ...(held.paying ? { paying: true } : {}), ...(key ? { cache: { key, seconds } } : {}) };
  const handled = await handleJob(
    stream,
    { ...facts, remaining: held.available, ...(served ? { quote: 0, served } : paid) },
    meta,
    { tail },
  );
  if (!handled.accepted || handled.events.length === 0) await dropServed();
  return handled.accepted ? known(id, requested(handled.state, stream), fingerprint) : refuse(handled.rejection);
};

export const createGeneration = (deps: CreateGenerationDeps) => async (request: Request) => {
  const { body } = request;
  return runOrder(deps, request, { id: idOfKey(request), fingerprint: fingerprintOf(body) }, async () => {
    const family = await namedFamily(deps, request);
    return 'rejection' in family ? family : { body, ...family };
  });
};
