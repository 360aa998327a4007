/** NB10 the main job through the typed client, over the whole system and a network that loses replies; and the README's code. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from '@supabase/supabase-js';
import sharp from 'sharp';
import { createTesseraAdmin } from '../../sdk/admin.ts';
import { createTessera, type Tessera, TesseraError } from '../../sdk/index.ts';
import { makePhoto } from './photo.ts';
import { closeSharedStack, sharedStack } from './shared-stack.ts';
import type { Stack } from './stack.ts';

let stack: Stack;
let photo: Blob;
beforeAll(async () => {
  stack = await sharedStack();
  photo = new Blob([await makePhoto()], { type: 'image/jpeg' });
}, 60_000);
afterAll(closeSharedStack);
let onEnd = () => {};
afterEach(() => onEnd());

const supabaseOf = () => {
  const { url, anonKey } = stack.auth.project('sparky');
  return createClient(url, anonKey, { auth: { persistSession: false, autoRefreshToken: false } });
};
/** Signed up as an app does it. */
const signedUp = async () => {
  const supabase = supabaseOf();
  const { error } = await supabase.auth.signUp({ email: `${randomUUID()}@example.com`, password: randomUUID() });
  expect(error).toBeNull();
  const token = async () => (await supabase.auth.getSession()).data.session?.access_token ?? '';
  return { supabase, token };
};
/** Loses each `every`th reply after the API has acted; files go as they are. */
const lossy = (every: number) => {
  let calls = 0;
  let lost = 0;
  const send: typeof fetch = async (...args) => {
    const response = await fetch(...args);
    if (!String(args[0]).startsWith(stack.account.httpUrl().replace(/\/$/, ''))) return response;
    calls += 1;
    if (calls % every !== 0) return response;
    lost += 1;
    await response.body?.cancel();
    return new Response('{"message":"Service Unavailable"}', {
      status: 503,
      headers: { 'content-type': 'application/json', 'retry-after': '0' },
    });
  };
  return { send, lost: () => lost };
};
const clientOf = (token: () => Promise<string>, fetch?: typeof globalThis.fetch): Tessera =>
  createTessera({
    url: stack.account.httpUrl(),
    realtimeUrl: stack.account.webSocketUrl(),
    token,
    fetch,
    random: () => 0.01,
  });

describe('NB10 the main job', () => {
  test('is done once over a network that loses every third reply', async () => {
    const { token } = await signedUp();
    const { send, lost } = lossy(3);
    const tessera = clientOf(token, send);
    const sent: number[] = [];
    const seen: string[] = [];
    const run = () =>
      tessera.run(
        'photo-filter',
        { filter: 'sepia' },
        {
          files: [photo],
          refresh: true,
          onUpload: (_, { sentBytes }) => sent.push(sentBytes),
          onProgress: ({ status }) => seen.push(status),
        },
      );
    const first = await run();
    expect(first).toMatchObject({ status: 'completed', progress: 100, cost_credits: 1, error: null });
    expect(sent.at(-1)).toBe(photo.size);
    expect(sent.length).toBeGreaterThan(1);
    expect(seen.length).toBeGreaterThan(0);
    const picture = await (await fetch(first.outputs[0]?.url ?? '')).arrayBuffer();
    expect(await sharp(picture).metadata()).toMatchObject({ width: 640, height: 480 });

    await run();
    expect(lost()).toBeGreaterThan(2);
    await stack.settle();
    expect(await tessera.credits.get()).toMatchObject({ available: 8, held: 0, spent: 2 });
    const ids: string[] = [];
    for await (const { id } of tessera.generations.list({ limit: 1 })) ids.push(id);
    expect(ids).toHaveLength(2);
    expect(ids).toContain(first.id);
  });

  test('the same key is the same generation; other words under it are refused', async () => {
    const tessera = clientOf((await signedUp()).token);
    const { id: photoId } = await tessera.upload(photo, { name: 'me.jpg' });
    const act = { tool: 'photo-filter', params: { filter: 'vivid' }, inputs: [photoId], refresh: true };
    const options = { idempotencyKey: randomUUID() };
    const first = await tessera.generations.create(act, options);
    expect((await tessera.generations.create(act, options)).id).toBe(first.id);
    await expect(tessera.generations.create({ ...act, params: { filter: 'sepia' } }, options)).rejects.toMatchObject({
      status: 422,
      type: 'urn:tessera:problem:idempotency-mismatch',
    });
    expect(await tessera.waitForGeneration(first.id)).toMatchObject({ status: 'completed' });
    await stack.settle();
    expect(await tessera.credits.get()).toMatchObject({ spent: 1 });
  });

  test('waiting hears of the end over the socket', async () => {
    const tessera = clientOf((await signedUp()).token);
    const realtime = tessera.connectRealtime();
    onEnd = () => realtime.close();
    await new Promise<void>((open) => {
      if (realtime.state === 'open') open();
      realtime.on('state', (state) => state === 'open' && open());
    });
    const { id: photoId } = await tessera.upload(photo);
    const told: string[] = [];
    realtime.on('generation.updated', ({ data }) => told.push(data.status));
    const { id } = await tessera.generations.create({
      tool: 'photo-filter',
      params: { filter: 'vivid' },
      inputs: [photoId],
      refresh: true,
    });
    expect(await tessera.waitForGeneration(id)).toMatchObject({ status: 'completed' });
    expect(told).toContain('completed');
  });
});

describe('NB10 what the API refuses', () => {
  test("404: another user's generation; 400 with its place; 401 for no token; 402 without credits", async () => {
    const [mine, theirs] = [clientOf((await signedUp()).token), clientOf((await signedUp()).token)];
    const { id: photoId } = await mine.upload(photo);
    const act = { tool: 'photo-filter', params: { filter: 'sepia' }, inputs: [photoId], refresh: true };
    const { id } = await mine.generations.create(act);
    await expect(theirs.generations.get(id)).rejects.toMatchObject({
      status: 404,
      type: 'urn:tessera:problem:job-not-found',
    });
    const invalid = await mine.generations
      .list({ limit: 1_000 })
      .page()
      .catch((error: unknown) => error);
    expect(invalid).toBeInstanceOf(TesseraError);
    expect(invalid).toMatchObject({ status: 400, errors: [{ pointer: '/query/limit' }] });
    expect((invalid as TesseraError).requestId).toBeTruthy();
    await expect(clientOf(async () => 'a.b.c').me.get()).rejects.toMatchObject({ status: 401 });
    await mine.waitForGeneration(id);
    await expect(spendAll(mine, act)).rejects.toMatchObject({
      status: 402,
      // Of those that are left, no more may be spent today.
      type: 'urn:tessera:problem:daily-cap-reached',
    });
  });
});

/** Runs a tool until it is refused; more often than there are credits it is not. */
const spendAll = async (tessera: Tessera, act: Parameters<Tessera['generations']['create']>[0]): Promise<void> => {
  for (let run = 0; run < 12; run += 1) {
    const { id } = await tessera.generations.create(act);
    await tessera.waitForGeneration(id);
  }
};

test("NB10 the README's code does what it says", async () => {
  const readme = readFileSync(join(import.meta.dirname, '../../sdk/README.md'), 'utf8');
  const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)]
    .map(([, code = '']) => code)
    .filter((code) => !code.includes('= connectRealtime('));
  expect(snippets).toHaveLength(5);
  const { supabase } = await signedUp();
  const admin = await stack.signUp();
  await stack.makeAdmin(admin);
  const lines: string[] = [];
  const given = {
    createTessera,
    createTesseraAdmin,
    TesseraError,
    supabase,
    photo,
    apiUrl: stack.account.httpUrl(),
    socketUrl: stack.account.webSocketUrl(),
    adminToken: async () => admin.token,
    show: (line: string) => lines.push(line),
  };
  // One after the other, as they are read.
  const code = stripTypeScriptTypes(snippets.join('\n')).replace(/^import .*$/gm, '');
  await new Function(...Object.keys(given), `return (async () => {${code}\n})();`)(...Object.values(given));
  expect(lines).toContain('sent 100 %');
  expect(lines.find((line) => line.startsWith('completed: http'))).toBeTruthy();
  expect(lines).toContain('for 1');
  expect(lines).toContain('completed');
  expect(lines).toContain('photo-filter completed');
  expect(lines.find((line) => line.includes('more:'))).toMatch(/^spend -1, .*; more: (true|false)$/);
  expect(lines.filter((line) => line.endsWith(' active')).length).toBeGreaterThan(0);
});
