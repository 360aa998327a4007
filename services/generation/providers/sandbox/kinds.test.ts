import { describe, expect, test } from '@jest/globals';
import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';
import * as z from 'zod';
import { checkOutput } from '../../media/check-output.ts';
import { sandbox } from '../sandbox.ts';
import { filesOf, jsonOf, request, run } from './testing/request.ts';

describe('other kinds', () => {
  test('face analysis is JSON measured from the picture', async () => {
    const made = await run(await request('face-analysis', {}, { output: 'json' }));
    await checkOutput(made, 'json');
    expect(JSON.parse(Buffer.from(made.bytes).toString('utf8'))).toMatchObject({
      width: 320,
      height: 240,
      brightness: expect.any(Number),
      dominant_color: expect.stringMatching(/^#[0-9a-f]{6}$/),
      face_shape: expect.any(String),
    });
  });

  test('BM3 lyrics speak of the parameters, in verses and a chorus', async () => {
    const made = await run(await request('lyrics', { theme: 'a bear at sea' }, { output: 'text' }));
    await checkOutput(made, 'text');
    const text = Buffer.from(made.bytes).toString('utf8');
    expect(text).toContain('a bear at sea');
    expect(text.match(/^\[.+\]$/gm)).toEqual(['[Verse 1]', '[Chorus]', '[Verse 2]', '[Chorus]']);
  });

  test('audio is a WAV file', async () => {
    const made = await run(await request('song', {}, { output: 'audio' }));
    expect(await checkOutput(made, 'audio')).toMatchObject({ contentType: 'audio/wav', bytes: 44 + 16 * 5_513 * 2 });
  });

  test('BM2 lyrics are sung twice, under the title', async () => {
    const params = { title: 'Bear', lyrics: 'A bear at sea' };
    const takes = filesOf(await sandbox.start(await request('song', params, { output: 'audio' })));
    expect(takes.map(({ title, durationSeconds }) => [title, durationSeconds])).toEqual([
      ['Bear', 4],
      ['Bear (2)', 4],
    ]);
    expect(Buffer.from(takes[0]?.bytes ?? []).equals(takes[1]?.bytes ?? new Uint8Array())).toBe(false);
  });
});

test.each([
  ['1:1', 1_024, 1_024],
  ['3:4', 864, 1_152],
  ['4:3', 1_152, 864],
  ['9:16', 720, 1_280],
  ['16:9', 1_280, 720],
  ['toString', 1_024, 1_024],
])('NB5 a picture of nothing but words has the shape %s', async (aspect_ratio, width, height) => {
  const asked = { ...(await request('image-generation', { prompt: 'a kite', aspect_ratio })), inputs: [] };
  expect(await sharp((await run(asked)).bytes).metadata()).toMatchObject({ width, height });
});

/** The elements of an EBML file by their ids, those inside others included. */
const elements = (file: Buffer): { id: string; content: Buffer }[] => {
  const found: { id: string; content: Buffer }[] = [];
  const masters = ['1a45dfa3', '18538067', '1549a966', '1654ae6b', 'ae', 'e0', '1f43b675'];
  for (let at = 0; at < file.length; ) {
    const idBytes = Math.clz32(file[at] ?? 0) - 23;
    const id = file.toString('hex', at, at + idBytes);
    const size = file.readUInt32BE(at + idBytes) - 0x10000000;
    const content = file.subarray(at + idBytes + 4, at + idBytes + 4 + size);
    found.push({ id, content }, ...(masters.includes(id) ? elements(content) : []));
    at += idBytes + 4 + size;
  }
  return found;
};
/** A VP8 frame as the WebP that it came from. */
const webpOf = (frame: Buffer): Buffer => {
  const lead = Buffer.from('RIFF....WEBPVP8 ....', 'latin1');
  lead.writeUInt32LE(12 + frame.length, 4);
  lead.writeUInt32LE(frame.length, 16);
  return Buffer.concat([lead, frame]);
};

describe('PP15 clips', () => {
  test('are WebM files of a second whose frames are the picture, nearer and nearer', async () => {
    const made = await run(await request('product-video', {}, { output: 'video' }));
    expect(await fileTypeFromBuffer(made.bytes)).toEqual({ ext: 'webm', mime: 'video/webm' });
    expect(await checkOutput(made, 'video')).toMatchObject({ contentType: 'video/webm' });
    expect(made.durationSeconds).toBeCloseTo(1, 1);
    const blocks = elements(Buffer.from(made.bytes)).filter(({ id }) => id === 'a3');
    expect(blocks.map(({ content }) => content.readInt16BE(1))).toEqual(Array.from({ length: 12 }, (_, n) => n * 84));
    const frames = await Promise.all(
      [0, 11].map((n) =>
        sharp(webpOf(blocks[n]?.content.subarray(4) ?? Buffer.alloc(0)))
          .raw()
          .toBuffer({ resolveWithObject: true }),
      ),
    );
    for (const { info } of frames) expect(info).toMatchObject({ width: 320, height: 240 });
    expect(frames[0]?.data.equals(frames[1]?.data ?? Buffer.alloc(0))).toBe(false);
  });

  test('are the same every time; sizes are even; without a picture there is one of its own', async () => {
    const odd = () =>
      sharp({ create: { width: 33, height: 21, channels: 3, background: '#373' } })
        .png()
        .toBuffer();
    const film = await request('product-video', {}, { output: 'video', input: odd, type: 'image/png' });
    const made = await run(film);
    expect(Buffer.from((await run(film)).bytes).equals(made.bytes)).toBe(true);
    const width = elements(Buffer.from(made.bytes))
      .find(({ id }) => id === 'b0')
      ?.content.readUInt32BE(0);
    expect(width).toBe(32);
    expect((await run({ ...film, inputs: [] })).contentType).toBe('video/webm');
  });

  test('an input that is no picture can never succeed', async () => {
    const text = async () => Buffer.from('no picture');
    await expect(run(await request('film', {}, { output: 'video', input: text }))).rejects.toMatchObject({
      kind: 'invalid',
    });
  });
});

describe('JSON by the tool’s schema', () => {
  const resultSchema = {
    type: 'object',
    additionalProperties: false,
    required: ['mood', 'score', 'share', 'tone', 'replies', 'brightness', 'accent_hex', 'sure', 'kind', 'note'],
    properties: {
      mood: { type: 'string', enum: ['warm', 'cold'] },
      score: { type: 'integer', minimum: 1, maximum: 5 },
      share: { type: 'number', minimum: 0, maximum: 1 },
      tone: { type: 'string', enum: ['witty', 'sincere'] },
      replies: {
        type: 'array',
        minItems: 2,
        items: { type: 'object', properties: { text: { $ref: '#/$defs/line' } }, required: ['text'] },
      },
      brightness: { type: 'number' },
      accent_hex: { type: 'string', pattern: '^#[0-9a-f]{6}$' },
      sure: { type: 'boolean' },
      kind: { const: 'chat' },
      note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    },
    $defs: { line: { type: 'string', minLength: 10, maxLength: 80 } },
  };

  test('FS12 fits the schema, is the same every time, and another for another request', async () => {
    const asked = { ...(await request('short-chat', { tone: 'sincere' }, { output: 'json' })), resultSchema };
    const made = jsonOf(await run(asked));
    expect(z.fromJSONSchema(resultSchema as never).safeParse(made).success).toBe(true);
    expect(made).toMatchObject({ tone: 'sincere', brightness: expect.any(Number) });
    expect(jsonOf(await run(asked))).toEqual(made);
    expect(jsonOf(await run({ ...asked, params: { tone: 'sincere', question: 'and?' } }))).not.toEqual(made);
  });

  test('a schema that asks for more than it knows is refused', async () => {
    const pattern = {
      type: 'object',
      properties: { code: { type: 'string', pattern: '^[A-Z]{3}$' } },
      required: ['code'],
    };
    const asked = { ...(await request('codes', {}, { output: 'json' })), resultSchema: pattern };
    await expect(run(asked)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('X3 usage', () => {
  test('words are counted in tokens, in and out', async () => {
    const { usage } = (await sandbox.start({
      ...(await request('face-analysis', {}, { output: 'json' })),
      instruction: 'x'.repeat(41),
    })) as { usage: object };
    expect(usage).toEqual({ inputTokens: 11 + 258, outputTokens: expect.any(Number), model: 'sandbox-1' });
  });
  test('pictures in time', async () => {
    const answer = await sandbox.start(await request('photo-filter', { filter: 'sepia' }));
    expect(answer).toMatchObject({ usage: { computeMs: expect.any(Number), model: 'sandbox-1' } });
  });
});
