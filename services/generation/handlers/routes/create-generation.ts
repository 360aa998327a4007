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
import { isEnded, type Job, jobStream } from '../../domain/job.ts';
import type { JobEvent } from '../../domain/job-events.ts';
import type { HandleJob } from '../../handle-job.ts';
import type { HoldCredits } from '../../ledger/hold-credits.ts';
import type { routes } from '../../routes.ts';
import type { AssetTable } from '../../storage/asset-table.ts';
import type { PromptTable } from '../../storage/prompt-table.ts';
import { secondsAfter } from '../../time.ts';
import type { GenerationRejection } from '../problems.ts';
import { checkRun } from './run-request.ts';

/** A hold outlives its job's deadline, so that a sweep never takes credits from under a job that is ending. */
const holdMarginSeconds = 15 * 60;

type Request = Input<typeof routes.createGeneration>;

export interface CreateGenerationDeps {
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
  'plan-required': 'An option of this run is for pro plans. Choose another one, or a pro plan.',
};

const holdRefusal = (
  { rejection, available }: Extract<HoldAnswer, { status: 'refused' }>,
  quote: number,
): Refusal<GenerationRejection> =>
  refuse(rejection, {
    detail: refusalDetails[rejection] ?? `This run costs ${plural(quote)}; you can spend ${available} now.`,
    ...(rejection === 'holds-too-many' ? { retryAfterSeconds: 30 } : {}),
  });

/** The same answer to the first request and to every repetition of it. */
const answer = (id: Id<'gen'>, job: Exclude<Job, { status: 'pending' }>) => {
  const { status, quote, remaining } = job;
  const body = { id, status, cost_credits: quote, remaining_credits: remaining ?? null };
  return { status: isEnded(job) ? 200 : 202, body } as const;
};

/** The job that this key made: the same request gets its answer, another one is a mistake. */
const known = (id: Id<'gen'>, job: Exclude<Job, { status: 'pending' }>, fingerprint: string) =>
  job.fingerprint === fingerprint ? answer(id, job) : refuse('idempotency-mismatch');

export const createGeneration =
  ({ catalog, assets, prompts, store, handleJob, holdCredits }: CreateGenerationDeps) =>
  async ({ user, body, idempotencyKey, correlationId, requestId, at }: Request) => {
    const id = derivedId('gen', user.app, user.user, idempotencyKey);
    const stream = jobStream(user, id);
    const fingerprint = fingerprintOf(body);
    const earlier = (await store.load(stream))?.state;
    if (earlier && earlier.status !== 'pending') return known(id, earlier, fingerprint);

    const run = await checkRun({ catalog, assets, prompts }, user, body);
    if ('rejection' in run) return run;
    const { tool, params, optionPrompts, inputs, quote, needsPro } = run;
    const deadline = secondsAfter(at, tool.deadline_seconds);
    const expiresAt = secondsAfter(deadline, holdMarginSeconds);
    // A free run holds nothing; a price that is not known never gets here.
    const held =
      quote === 0
        ? undefined
        : ((await holdCredits({
            app: user.app,
            user: user.user,
            holdId: id,
            credits: quote,
            tool: tool.id,
            ...(needsPro ? { needsPro } : {}),
            expiresAt,
            correlationId,
          })) ?? 'unreachable');
    if (held === 'unreachable') return refuse('ledger-unreachable', { retryAfterSeconds: 2 });
    if (held?.status === 'refused') {
      // Whoever asked at the same time may have made, and even ended, this very job meanwhile.
      const met = (await store.load(stream))?.state;
      return met && met.status !== 'pending' ? known(id, met, fingerprint) : holdRefusal(held, quote);
    }

    const remaining = held?.available;
    const handled = await handleJob(
      stream,
      { type: 'RequestJob', at, tool: tool.id, params, optionPrompts, inputs, fingerprint, quote, remaining, deadline },
      { actor: user.user, correlationId, causationId: requestId },
    );
    if (!handled.accepted) return refuse(handled.rejection);
    if (handled.state.status === 'pending') throw new Error(`${stream}: a job that was requested cannot be pending`);
    return answer(id, handled.state);
  };
