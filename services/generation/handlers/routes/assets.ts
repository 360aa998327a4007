/** Routes of assets: announce, list, read, rename, remove. The file itself goes to S3 directly. */
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { idSchema, newId } from '#shared/ids.ts';
import type { routes } from '../../routes.ts';
import type { AssetTable } from '../../storage/asset-table.ts';
import { type Uploads, uploadKey } from '../../storage/uploads.ts';
import { assetView } from '../views.ts';

interface AssetDeps {
  readonly assets: AssetTable;
  readonly uploads: Uploads;
}

/** POST /v1/assets */
export const createAsset =
  ({ assets, uploads }: AssetDeps) =>
  async ({ user, body, at }: Input<typeof routes.createAsset>) => {
    const id = newId('ast');
    const { content_type: contentType, bytes, file_name: fileName } = body;
    await assets.create(user, { id, contentType, bytes, fileName, createdAt: at });
    const { url, fields, expiresAt } = await uploads.form(uploadKey(user, id), { contentType, maxBytes: bytes, at });
    const upload = { url, fields, expires_at: expiresAt };
    return { status: 201, body: { id, status: 'awaiting_upload', upload } } as const;
  };

/** GET /v1/assets */
export const listAssets =
  ({ assets, uploads }: AssetDeps) =>
  async ({ user, query, at }: Input<typeof routes.listAssets>) => {
    const { limit, cursor } = query;
    const { items, next } = await assets.list(user, { limit, before: decodeCursor(idSchema('ast'), cursor) });
    const data = await Promise.all(items.map((one) => assetView(uploads, user, one, at)));
    return { status: 200, body: { data, next_cursor: next ? encodeCursor(next) : null } } as const;
  };

/** GET /v1/assets/{id} */
export const getAsset =
  ({ assets, uploads }: AssetDeps) =>
  async ({ user, path, at }: Input<typeof routes.getAsset>) => {
    const found = await assets.get(user, path.id);
    if (!found) return refuse('asset-not-found');
    return { status: 200, body: await assetView(uploads, user, found, at) } as const;
  };

/** PATCH /v1/assets/{id}: the last one counts. */
export const changeAsset =
  ({ assets, uploads }: AssetDeps) =>
  async ({ user, path, body, at }: Input<typeof routes.changeAsset>) => {
    const changed = await assets.rename(user, path.id, body.file_name);
    if (!changed) return refuse('asset-not-found');
    return { status: 200, body: await assetView(uploads, user, changed, at) } as const;
  };

/** DELETE /v1/assets/{id} */
export const deleteAsset =
  ({ assets, uploads }: AssetDeps) =>
  async ({ user, path }: Input<typeof routes.deleteAsset>) => {
    if (!(await assets.get(user, path.id))) return refuse('asset-not-found');
    // Whoever is told that it is gone finds it gone; its row's end removes the file once more (`clean-up/asset-removed.ts`).
    await uploads.remove(uploadKey(user, path.id));
    await assets.remove(user, path.id);
    return { status: 204, body: undefined } as const;
  };
