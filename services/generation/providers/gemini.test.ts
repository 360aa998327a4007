import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gemini } from './gemini.ts';
import type { Finished, ProviderRequest } from './provider.ts';
import { describeOneCall, key, outcomeOf, picture, pixel, requestFor, textOf } from './testing/one-call.ts';
import { type ProviderServer, startProviderServer } from './testing/provider-server.ts';

const provider = (base_url: string) => gemini.create({ api_key: key, base_url });
const answerOf = (parts: object[], change: object = {}) => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
  usageMetadata: {
    promptTokenCount: 264,
    candidatesTokenCount: 1_290,
    thoughtsTokenCount: 110,
    totalTokenCount: 1_664,
  },
  modelVersion: 'gemini-2.5-flash-image',
  responseId: 'r-1',
  ...change,
});
const inlineData = (data: string) => ({ inlineData: { mimeType: 'image/png', data } });
const pixelPart = inlineData(pixel.toString('base64'));
const statuses: Record<number, string> = { 400: 'INVALID_ARGUMENT', 404: 'NOT_FOUND', 429: 'RESOURCE_EXHAUSTED' };

describeOneCall({
  name: 'gemini',
  provider,
  error: (code, message) => ({ error: { code, message, status: statuses[code] ?? 'UNKNOWN' } }),
  picture: (base64) => answerOf([inlineData(base64)]),
});

let server: ProviderServer;
beforeAll(async () => {
  server = await startProviderServer();
});
afterAll(() => server.close());
const run = async (request: ProviderRequest) => (await provider(server.url).start(request)) as Finished;
const sent = () => {
  const { body, ...rest } = server.received.at(-1) ?? { body: Buffer.alloc(0) };
  return { ...rest, body: JSON.parse(body.toString('utf8')) };
};

describe('what is asked', () => {
  test('gemini: NB5 SP11 words and a picture make a picture → finished, with its tokens', async () => {
    server.answer({ body: answerOf([{ text: 'Here it is.' }, pixelPart]) });
    const params = { prompt: 'a red kite', aspect_ratio: '16:9' };
    const made = await run(requestFor('image', { model: 'gemini-2.5-flash-image', params, inputs: [picture] }));
    expect(made).toEqual({
      status: 'finished',
      files: [{ kind: 'image', contentType: 'image/png', bytes: pixel }],
      usage: { inputTokens: 264, outputTokens: 1_400, model: 'gemini-2.5-flash-image' },
    });
    expect(sent()).toMatchObject({
      method: 'POST',
      path: '/v1beta/models/gemini-2.5-flash-image:generateContent',
      headers: { 'x-goog-api-key': key },
    });
    expect(sent().body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'A red kite.' }, pixelPart] }],
      generationConfig: { responseModalities: ['IMAGE'], imageConfig: { aspectRatio: '16:9' } },
    });
  });

  test('gemini: SP12 a reading of a face → finished, as JSON by the schema', async () => {
    const resultSchema = { type: 'object', properties: { face_shape: { type: 'string' } }, required: ['face_shape'] };
    server.answer({ body: answerOf([{ text: '{ "face_shape":' }, { text: ' "oval" }\n' }]) });
    const made = await run(requestFor('json', { resultSchema, inputs: [picture] }));
    expect(made.files).toMatchObject([{ kind: 'json', contentType: 'application/json' }]);
    expect(textOf(made)).toBe('{"face_shape":"oval"}');
    expect(sent().body.generationConfig).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: resultSchema,
      maxOutputTokens: 16_384,
    });
  });

  test('gemini: a text → finished, without the thoughts', async () => {
    server.answer({ body: answerOf([{ text: 'I think…', thought: true }, { text: 'Row, row,' }, { text: ' row.' }]) });
    const made = await run(requestFor('text'));
    expect(made.files).toMatchObject([{ kind: 'text', contentType: 'text/plain' }]);
    expect(textOf(made)).toBe('Row, row, row.');
    expect(sent().body.generationConfig).toEqual({ responseMimeType: 'text/plain', maxOutputTokens: 16_384 });
  });

  test('gemini: what the definition says goes over what is sent otherwise, the rest stays', async () => {
    server.answer({ body: answerOf([pixelPart]) });
    const input = { generationConfig: { imageConfig: { imageSize: '2K' }, temperature: 0.2 }, cachedContent: 'c/1' };
    await run(requestFor('image', { input, params: { aspect_ratio: '1:1' } }));
    expect(sent().body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'A red kite.' }] }],
      generationConfig: {
        responseModalities: ['IMAGE'],
        imageConfig: { aspectRatio: '1:1', imageSize: '2K' },
        temperature: 0.2,
      },
      cachedContent: 'c/1',
    });
  });
});

describe('what is answered', () => {
  test('gemini: several pictures → all of them, 8 at most; sketches do not count', async () => {
    server.answer({ body: answerOf([{ ...pixelPart, thought: true }, pixelPart, pixelPart]) });
    expect((await run(requestFor('image'))).files).toHaveLength(2);
    server.answer({ body: answerOf(Array.from({ length: 9 }, () => pixelPart)) });
    expect((await run(requestFor('image'))).files).toHaveLength(8);
  });

  test.each([
    ['no counts', undefined, {}],
    ['counts that make no sense', { promptTokenCount: -1, candidatesTokenCount: 'many' }, {}],
    ['no thoughts', { promptTokenCount: 3, candidatesTokenCount: 4 }, { inputTokens: 3, outputTokens: 4 }],
  ])('gemini: %s → finished, and nothing is invented', async (_, usageMetadata, usage) => {
    server.answer({ body: answerOf([pixelPart], { usageMetadata, modelVersion: undefined }) });
    expect((await run(requestFor('image'))).usage).toEqual(usage);
  });

  const stopped = (finishReason: string, parts: object[] = []) => ({
    candidates: [{ finishReason, content: { parts } }],
  });
  test.each<[given: string, outcome: string, output: 'image' | 'json' | 'text', body: object]>([
    ['a prompt that is refused', 'blocked', 'image', { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }],
    ['SAFETY', 'blocked', 'text', stopped('SAFETY', [{ text: 'Row,' }])],
    ['IMAGE_SAFETY', 'blocked', 'image', stopped('IMAGE_SAFETY', [pixelPart])],
    ['IMAGE_PROHIBITED_CONTENT', 'blocked', 'image', stopped('IMAGE_PROHIBITED_CONTENT')],
    ['RECITATION', 'blocked', 'json', stopped('RECITATION')],
    ['NO_IMAGE', 'next-model', 'image', stopped('NO_IMAGE')],
    ['words in place of a picture', 'next-model', 'image', stopped('STOP', [{ text: 'I cannot draw.' }])],
    ['no candidates', 'next-model', 'image', { candidates: [] }],
    ['a text cut off', 'next-model', 'text', stopped('MAX_TOKENS', [{ text: 'Row,' }])],
    ['no words', 'next-model', 'text', stopped('STOP', [{ text: ' \n' }])],
    ['JSON in a fence', 'next-model', 'json', stopped('STOP', [{ text: '```json\n{}\n```' }])],
    ['JSON that is no object', 'next-model', 'json', stopped('STOP', [{ text: '["oval"]' }])],
    ['JSON cut off', 'next-model', 'json', stopped('STOP', [{ text: '{"face_shape":' }])],
  ])('gemini: %s → %s', async (_, outcome, output, body) => {
    server.answer({ body });
    expect(await outcomeOf(run(requestFor(output)))).toBe(outcome);
  });

  const google = (code: number, status: string, details: object[] = []) => ({
    status: code,
    body: { error: { code, status, message: 'raw', details } },
  });
  const info = (reason: string) => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason });
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '36.5s' };
  test.each([
    ['400 for a key that is none', 'fatal', google(400, 'INVALID_ARGUMENT', [info('API_KEY_INVALID')])],
    ['400 for a place that is not served', 'fatal', google(400, 'FAILED_PRECONDITION')],
    ['429 that says when', 'next-model, 37 s', google(429, 'RESOURCE_EXHAUSTED', [info('RATE_LIMIT_EXCEEDED'), retry])],
  ])('gemini: %s → %s', async (_, outcome, answer) => {
    server.answer(answer);
    expect(await outcomeOf(run(requestFor('image')))).toBe(outcome);
  });

  test('gemini: a model that the SDK will not name → invalid', async () => {
    expect(await outcomeOf(run(requestFor('image', { model: '../files' })))).toBe('invalid');
  });
});

test.each([
  ['a key', { api_key: key }, true],
  ['no key', {}, false],
  ['a key with a line break, which no header takes', { api_key: `${key}\n` }, false],
  ['an address that can be listened to', { api_key: key, base_url: 'http://example.com' }, false],
  ['a word too many', { api_key: key, project: 'p' }, false],
])('gemini: credentials of %s', (_, given, isUsable) => {
  expect(gemini.credentials.safeParse(given).success).toBe(isUsable);
});
