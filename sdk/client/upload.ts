/** A file becomes an asset: announced, sent to storage, and waited for until it was looked at. */
import type { Asset, CreatedAsset, NewAsset, UploadType } from '../api/types.ts';
import { backOffMs } from '../realtime/back-off.ts';
import { isPassing, TesseraError } from './error.ts';
import type { CallOptions } from './options.ts';
import { postForm, type UploadFile } from './post-form.ts';
import { type Clock, pause, throwIfAborted, within } from './time.ts';

export interface UploadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Of sending the file, each try. Default: 300,000. */
  readonly timeoutMs?: number | undefined;
  /** Default: the file's own. */
  readonly name?: string | undefined;
  /** Default: the file's own. */
  readonly contentType?: UploadType | undefined;
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
}
export interface UploadProgress {
  readonly sentBytes: number;
  readonly totalBytes: number;
}
export interface UploadTools {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly create: (asset: NewAsset, call: CallOptions) => Promise<CreatedAsset>;
  readonly get: (id: string, call: CallOptions) => Promise<Asset>;
}

const defaultTimeoutMs = 5 * 60_000;
const maxTries = 3;
/** A minute and a half. */
const maxLooks = 24;
const firstLookMs = 300;
const lastLookMs = 5_000;

const send = async (
  { clock, fetch }: UploadTools,
  { upload }: CreatedAsset,
  file: UploadFile,
  options: UploadOptions & { readonly name: string },
): Promise<void> => {
  const { signal, timeoutMs = defaultTimeoutMs, name, onProgress } = options;
  const totalBytes = file.size;
  const onSent = onProgress
    ? (fraction: number) => onProgress({ sentBytes: Math.round(Math.min(1, fraction) * totalBytes), totalBytes })
    : undefined;
  for (let tries = 1; ; tries += 1) {
    try {
      return await within(clock, timeoutMs, signal, (signal) =>
        postForm({ form: upload, file, name, signal, onSent, fetch }),
      );
    } catch (error) {
      // The same form names the same object: sent twice, it is one.
      if (!isPassing(error) || tries === maxTries) throw error;
      await pause(clock, backOffMs(tries, clock.random()), signal);
    }
  }
};

const untilReady = async ({ clock, get }: UploadTools, id: string, signal: AbortSignal | undefined): Promise<Asset> => {
  for (let looks = 0; looks < maxLooks; looks += 1) {
    const asset = await get(id, { signal });
    if (asset.status === 'ready') return asset;
    if (asset.status === 'rejected') {
      const detail = asset.reason ?? undefined;
      throw new TesseraError({ type: 'urn:tessera:client:upload-rejected', title: 'The file was rejected', detail });
    }
    await pause(clock, Math.min(lastLookMs, firstLookMs * 2 ** looks), signal);
  }
  throw new TesseraError({
    type: 'urn:tessera:client:timeout',
    title: 'The file was not looked at in time',
    detail: id,
  });
};

export const uploadFile = async (tools: UploadTools, file: UploadFile, options: UploadOptions = {}): Promise<Asset> => {
  throwIfAborted(options.signal);
  const named = 'name' in file && typeof file.name === 'string' ? file.name : '';
  const name = options.name ?? named;
  // The API says what it takes.
  const content_type = (options.contentType ?? file.type) as UploadType;
  const asset = { content_type, bytes: file.size, ...(name !== '' && { file_name: name }) };
  const created = await tools.create(asset, { signal: options.signal });
  await send(tools, created, file, { ...options, name: name === '' ? 'file' : name });
  return untilReady(tools, created.id, options.signal);
};
