/** Generation's part of a user's export: what the API shows of runs, files and prompts, but for URLs, which end long before the file does. */
import type * as z from 'zod';
import type { WriteExportPart } from '#services/identity/client.ts';
import type { exportRequested } from '#services/identity/contracts.ts';
import type { Owner } from '#shared/owner.ts';
import { assetView, generationView, promptView } from '../handlers/views.ts';
import type { JobsReadModel } from '../read-models/jobs.ts';
import type { AssetTable } from '../storage/asset-table.ts';
import type { PromptId, PromptTable } from '../storage/prompt-table.ts';
import type { Downloads } from '../storage/signing.ts';

type ExportRequested = z.infer<typeof exportRequested>;

export interface ExportPartDeps {
  readonly jobs: Pick<JobsReadModel, 'list'>;
  readonly assets: Pick<AssetTable, 'list'>;
  readonly prompts: Pick<PromptTable, 'list'>;
  readonly write: WriteExportPart;
}

const pageSize = 100;

/** Views sign what they show; here nothing is. */
const unsigned: Downloads = { signedUrl: async () => ({ url: '', expiresAt: '' }) };
const withoutUrl = <View extends { url: unknown; url_expires_at: unknown }>({ url, url_expires_at, ...rest }: View) =>
  rest;

async function* generationsOf(jobs: ExportPartDeps['jobs'], owner: Owner, at: string) {
  let after: string | undefined;
  do {
    const page = await jobs.list(owner, { limit: pageSize, after });
    for (const facts of page.jobs) {
      const view = await generationView(unsigned, facts, at);
      yield { ...view, outputs: view.outputs.map(withoutUrl) };
    }
    after = page.next;
  } while (after !== undefined);
}

async function* assetsOf(assets: ExportPartDeps['assets'], owner: Owner, at: string) {
  let before: string | undefined;
  do {
    const page = await assets.list(owner, { limit: pageSize, before });
    for (const asset of page) yield withoutUrl(await assetView(unsigned, owner, asset, at));
    before = page.length === 0 ? undefined : page.at(-1)?.id;
  } while (before !== undefined);
}

async function* promptsOf(prompts: ExportPartDeps['prompts'], owner: Owner, at: string) {
  let before: PromptId | undefined;
  do {
    const page = await prompts.list(owner, { limit: pageSize, before });
    for (const found of page.prompts) {
      const view = await promptView({ uploads: unsigned, ready: new Set() }, owner, found, at);
      const { thumbnail, second_image, ...rest } = view;
      yield rest;
    }
    before = page.next;
  } while (before !== undefined);
}

/** Told twice, it writes the same file again, perhaps with what came since. */
export const exportPart =
  ({ jobs, assets, prompts, write }: ExportPartDeps) =>
  async ({ app, user, at, data }: ExportRequested): Promise<void> => {
    const owner = { app, user };
    await write(
      { owner, exportId: data.exportId, service: 'generation' },
      {
        generations: generationsOf(jobs, owner, at),
        assets: assetsOf(assets, owner, at),
        prompts: promptsOf(prompts, owner, at),
      },
    );
  };
