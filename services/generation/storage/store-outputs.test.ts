import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { publicHttp, publicOr } from '#shared/net/public-http.ts';
import type { JobOutput } from '../domain/job-events.ts';
import { maxInlineBytes, type ProducedFile } from '../providers/provider.ts';
import { half, jpeg, png, turnedJpeg, webp } from '../test/images.ts';
import { memoryOutputs } from '../test/memory.ts';
import { storeOutputs } from './store-outputs.ts';

const megabyte = 1024 * 1024;
const owner = { app: 'sparky', user: 'user-1' };
const below = 'outputs/sparky/user-1/gen_1';
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Begins as such a file does. */
const mp4Start = Buffer.from('00000020667479706d703432000000006d70343269736f6d', 'hex');
const webmStart = Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104', 'hex');
const mp3Start = Buffer.concat([Buffer.from('49443304000000100000', 'hex'), Buffer.alloc(512)]);
const beginning = (start: Uint8Array, bytes: number) => Buffer.concat([start, Buffer.alloc(bytes - start.length, 7)]);

let answer: (response: ServerResponse) => void;
let port = 0;
const server = createServer((_, response) => answer(response));
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

let outputs: ReturnType<typeof memoryOutputs>;
let told: string[];
beforeEach(() => {
  outputs = memoryOutputs();
  told = [];
});
const store = (files: readonly ProducedFile[], kind: JobOutput['kind'], signal = new AbortController().signal) =>
  storeOutputs({ outputs, ...publicHttp({ trusts: publicOr([`127.0.0.1:${port}`]) }) })(files, {
    owner,
    folder: 'gen_1',
    kind,
    signal,
    onStore: (key) => told.push(key),
  });
const remote = (kind: JobOutput['kind']): ProducedFile => ({ kind, url: `http://127.0.0.1:${port}/file` });
const storeRemote = async (kind: JobOutput['kind'], bytes: Uint8Array, { announced = true, type = 'x/y' } = {}) => {
  answer = (response) => {
    response.writeHead(200, { 'content-type': type, ...(announced ? { 'content-length': bytes.length } : {}) });
    response.end(bytes);
  };
  const [output] = await store([remote(kind)], kind);
  return output;
};

describe('PP15 PP16 a picture', () => {
  test.each([
    ['a JPEG', jpeg, 'image/jpeg', 'jpg', 320, 240],
    ['a PNG', png, 'image/png', 'png', 320, 240],
    ['a WebP', webp, 'image/webp', 'webp', 320, 240],
    ['a JPEG turned by its tag, as it is seen,', turnedJpeg, 'image/jpeg', 'jpg', 240, 320],
  ] as const)(
    '%s is stored with its thumbnail, inline or fetched',
    async (_, make, contentType, ending, width, height) => {
      const bytes = await make();
      const key = `${below}/0.${ending}`;
      const small = `${below}/0.thumb.webp`;
      const thumbnail = { key: small, bytes: expect.any(Number), width, height };
      const expected = { kind: 'image', contentType, bytes: bytes.length, sha256: sha256(bytes), width, height, key };
      expect(await store([{ kind: 'image', contentType, bytes }], 'image')).toEqual([{ ...expected, thumbnail }]);
      expect(await storeRemote('image', bytes)).toEqual({ ...expected, thumbnail });
      expect(await storeRemote('image', bytes, { announced: false })).toEqual({ ...expected, thumbnail });
      // The same keys every time: a repeated attempt overwrites its own files.
      expect(new Set(told)).toEqual(new Set([key, small]));
      expect([...outputs.files.keys()]).toEqual([key, small]);
      const found = await sharp(outputs.files.get(small) ?? Buffer.alloc(0)).metadata();
      expect(found).toMatchObject({ format: 'webp', width, height });
    },
  );
  test('the longest side of a thumbnail is 320 pixels', async () => {
    const wide = sharp({ create: { width: 1_000, height: 500, channels: 3, background: '#373' } });
    const bytes = await wide.jpeg().toBuffer();
    const [output] = await store([{ kind: 'image', contentType: 'image/jpeg', bytes }], 'image');
    expect(output?.thumbnail).toMatchObject({ width: 320, height: 160 });
  });
  test.each([true, false])('of more than 16 MB: its size is read from its start (announced: %s)', async (announced) => {
    const bytes = beginning(await png(), 17 * megabyte);
    const output = await storeRemote('image', bytes, { announced });
    expect(output).toEqual({
      kind: 'image',
      contentType: 'image/png',
      bytes: bytes.length,
      sha256: sha256(bytes),
      width: 320,
      height: 240,
      key: `${below}/0.png`,
    });
    expect(outputs.files.get(`${below}/0.png`)).toHaveLength(bytes.length);
  });
});

describe('PP15 PP16 other kinds', () => {
  test.each([
    ['video', 'video/mp4', 'mp4', beginning(mp4Start, 70_000)],
    ['video', 'video/webm', 'webm', beginning(webmStart, 300)],
    ['audio', 'audio/mpeg', 'mp3', mp3Start],
    ['text', 'text/plain', 'txt', Buffer.from('BMWs are cars. ü')],
    ['json', 'application/json', 'json', Buffer.from('{"a":[1]}')],
  ] as const)('%s: %s is fetched, whatever its server calls it', async (kind, contentType, ending, bytes) => {
    const key = `${below}/0.${ending}`;
    const expected = { kind, contentType, bytes: bytes.length, sha256: sha256(bytes), key };
    expect(await storeRemote(kind, bytes, { type: 'application/octet-stream' })).toEqual(expected);
    expect(told).toEqual([key]);
    expect(Buffer.from(outputs.files.get(key) ?? '').equals(bytes)).toBe(true);
  });
  test('title and length are kept, a title in its first 200 characters', async () => {
    answer = (response) => response.end(mp3Start);
    const songs = ['a'.repeat(300), 'b'].map((title) => ({ ...remote('audio'), title, durationSeconds: 61.5 }));
    const made = await store(songs, 'audio');
    expect(made.map(({ title, durationSeconds, key }) => ({ title, durationSeconds, key }))).toEqual([
      { title: 'a'.repeat(200), durationSeconds: 61.5, key: `${below}/0.mp3` },
      { title: 'b', durationSeconds: 61.5, key: `${below}/1.mp3` },
    ]);
  });
  test('at most 16 MB of a film of 40 MB lie in memory', async () => {
    const bytes = beginning(mp4Start, 40 * megabyte);
    let taken = 0;
    let held = 0;
    let most = 0;
    const http = publicHttp({ trusts: publicOr([`127.0.0.1:${port}`]) });
    answer = (response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    const counting = storeOutputs({
      async fetchPublic(url, options) {
        const fetched = await http.fetchPublic(url, options);
        async function* counted() {
          for await (const piece of fetched.bytes) {
            taken += piece.length;
            held += piece.length;
            most = Math.max(most, held);
            yield piece;
          }
        }
        return { ...fetched, bytes: counted() };
      },
      outputs: {
        async put(_, { bytes: body }) {
          // As the bucket does: parts of 8 MB, let go of when they are written.
          let part = 0;
          for await (const piece of body as AsyncIterable<Uint8Array>) {
            part += piece.length;
            if (part < 8 * megabyte) continue;
            held -= part;
            part = 0;
          }
          held -= part;
        },
      },
    });
    const request = { owner, folder: 'gen_1', kind: 'video', signal: new AbortController().signal } as const;
    const [output] = await counting([remote('video')], { ...request, onStore: () => {} });
    expect(output).toMatchObject({ bytes: 40 * megabyte, sha256: sha256(bytes) });
    expect(taken).toBe(40 * megabyte);
    expect(most).toBeLessThanOrEqual(16 * megabyte);
    expect(held).toBe(0);
  });
});

describe('PP16 what is not stored', () => {
  const nothingStored = () => expect([...outputs.files.keys()]).toEqual([]);
  test.each([
    ['a film where a picture was promised', 'image', async () => beginning(mp4Start, 100)],
    ['a page', 'image', async () => Buffer.from('<html><script>alert(1)</script></html>')],
    ['an SVG', 'image', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a picture where audio was promised', 'audio', png],
    ['half a picture', 'image', async () => half(await jpeg())],
    ['an empty file', 'video', async () => Buffer.alloc(0)],
    ['JSON that is none', 'json', async () => Buffer.from('{"a":')],
    ['text that is none', 'text', png],
    ['text of more than 16 MB', 'text', async () => Buffer.alloc(maxInlineBytes + 1, 'a')],
    ['a film of more than 50 MB', 'video', async () => beginning(mp4Start, 50 * megabyte + 1)],
  ] as const)('%s', async (_, kind, make) => {
    const error = { name: 'ProviderError', kind: 'next-model', message: "The provider's answer cannot be used." };
    await expect(storeRemote(kind, await make())).rejects.toMatchObject(error);
    nothingStored();
    expect(told).toEqual([]);
  });
  test('a film of more than 50 MB that did not say so: its key was told, and nothing is there', async () => {
    const film = beginning(mp4Start, 50 * megabyte + 1);
    await expect(storeRemote('video', film, { announced: false })).rejects.toMatchObject({ kind: 'next-model' });
    nothingStored();
    expect(told).toEqual([`${below}/0.mp4`]);
  });
  test.each([
    [404, 'next-model'],
    [403, 'next-model'],
    [410, 'next-model'],
    [429, 'next-model'],
    [500, 'transient'],
    [503, 'transient'],
  ])('an answer %i is %s', async (status, kind) => {
    answer = (response) => response.writeHead(status).end();
    await expect(store([remote('image')], 'image')).rejects.toMatchObject({ name: 'ProviderError', kind });
  });
  test.each([
    ['https://127.0.0.1/a', 'next-model'],
    ['http://example.com/a', 'next-model'],
    ['https://[::ffff:169.254.169.254]/latest/meta-data', 'next-model'],
  ])('SP10 %s is not asked', async (url, kind) => {
    await expect(store([{ kind: 'image', url }], 'image')).rejects.toMatchObject({ kind });
  });
  test('a file that breaks off may be whole the next time', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': megabyte }).write(beginning(mp4Start, 200_000));
      setTimeout(() => response.destroy(), 20);
    };
    await expect(store([remote('video')], 'video')).rejects.toMatchObject({ kind: 'transient' });
    nothingStored();
  });
  test("so may one that takes longer than the worker's time", async () => {
    answer = (response) => void response.writeHead(200).write(beginning(mp4Start, 200_000));
    const signal = AbortSignal.timeout(40);
    await expect(store([remote('video')], 'video', signal)).rejects.toMatchObject({ kind: 'transient' });
    nothingStored();
  });
  test('another kind, no file, or nine', async () => {
    const file: ProducedFile = { kind: 'text', contentType: 'text/plain', bytes: Buffer.from('a') };
    await expect(store([file], 'image')).rejects.toMatchObject({ kind: 'next-model' });
    await expect(store([], 'text')).rejects.toMatchObject({ kind: 'next-model' });
    await expect(store(Array(9).fill(file), 'text')).rejects.toMatchObject({ kind: 'next-model' });
    nothingStored();
  });
  test('what S3 says goes on as it is', async () => {
    const fails = storeOutputs({ outputs: { put: () => Promise.reject(new Error('SlowDown')) }, ...publicHttp() });
    const request = { owner, folder: 'gen_1', kind: 'text', signal: new AbortController().signal } as const;
    const file = { kind: 'text', contentType: 'text/plain', bytes: Buffer.from('a') } as const;
    await expect(fails([file], { ...request, onStore: () => {} })).rejects.toThrow('SlowDown');
  });
});
