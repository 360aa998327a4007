/** Generation's part of a user's export: what the API shows of runs, files, prompts and replies, but for URLs, which end long before the file does. */
import type * as z from 'zod';
import type { WriteExportPart } from '#services/identity/client.ts';
import type { exportRequested } from '#services/identity/contracts.ts';
import type { Owner } from '#shared/owner.ts';
import { showGenerations } from '../handlers/show-generations.ts';
import { assetView, promptView, savedReplyView } from '../handlers/views.ts';
import type { JobsReadModel } from '../read-models/jobs.ts';
import type { AssetId, AssetTable } from '../storage/asset-table.ts';
import type { Plays } from '../storage/plays.ts';
import type { PromptId, PromptTable } from '../storage/prompt-table.ts';
import type { SavedReplies, SavedReplyId } from '../storage/saved-replies.ts';
import type { Downloads } from '../storage/signing.ts';

type ExportRequested = z.infer<typeof exportRequested>;

export interface ExportPartDeps {
  readonly jobs: Pick<JobsReadModel, 'list'>;
  readonly assets: Pick<AssetTable, 'list'>;
  readonly prompts: Pick<PromptTable, 'list'>;
  readonly plays: Pick<Plays, 'of'>;
  readonly savedReplies: Pick<SavedReplies, 'list'>;
  readonly write: WriteExportPart;
}

const pageSize = 100;

/** Views sign what they show; here nothing is. */
const unsigned: Downloads = { signedUrl: async () => ({ url: '', expiresAt: '' }) };
const withoutUrl = <View extends { url: unknown; url_expires_at: unknown }>({ url, url_expires_at, ...rest }: View) =>
  rest;

async function* generationsOf({ jobs, plays }: Pick<ExportPartDeps, 'jobs' | 'plays'>, owner: Owner, at: string) {
  let after: string | undefined;
  do {
    const page = await jobs.list(owner, { limit: pageSize, after });
    const views = await showGenerations({ outputs: unsigned, plays }, owner, page.jobs, at);
    for (const view of views) {
      const outputs = view.outputs.map(({ thumbnail, ...output }) => ({
        ...withoutUrl(output),
        thumbnail: thumbnail && withoutUrl(thumbnail),
      }));
      yield { ...view, outputs };
    }
    after = page.next;
  } while (after !== undefined);
}

async function* assetsOf(assets: ExportPartDeps['assets'], owner: Owner, at: string) {
  let before: AssetId | undefined;
  do {
    const { items, next } = await assets.list(owner, { limit: pageSize, before });
    for (const asset of items) yield withoutUrl(await assetView(unsigned, owner, asset, at));
    before = next;
  } while (before !== undefined);
}

async function* promptsOf(prompts: ExportPartDeps['prompts'], owner: Owner, at: string) {
  let before: PromptId | undefined;
  do {
    const page = await prompts.list(owner, { limit: pageSize, before });
    for (const found of page.items) {
      const view = await promptView({ uploads: unsigned, ready: new Set() }, owner, found, at);
      const { thumbnail, second_image, ...rest } = view;
      yield rest;
    }
    before = page.next;
  } while (before !== undefined);
}

async function* repliesOf(savedReplies: ExportPartDeps['savedReplies'], owner: Owner) {
  let before: SavedReplyId | undefined;
  do {
    const page = await savedReplies.list(owner, { limit: pageSize, before });
    for (const found of page.items) yield savedReplyView(found);
    before = page.next;
  } while (before !== undefined);
}

/** Told twice, it writes the same file again, perhaps with what came since. */
export const exportPart =
  ({ jobs, plays, assets, prompts, savedReplies, write }: ExportPartDeps) =>
  async ({ app, user, at, data }: ExportRequested): Promise<void> => {
    const owner = { app, user };
    await write(
      { owner, exportId: data.exportId, service: 'generation' },
      {
        generations: generationsOf({ jobs, plays }, owner, at),
        assets: assetsOf(assets, owner, at),
        prompts: promptsOf(prompts, owner, at),
        saved_replies: repliesOf(savedReplies, owner),
      },
    );
  };
