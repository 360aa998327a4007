import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { checkOutput } from '../media/check-output.ts';
import { jpeg, png, transparentPng, turnedJpeg } from '../test/images.ts';
import { ProviderError } from './provider.ts';
import { request, run } from './sandbox/testing/request.ts';

const tools: [tool: string, params: Record<string, unknown>][] = [
  ['photo-filter', { filter: 'black-and-white' }],
  ['photo-filter', { filter: 'sepia' }],
  ['photo-filter', { filter: 'sepia', intensity: 40 }],
  ['photo-filter', { filter: 'vivid' }],
  ['photo-filter', { filter: 'soft' }],
  ['hair-color-changer', { colour: '#b02020' }],
  ['hairstyle-changer', { hairstyle: 'bob' }],
  ['background-swap', { scene_preset: 'beach' }],
  ['product-photo', { generation_type: 'standard', scene_preset: 'studio' }],
  ['enhance', {}],
  ['cartoon', {}],
  ['anything', {}],
];

describe('pictures', () => {
  test.each(tools)('%s %j changes the picture, keeps its size and is the same every time', async (tool, params) => {
    const input = await jpeg();
    const made = await run(await request(tool, params));
    expect(await checkOutput(made, 'image')).toMatchObject({ contentType: 'image/jpeg', width: 320, height: 240 });
    const before = await sharp(input).raw().toBuffer();
    const after = await sharp(made.bytes).toColourspace('srgb').raw().toBuffer();
    const change = before.reduce((sum, value, n) => sum + Math.abs(value - (after[n] ?? 0)), 0) / before.length;
    expect(change).toBeGreaterThan(2);
    expect(Buffer.from((await run(await request(tool, params))).bytes).equals(made.bytes)).toBe(true);
  });

  test('no two of these tools make the same picture', async () => {
    const made = await Promise.all(tools.map(async ([tool, params]) => run(await request(tool, params))));
    expect(new Set(made.map(({ bytes }) => Buffer.from(bytes).toString('base64'))).size).toBe(tools.length);
  });

  test.each([
    ['a PNG stays a PNG', png, 'image/png', 320, 240],
    ['transparency is kept', transparentPng, 'image/png', 320, 240],
    ['a turned photo comes out upright', turnedJpeg, 'image/jpeg', 240, 320],
  ] as const)('%s', async (_, input, type, width, height) => {
    for (const tool of ['hair-color-changer', 'background-swap', 'photo-filter']) {
      const made = await run(await request(tool, { filter: 'sepia' }, { input, type }));
      expect(await checkOutput(made, 'image')).toMatchObject({ contentType: type, width, height });
    }
  });

  test('what is larger than 4096 pixels is made smaller', async () => {
    const large = () =>
      sharp({ create: { width: 5_000, height: 1_000, channels: 3, background: '#373' } })
        .jpeg()
        .toBuffer();
    const made = await run(await request('photo-filter', { filter: 'sepia' }, { input: large }));
    expect(await checkOutput(made, 'image')).toMatchObject({ width: 4_096, height: 819 });
  });

  test('a prompt alone makes a picture too', async () => {
    const made = await run({ ...(await request('prompt-image', { prompt: 'a red kite' })), inputs: [] });
    const other = await run({ ...(await request('prompt-image', { prompt: 'a blue kite' })), inputs: [] });
    expect(await checkOutput(made, 'image')).toMatchObject({ contentType: 'image/png', width: 1_024, height: 1_024 });
    expect(Buffer.from(made.bytes).equals(other.bytes)).toBe(false);
  });

  test('an input that is no picture can never succeed', async () => {
    const text = async () => Buffer.from('no picture');
    await expect(run(await request('photo-filter', {}, { input: text }))).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('models that misbehave', () => {
  test.each([
    ['sandbox-fail', 'fatal'],
    ['sandbox-blocked', 'blocked'],
    ['sandbox-missing', 'next-model'],
    ['sandbox-flaky', 'transient'],
  ])('%s: %s', async (model, kind) => {
    const failing = run(await request('photo-filter', {}, { model }));
    await expect(failing).rejects.toBeInstanceOf(ProviderError);
    await expect(failing).rejects.toMatchObject({ kind });
  });

  test('sandbox-flaky succeeds with the second attempt', async () => {
    const made = await run(await request('photo-filter', {}, { model: 'sandbox-flaky', attempt: 2 }));
    expect(made.contentType).toBe('image/jpeg');
  });

  test('sandbox-slow stops at once when it is told to', async () => {
    const signal = AbortSignal.abort();
    await expect(run({ ...(await request('photo-filter', {}, { model: 'sandbox-slow' })), signal })).rejects.toThrow(
      /abort/i,
    );
  });
});

describe('what a provider made is not believed', () => {
  const file = async (change: object) => ({
    kind: 'image' as const,
    contentType: 'image/jpeg',
    bytes: await jpeg(),
    ...change,
  });
  test.each([
    [
      'another kind than the tool promises',
      { kind: 'json', contentType: 'application/json', bytes: Buffer.from('{}') },
    ],
    ['bytes of another type', { contentType: 'image/png' }],
    ['a type that nobody knows', { contentType: 'image/x-unknown' }],
    ['half a picture header', { bytes: Buffer.from([0xff, 0xd8, 0xff, 0xe0]) }],
    ['nothing', { bytes: Buffer.alloc(0) }],
    ['more than 16 MB', { bytes: Buffer.alloc(16 * 1024 * 1024 + 1) }],
  ])('%s', async (_, change) => {
    await expect(checkOutput((await file(change)) as never, 'image')).rejects.toMatchObject({ kind: 'next-model' });
  });

  test('JSON that is none', async () => {
    const made = { kind: 'json' as const, contentType: 'application/json', bytes: Buffer.from('{"a":') };
    await expect(checkOutput(made, 'json')).rejects.toMatchObject({ kind: 'next-model' });
  });
});
