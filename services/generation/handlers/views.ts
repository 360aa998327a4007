/** Assets and jobs as the HTTP interface shows them, with URLs signed on the way out. */
import type * as z from 'zod';
import type { Id } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import type { asset, generation, prompt } from '../contracts.ts';
import type { JobOutput } from '../domain/job-events.ts';
import type { failure, savedReply } from '../library-shapes.ts';
import type { JobFacts } from '../read-models/jobs.ts';
import type { Asset, AssetId } from '../storage/asset-table.ts';
import type { Failure } from '../storage/failures.ts';
import type { Outputs } from '../storage/outputs.ts';
import type { Prompt } from '../storage/prompt-table.ts';
import type { SavedReply } from '../storage/saved-replies.ts';
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

export const savedReplyView = ({ id, text, generation, note, createdAt }: SavedReply): z.input<typeof savedReply> => ({
  id,
  text,
  generation_id: generation ?? null,
  note: note ?? null,
  created_at: createdAt,
});

export const failureView = ({ jobId, user, provider, model, ...failed }: Failure): z.input<typeof failure> => ({
  generation_id: jobId as Id<'gen'>,
  tool: failed.tool,
  reason: failed.reason,
  message: failed.message,
  cause: failed.cause ?? null,
  provider: provider ?? null,
  model: model ?? null,
  attempts: failed.attempts,
  params: failed.params,
  user_id: user,
  at: failed.at,
});

const outputView = async (
  outputs: Pick<Outputs, 'signedUrl'>,
  { kind, contentType, bytes, width, height, title, durationSeconds, key, thumbnail }: JobOutput,
  at: string,
): Promise<z.input<typeof generation>['outputs'][number]> => {
  const { url, expiresAt } = await outputs.signedUrl(key, at);
  const small = thumbnail && (await outputs.signedUrl(thumbnail.key, at));
  return {
    kind,
    content_type: contentType,
    bytes,
    width: width ?? null,
    height: height ?? null,
    title: title ?? null,
    duration_seconds: durationSeconds ?? null,
    url,
    url_expires_at: expiresAt,
    thumbnail: small
      ? { width: thumbnail.width, height: thumbnail.height, url: small.url, url_expires_at: small.expiresAt }
      : null,
  };
};

/** `plays`: null when there is nothing to play. */
export const generationView = async (
  outputs: Pick<Outputs, 'signedUrl'>,
  facts: JobFacts,
  at: string,
  plays: number | null,
): Promise<z.input<typeof generation>> => ({
  id: facts.id as Id<'gen'>,
  status: facts.status,
  tool: facts.tool,
  params: facts.params,
  inputs: facts.inputs as Id<'ast'>[],
  progress: facts.progress,
  attempts: facts.attempts,
  title: facts.title ?? null,
  favourite: facts.favourite ?? false,
  variation_of: (facts.parent ?? null) as Id<'gen'> | null,
  plays,
  cached: facts.servedFrom !== undefined,
  cost_credits: facts.costCredits,
  refunded_credits: facts.refundedCredits ?? 0,
  error: facts.error ?? null,
  created_at: facts.createdAt,
  completed_at: facts.completedAt ?? null,
  outputs: await Promise.all(facts.outputs.map((output) => outputView(outputs, output, at))),
});
