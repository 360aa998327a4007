/** Generation's ports in memory, for tests of what stands on them. */
import { Logger } from '@aws-lambda-powertools/logger';
import type { AppDefinition, Catalog, Tool } from '#services/catalog/contracts.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import { newId } from '#shared/ids.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { Job } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import { jobHandler } from '../handle-job.ts';
import { type Asset, type AssetTable, type Expiring, isExpired, unusedDays } from '../storage/asset-table.ts';
import type { Outputs } from '../storage/outputs.ts';
import type { CachedResult, ResultCache } from '../storage/result-cache.ts';
import { type Uploads, uploadKey } from '../storage/uploads.ts';
import { epochSeconds } from '../time.ts';

export const silent = new Logger({ logLevel: 'SILENT' });

/** Without a clock nothing expires. */
export const memoryAssets = (now?: () => string): AssetTable => {
  const rows = new Map<string, Asset & Expiring>();
  const key = (owner: Owner, id: string) => `${ownerKey(owner)}#${id}`;
  const isThere = (row: Expiring) => !now || !isExpired(row, epochSeconds(now()));
  const change = (owner: Owner, id: string, next: (asset: Asset) => Asset & Expiring): boolean => {
    const asset = rows.get(key(owner, id));
    if (asset) rows.set(key(owner, id), next(asset));
    return asset !== undefined;
  };
  const get = (owner: Owner, id: string) => {
    const row = rows.get(key(owner, id));
    return row && isThere(row) ? row : undefined;
  };
  return {
    create: async (owner, asset) => {
      const expires = epochSeconds(asset.createdAt) + unusedDays * 86_400;
      rows.set(key(owner, asset.id), { ...asset, status: 'awaiting_upload', expires });
    },
    get: async (owner, id) => get(owner, id),
    list: async (owner, { limit, before }) => {
      const items = [...rows.entries()]
        .filter(([at, { id }]) => at.startsWith(`${ownerKey(owner)}#`) && (before === undefined || id < before))
        .map(([, asset]) => asset)
        .filter(isThere)
        .sort((a, b) => b.id.localeCompare(a.id));
      const page = items.slice(0, limit);
      return { items: page, next: items.length > limit ? page.at(-1)?.id : undefined };
    },
    rename: async (owner, id, fileName) => {
      if (get(owner, id)) change(owner, id, (asset) => ({ ...asset, fileName: fileName ?? undefined }));
      return get(owner, id);
    },
    keep: async (owner, id) => change(owner, id, (asset) => ({ ...asset, expires: undefined })),
    remove: async (owner, id) => void rows.delete(key(owner, id)),
    markReady: async (owner, id, file) => change(owner, id, (asset) => ({ ...asset, ...file, status: 'ready' })),
    markRejected: async (owner, id, reason) => change(owner, id, (asset) => ({ ...asset, status: 'rejected', reason })),
  };
};

export const memoryUploads = () => {
  const files = new Map<string, { bytes: Uint8Array; etag: string }>();
  let written = 0;
  const uploads: Uploads = {
    form: async (key) => ({ url: 'https://uploads.example', fields: { key }, expiresAt: '2026-11-20T10:15:00.000Z' }),
    signedUrl: async (key, at) => ({ url: `https://uploads.example/${key}`, expiresAt: at }),
    read: async (key, { etag, maxBytes }) => {
      const file = files.get(key);
      if (!file || (etag !== undefined && etag !== file.etag)) return undefined;
      return file.bytes.length > maxBytes ? 'too-large' : file;
    },
    remove: async (key) => void files.delete(key),
  };
  return {
    ...uploads,
    files,
    arrive: (key: string, bytes: Uint8Array) => {
      written += 1;
      files.set(key, { bytes, etag: `"etag-${written}"` });
    },
  };
};

export const memoryOutputs = () => {
  const files = new Map<string, Uint8Array>();
  const outputs: Outputs = {
    put: async (key, { bytes }) =>
      void files.set(key, Symbol.asyncIterator in bytes ? Buffer.concat(await Array.fromAsync(bytes)) : bytes),
    copy: async (from, to) => {
      const bytes = files.get(from);
      if (bytes) files.set(to, bytes);
      return bytes !== undefined;
    },
    remove: async (keys) => keys.forEach((key) => void files.delete(key)),
    signedUrl: async (key, at) => ({ url: `https://outputs.example/${key}`, expiresAt: at }),
  };
  return { ...outputs, files };
};

export const memoryResults = () => {
  const kept = new Map<string, CachedResult & { readonly expiresAt: string }>();
  const results: ResultCache = {
    get: async (owner, key, at) => {
      const found = kept.get(`${ownerKey(owner)}#${key}`);
      return found && found.expiresAt > at ? found : undefined;
    },
    put: async (owner, key, result, expiresAt) => void kept.set(`${ownerKey(owner)}#${key}`, { ...result, expiresAt }),
  };
  return { ...results, kept };
};

/** A tool of one image at one credit, on these sandbox models. */
export const testTool = (change: Partial<Tool> = {}): Tool => ({
  id: 'photo-filter',
  type: 'FILTER',
  name_key: 'tools.photo_filter.name',
  description_key: 'tools.photo_filter.description',
  icon_name: 'SparklesIcon',
  active: true,
  sort_order: 10,
  input: { images: { min: 1, max: 1 } },
  output: 'image',
  params: {
    type: 'object',
    additionalProperties: false,
    properties: { filter: { type: 'string', enum: ['sepia', 'vivid'] }, intensity: { type: 'integer', minimum: 1 } },
    required: ['filter'],
  },
  cost: { kind: 'fixed', credits: 4 },
  providers: [{ provider: 'sandbox', models: ['sandbox-1'] }],
  option_params: {},
  cache_seconds: 0,
  deadline_seconds: 300,
  ...change,
});

export const testCatalog = (...tools: Tool[]): Catalog => ({
  app: async (id) =>
    id === 'sparky' ? ({ id, name: 'Sparky', tools, options: {} } as unknown as AppDefinition) : undefined,
});

export const owner: Owner = { app: 'sparky', user: 'user-1' };

/** An asset that is ready, and its file. */
export const readyAsset = async (
  { assets, uploads }: { assets: AssetTable; uploads: ReturnType<typeof memoryUploads> },
  bytes: Uint8Array,
  of: Owner = owner,
) => {
  const id = newId('ast');
  const key = uploadKey(of, id);
  uploads.arrive(key, bytes);
  const etag = uploads.files.get(key)?.etag ?? '';
  await assets.create(of, {
    id,
    contentType: 'image/jpeg',
    bytes: bytes.length,
    createdAt: '2026-11-20T09:00:00.000Z',
  });
  await assets.markReady(of, id, { etag, bytes: bytes.length, sha256: 'ab', width: 320, height: 240 });
  return id;
};

export const memoryJobs = () => {
  const store = memoryEventStore<Job, JobEvent>();
  return { store, handleJob: jobHandler(store) };
};
