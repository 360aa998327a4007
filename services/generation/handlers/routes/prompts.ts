/** Routes of prompts that users keep (NB4): create, list, read, change, remove. A prompt names up to two of its owner's assets. */
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Input, type Refusal, refuse } from '#shared/http/route.ts';
import { idSchema, newId } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import type { routes } from '../../routes.ts';
import type { AssetId, AssetTable } from '../../storage/asset-table.ts';
import { maxPrompts, type Prompt, type PromptTable } from '../../storage/prompt-table.ts';
import type { ReadyAssets } from '../../storage/ready-assets.ts';
import type { Uploads } from '../../storage/uploads.ts';
import { promptView } from '../views.ts';
import { keepOnce } from './keep-once.ts';

export interface PromptDeps {
  readonly prompts: PromptTable;
  readonly assets: Pick<AssetTable, 'get' | 'keep'>;
  readonly readyAssets: ReadyAssets;
  readonly uploads: Pick<Uploads, 'signedUrl'>;
}
type ShowDeps = Pick<PromptDeps, 'readyAssets' | 'uploads'>;

const show = async ({ readyAssets, uploads }: ShowDeps, owner: Owner, found: readonly Prompt[], at: string) => {
  const named = found.flatMap(({ thumbnail, secondImage }) => [thumbnail ?? [], secondImage ?? []].flat());
  const ready = await readyAssets(owner, named);
  return Promise.all(found.map((one) => promptView({ uploads, ready }, owner, one, at)));
};
const showOne = async (deps: ShowDeps, owner: Owner, prompt: Prompt, at: string) => {
  const [view] = await show(deps, owner, [prompt], at);
  if (!view) throw new Error('one prompt gives one view');
  return view;
};

interface Images {
  readonly thumbnail_asset_id?: AssetId | null | undefined;
  readonly second_image_asset_id?: AssetId | null | undefined;
}

/**
 * Images are the caller's own, and can be shown; later they may be removed, and the prompt stays. They are kept before there is a
 * prompt that shows them: one that is refused after all has cost a file its expiry, nothing else.
 */
const checkImages = async (
  { assets }: Pick<PromptDeps, 'assets'>,
  owner: Owner,
  { thumbnail_asset_id, second_image_asset_id }: Images,
): Promise<Refusal<'asset-not-found' | 'asset-not-ready'> | undefined> => {
  for (const [field, id] of Object.entries({ thumbnail_asset_id, second_image_asset_id })) {
    if (!id) continue;
    const pointer = `/body/${field}`;
    const missing = () => refuse('asset-not-found', { errors: [{ pointer, detail: 'there is no such asset' }] });
    const found = await assets.get(owner, id);
    if (!found) return missing();
    if (found.status !== 'ready')
      return refuse('asset-not-ready', { errors: [{ pointer, detail: `is ${found.status.replace('_', ' ')}` }] });
    if (!(await assets.keep(owner, id))) return missing();
  }
  return undefined;
};

/** POST /v1/prompts */
export const createPrompt =
  (deps: PromptDeps) =>
  async ({ user, body, idempotencyKey, at }: Input<typeof routes.createPrompt>) => {
    const draft = async () => {
      const refused = await checkImages(deps, user, body);
      if (refused) return refused;
      const item: Prompt = {
        id: newId('prm'),
        title: body.title,
        text: body.text,
        thumbnail: body.thumbnail_asset_id,
        secondImage: body.second_image_asset_id,
        createdAt: at,
        updatedAt: at,
      };
      return { item };
    };
    const kept = await keepOnce(
      { user, body, idempotencyKey },
      {
        items: deps.prompts,
        draft,
        whenFull: () =>
          refuse('prompts-too-many', { detail: `At most ${maxPrompts} prompts are kept. Remove some first.` }),
        whenRemoved: () => refuse('prompt-removed', { detail: 'Send the request with a new key to make another.' }),
      },
    );
    if ('rejection' in kept) return kept;
    return { status: 201, body: await showOne(deps, user, kept.item, at) } as const;
  };

/** GET /v1/prompts */
export const listPrompts =
  (deps: PromptDeps) =>
  async ({ user, query, at }: Input<typeof routes.listPrompts>) => {
    const before = decodeCursor(idSchema('prm'), query.cursor);
    const { items, next } = await deps.prompts.list(user, { limit: query.limit, before });
    const data = await show(deps, user, items, at);
    return { status: 200, body: { data, next_cursor: next ? encodeCursor(next) : null } } as const;
  };

/** GET /v1/prompts/{id} */
export const getPrompt =
  (deps: PromptDeps) =>
  async ({ user, path, at }: Input<typeof routes.getPrompt>) => {
    const prompt = await deps.prompts.get(user, path.id);
    if (!prompt) return refuse('prompt-not-found');
    return { status: 200, body: await showOne(deps, user, prompt, at) } as const;
  };

/** PATCH /v1/prompts/{id}: the last one counts. A change of nothing is not written. */
export const changePrompt =
  (deps: PromptDeps) =>
  async ({ user, path, body, at }: Input<typeof routes.changePrompt>) => {
    const known = await deps.prompts.get(user, path.id);
    if (!known) return refuse('prompt-not-found');
    const refused = await checkImages(deps, user, body);
    if (refused) return refused;
    const { title, text, thumbnail_asset_id: thumbnail, second_image_asset_id: secondImage } = body;
    const change = { title, text, thumbnail, secondImage };
    const changed = Object.keys(body).length === 0 ? known : await deps.prompts.change(user, path.id, change, at);
    if (!changed) return refuse('prompt-not-found');
    return { status: 200, body: await showOne(deps, user, changed, at) } as const;
  };

/** DELETE /v1/prompts/{id} */
export const deletePrompt =
  ({ prompts }: Pick<PromptDeps, 'prompts'>) =>
  async ({ user, path }: Input<typeof routes.deletePrompt>) =>
    (await prompts.remove(user, path.id)) ? ({ status: 204, body: undefined } as const) : refuse('prompt-not-found');
