import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ApiServer, problem, startApi } from '../testing/api-server.ts';
import { hasty } from '../testing/hasty.ts';
import { createTessera, type Tessera } from './tessera.ts';
import type { UploadProgress } from './upload.ts';

const timeoutMs = 2_000;
const photo = new Blob([new Uint8Array(300_000).fill(7)], { type: 'image/png' });
const ready = { body: { id: 'ast_1', status: 'ready' } };

let api: ApiServer;
let storage: ApiServer;
let tessera: Tessera;
beforeEach(async () => {
  [api, storage] = await Promise.all([startApi(), startApi()]);
  const { timers } = hasty(timeoutMs, 300_000);
  tessera = createTessera({ url: api.url, token: () => 'a.b.c', timers, timeoutMs });
  storage.answers({ status: 204 });
});
afterEach(async () => {
  await Promise.all([api.stop(), storage.stop()]);
});

const created = () => ({
  status: 201,
  body: {
    id: 'ast_1',
    status: 'awaiting_upload',
    upload: { url: storage.url, fields: { key: 'u/ast_1', policy: 'p"q' }, expires_at: '2026-11-21T11:00:00.000Z' },
  },
});
const fields = async (): Promise<FormData> => {
  const { headers, body } = storage.asked.at(-1) ?? { headers: {}, body: '' };
  return new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
};

describe.each([
  ['with progress', true],
  ['without', false],
])('NB10 upload %s', (_, isWatched) => {
  test("the form's fields go first and the file last, and the body's length is told", async () => {
    api.answers(created(), { body: { id: 'ast_1', status: 'awaiting_upload' } }, ready);
    const told: UploadProgress[] = [];
    const options = isWatched ? { onProgress: (progress: UploadProgress) => told.push(progress) } : {};
    expect(await tessera.upload(photo, { name: 'a "b".png', ...options })).toEqual(ready.body);
    expect(JSON.parse(api.asked[0]?.body ?? '')).toEqual({
      content_type: 'image/png',
      bytes: 300_000,
      file_name: 'a "b".png',
    });
    const form = await fields();
    expect([...form.keys()]).toEqual(['key', 'policy', 'file']);
    expect(form.get('policy')).toBe('p"q');
    expect((form.get('file') as File).type).toBe('image/png');
    const headers = storage.asked[0]?.headers;
    expect(Number(headers?.['content-length'])).toBeGreaterThan(300_000);
    expect(headers?.['transfer-encoding']).toBeUndefined();
    if (!isWatched) return;
    expect(told.length).toBeGreaterThan(2);
    expect(told.map(({ sentBytes }) => sentBytes)).toEqual(
      told.map(({ sentBytes }) => sentBytes).toSorted((a, b) => a - b),
    );
    expect(told.at(-1)).toEqual({ sentBytes: 300_000, totalBytes: 300_000 });
  });
});

test('NB10 what passes is tried again, with the same form; an announcement too', async () => {
  api.answers('drops', created(), ready);
  storage.answers('drops', { status: 503 }, { status: 204 });
  await tessera.upload(photo);
  expect(storage.asked).toHaveLength(3);
  expect(api.asked.filter(({ method }) => method === 'POST')).toHaveLength(2);
});

test('NB10 what the storage or the look at the file refuses is told, and not tried again', async () => {
  api.answers(created());
  storage.answers({ status: 400, body: '<Error><Code>EntityTooLarge</Code></Error>' });
  await expect(tessera.upload(photo)).rejects.toMatchObject({
    type: 'urn:tessera:client:upload-failed',
    detail: 'EntityTooLarge',
  });
  expect(storage.asked).toHaveLength(1);
  storage.answers({ status: 204 });
  api.answers(created(), { body: { id: 'ast_1', status: 'rejected', reason: 'not an image' } });
  await expect(tessera.upload(photo)).rejects.toMatchObject({
    type: 'urn:tessera:client:upload-rejected',
    detail: 'not an image',
  });
  api.answers(problem('request-invalid', 400));
  await expect(tessera.upload(photo)).rejects.toMatchObject({ status: 400 });
});

test("NB10 the caller's signal ends an upload", async () => {
  const controller = new AbortController();
  api.answers(created());
  storage.answers(() => {
    controller.abort('gone');
    return 'stalls';
  });
  await expect(tessera.upload(photo, { signal: controller.signal })).rejects.toBe('gone');
});

describe('where there is an XMLHttpRequest', () => {
  /** As much of one as the client uses, over a real request. */
  class Xhr {
    readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null } = { onprogress: null };
    readonly #controller = new AbortController();
    status = 0;
    responseText = '';
    onload: (() => void) | null = null;
    onerror: (() => void) | null = null;
    onabort: (() => void) | null = null;
    #url = '';
    open(_method: string, url: string): void {
      this.#url = url;
    }
    send(body: FormData): void {
      this.upload.onprogress?.({ loaded: 200_000, total: 400_000 });
      fetch(this.#url, { method: 'POST', body, signal: this.#controller.signal }).then(
        async (response) => {
          this.status = response.status;
          this.responseText = await response.text();
          this.onload?.();
        },
        () => this.onerror?.(),
      );
    }
    abort(): void {
      this.#controller.abort();
      this.onabort?.();
    }
  }
  beforeEach(() => {
    Object.assign(globalThis, { XMLHttpRequest: Xhr });
  });
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'XMLHttpRequest');
  });

  test("NB10 progress is the browser's, in bytes of the file", async () => {
    api.answers(created(), ready);
    const told: UploadProgress[] = [];
    await tessera.upload(photo, { onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([{ sentBytes: 150_000, totalBytes: 300_000 }]);
    expect([...(await fields()).keys()]).toEqual(['key', 'policy', 'file']);
  });

  test('NB10 a lost connection is tried again, a refusal is told, and a signal ends it', async () => {
    api.answers(created(), ready);
    storage.answers('drops', { status: 204 });
    await tessera.upload(photo);
    expect(storage.asked).toHaveLength(2);
    api.answers(created());
    storage.answers({ status: 403, body: '<Error><Code>AccessDenied</Code></Error>' });
    await expect(tessera.upload(photo)).rejects.toMatchObject({ status: 403, detail: 'AccessDenied' });
    const controller = new AbortController();
    api.answers(created());
    storage.answers(() => {
      controller.abort('gone');
      return 'stalls';
    });
    await expect(tessera.upload(photo, { signal: controller.signal })).rejects.toBe('gone');
  });
});
