/** Generation's ports in memory, for tests of what stands on them. */
import { Logger } from '@aws-lambda-powertools/logger';
import type { AppDefinition, Catalog, Tool } from '#services/catalog/contracts.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import { newId } from '#shared/ids.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { Job } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import { jobHandler } from '../handle-job.ts';
import type { Asset, AssetTable } from '../storage/asset-table.ts';
import type { Outputs } from '../storage/outputs.ts';
import { type Uploads, uploadKey } from '../storage/uploads.ts';

export const silent = new Logger({ logLevel: 'SILENT' });

export const memoryAssets = (): AssetTable => {
  const rows = new Map<string, Asset>();
  const key = (owner: Owner, id: string) => `${ownerKey(owner)}#${id}`;
  const change = (owner: Owner, id: string, next: (asset: Asset) => Asset): boolean => {
    const asset = rows.get(key(owner, id));
    if (asset) rows.set(key(owner, id), next(asset));
    return asset !== undefined;
  };
  return {
    create: async (owner, asset) => void rows.set(key(owner, asset.id), { ...asset, status: 'awaiting_upload' }),
    get: async (owner, id) => rows.get(key(owner, id)),
    list: async (owner, { limit, before }) =>
      [...rows.entries()]
        .filter(([at, { id }]) => at.startsWith(`${ownerKey(owner)}#`) && (before === undefined || id < before))
        .map(([, asset]) => asset)
        .sort((a, b) => b.id.localeCompare(a.id))
        .slice(0, limit),
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
    put: async (key, { bytes }) => void files.set(key, bytes),
    remove: async (keys) => keys.forEach((key) => void files.delete(key)),
    signedUrl: async (key, at) => ({ url: `https://outputs.example/${key}`, expiresAt: at }),
  };
  return { ...outputs, files };
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
