/** An app's generations for its admins: /v1/admin/generations, …/{id}, …/{id}/refund (FS9, PP13) */
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { isImported, isKnown, type Job, jobStream } from '../../domain/job.ts';
import { chargeOf } from '../../domain/refund.ts';
import type { HandleJob } from '../../handle-job.ts';
import type { AppJobs } from '../../read-models/app-jobs.ts';
import { factsOf, type JobsReadModel } from '../../read-models/jobs.ts';
import type { routes } from '../../routes.ts';
import { appEventView, appRowView, retryOf } from '../admin-views.ts';
import { type ShowDeps, showGeneration } from '../show-generations.ts';
import type { JobStore } from './generations.ts';

export interface AdminGenerationsDeps {
  readonly appJobs: AppJobs;
  readonly jobs: Pick<JobsReadModel, 'list'>;
}

export const listAppGenerations =
  ({ appJobs, jobs }: AdminGenerationsDeps) =>
  async ({ admin: { app }, query: { user, cursor, ...query } }: Input<typeof routes.listAppGenerations>) => {
    const after = decodeCursor(z.string().min(1).max(200), cursor);
    const page =
      user === undefined
        ? await appJobs.list(app, { ...query, after })
        : await jobs.list({ app, user }, { ...query, after }).then(({ jobs: found, next }) => ({
            jobs: found.map((job) => ({ ...job, user })),
            next,
          }));
    return {
      status: 200,
      body: { data: page.jobs.map(appRowView), next_cursor: page.next ? encodeCursor(page.next) : null },
    } as const;
  };

/** Read on behind this version, downwards. */
const position = z.strictObject({ before: z.int().min(1) });

export const getAppGeneration =
  ({ appJobs, store, ...show }: ShowDeps & Pick<AdminGenerationsDeps, 'appJobs'> & { readonly store: JobStore }) =>
  async ({ admin, path, query, at }: Input<typeof routes.getAppGeneration>) => {
    const before = decodeCursor(position, query.cursor)?.before;
    const owner = await appJobs.ownerOf(admin.app, path.id);
    if (!owner) return refuse('job-not-found');
    const stream = jobStream(owner, path.id);
    const [newest] = await store.read(stream, { direction: 'backward', limit: 1 });
    const facts = newest && factsOf(newest);
    if (!facts || !isKnown(newest.state)) return refuse('job-not-found');
    const from = before === undefined ? {} : { after: before };
    const events = await store.read(stream, { direction: 'backward', ...from, limit: query.limit });
    const last = events.at(-1)?.version ?? 1;
    return {
      status: 200,
      body: {
        ...(await showGeneration(show, owner, facts, at)),
        user_id: owner.user,
        retry_of: retryOf(facts.retryOf),
        quote_credits: newest.state.quote,
        deadline: newest.state.deadline,
        history: { data: events.map(appEventView), next_cursor: last > 1 ? encodeCursor({ before: last }) : null },
      },
    } as const;
  };

const notCharged = (job: Job): string => {
  if (isImported(job)) return 'It was charged where the app was before. Adjust the account instead.';
  return chargeOf(job) ? 'It cost nothing.' : `It is ${job.status}.`;
};

/** The job's stream says once that it goes back; the ledger follows when it hears of that. */
export const refundGeneration =
  ({ appJobs, handleJob }: Pick<AdminGenerationsDeps, 'appJobs'> & { readonly handleJob: HandleJob }) =>
  async ({ admin, path, body, at, correlationId, requestId }: Input<typeof routes.refundGeneration>) => {
    const owner = await appJobs.ownerOf(admin.app, path.id);
    if (!owner) return refuse('job-not-found');
    const meta = { actor: admin.actor, correlationId, causationId: requestId };
    const handled = await handleJob(jobStream(owner, path.id), { type: 'RefundJob', at, reason: body.reason }, meta);
    if (!handled.accepted)
      return handled.rejection === 'job-not-charged'
        ? refuse('job-not-charged', { detail: notCharged(handled.state) })
        : refuse(handled.rejection);
    const refunded = chargeOf(handled.state)?.refunded;
    if (!refunded) throw new Error(`${path.id}: a refund that was accepted is in the job`);
    return {
      status: 200,
      body: { id: path.id, user_id: owner.user, refunded_credits: refunded.credits, refunded_at: refunded.at },
    } as const;
  };
