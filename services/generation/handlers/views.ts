/** Assets and jobs as the HTTP interface shows them, with URLs signed on the way out. */
import type * as z from 'zod';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { Id } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import type { asset, generation, generationEventView, prompt } from '../contracts.ts';
import type { Job, JobStatus } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import type { JobFacts } from '../read-models/jobs.ts';
import type { Asset, AssetId } from '../storage/asset-table.ts';
import type { Outputs } from '../storage/outputs.ts';
import type { Prompt } from '../storage/prompt-table.ts';
import { type Uploads, uploadKey } from '../storage/uploads.ts';

export const assetView = async (
  uploads: Pick<Uploads, 'signedUrl'>,
  owner: Owner,
  found: Asset,
  at: string,
): Promise<z.input<typeof asset>> => {
  const signed = found.status === 'ready' ? await uploads.signedUrl(uploadKey(owner, found.id), at) : undefined;
  return {
    id: found.id,
    status: found.status,
    content_type: found.contentType,
    bytes: found.bytes,
    file_name: found.fileName ?? null,
    width: found.status === 'ready' ? found.width : null,
    height: found.status === 'ready' ? found.height : null,
    reason: found.status === 'rejected' ? found.reason : null,
    created_at: found.createdAt,
    url: signed?.url ?? null,
    url_expires_at: signed?.expiresAt ?? null,
  };
};

/** `ready`: those of the prompts' images that can be shown. */
export const promptView = async (
  { uploads, ready }: { uploads: Pick<Uploads, 'signedUrl'>; ready: ReadonlySet<AssetId> },
  owner: Owner,
  found: Prompt,
  at: string,
): Promise<z.input<typeof prompt>> => {
  const shown = async (image: AssetId | undefined) => {
    if (image === undefined || !ready.has(image)) return null;
    const { url, expiresAt } = await uploads.signedUrl(uploadKey(owner, image), at);
    return { url, url_expires_at: expiresAt };
  };
  return {
    id: found.id,
    title: found.title ?? null,
    text: found.text,
    thumbnail_asset_id: found.thumbnail ?? null,
    thumbnail: await shown(found.thumbnail),
    second_image_asset_id: found.secondImage ?? null,
    second_image: await shown(found.secondImage),
    created_at: found.createdAt,
    updated_at: found.updatedAt,
  };
};

/** How far a job is, as far as anybody knows. */
const progressOf: Record<JobStatus, number> = {
  pending: 0,
  queued: 0,
  processing: 50,
  completed: 100,
  failed: 0,
  cancelled: 0,
};

export const generationView = async (
  outputs: Pick<Outputs, 'signedUrl'>,
  facts: JobFacts,
  at: string,
): Promise<z.input<typeof generation>> => ({
  id: facts.id as Id<'gen'>,
  status: facts.status,
  tool: facts.tool,
  params: facts.params,
  inputs: facts.inputs as Id<'ast'>[],
  progress: progressOf[facts.status],
  attempts: facts.attempts,
  cost_credits: facts.costCredits,
  error: facts.error ?? null,
  created_at: facts.createdAt,
  completed_at: facts.completedAt ?? null,
  outputs: await Promise.all(
    facts.outputs.map(async ({ kind, contentType, bytes, width, height, key }) => {
      const { url, expiresAt } = await outputs.signedUrl(key, at);
      return {
        kind,
        content_type: contentType,
        bytes,
        width: width ?? null,
        height: height ?? null,
        url,
        url_expires_at: expiresAt,
      };
    }),
  ),
});

/** What the owner may read of an event: no claims, keys or fingerprints. */
const eventData = (event: JobEvent): z.input<typeof generationEventView>['data'] => {
  switch (event.type) {
    case 'JobRequested':
      return { tool: event.tool, quote: event.quote, deadline: event.deadline };
    case 'JobStarted':
      return { attempt: event.attempt, provider: event.provider, model: event.model };
    case 'AttemptFailed': {
      const { attempt, provider, model, failure, message } = event;
      return { attempt, provider, model, failure, message };
    }
    case 'JobSucceeded':
      return { cost: event.cost, outputs: event.outputs.length };
    case 'JobFailed':
      return { reason: event.reason, message: event.message };
    case 'JobCancelled':
      return {};
  }
};

export const eventView = ({
  version,
  at,
  event,
  meta,
}: RecordedEvent<JobEvent, Job>): z.input<typeof generationEventView> => ({
  version,
  type: event.type,
  at,
  actor: meta.actor,
  data: eventData(event),
});
