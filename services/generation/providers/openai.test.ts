import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openai } from './openai.ts';
import type { Finished, ProviderRequest } from './provider.ts';
import { describeOneCall, key, outcomeOf, picture, pixel, requestFor, textOf } from './testing/one-call.ts';
import { type ProviderServer, startProviderServer } from './testing/provider-server.ts';

const api = (url: string) => openai.create({ api_key: key, base_url: `${url}/v1`, images: 'images-api' });
const gateway = (url: string) => openai.create({ api_key: key, base_url: `${url}/v1`, images: 'chat' });
const base64 = pixel.toString('base64');
const dataUrl = `data:image/png;base64,${base64}`;

const error = (_: number, message: string, change: object = {}) => ({
  error: { message, type: 'invalid_request_error', param: null, code: null, ...change },
});
const images = (data: object[], change: object = {}) => ({
  created: 1_795_000_000,
  data,
  output_format: 'png',
  usage: { input_tokens: 50, output_tokens: 1_056, total_tokens: 1_106 },
  ...change,
});
const chat = (message: object, finish_reason = 'stop', change: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_795_000_000,
  model: 'gpt-5-mini-2025-08-07',
  choices: [{ index: 0, message: { role: 'assistant', content: null, refusal: null, ...message }, finish_reason }],
  usage: { prompt_tokens: 19, completion_tokens: 10, total_tokens: 29 },
  ...change,
});
const pictured = (url: string) => chat({ content: 'Here it is.', images: [{ type: 'image_url', image_url: { url } }] });

describeOneCall({ name: 'openai', provider: api, error, picture: (b64_json) => images([{ b64_json }]) });
describeOneCall({
  name: 'openai by a gateway',
  provider: gateway,
  error,
  picture: (data) => pictured(`data:image/png;base64,${data}`),
});

let server: ProviderServer;
beforeAll(async () => {
  server = await startProviderServer();
});
afterAll(() => server.close());
const run = async (request: ProviderRequest, by = api) => (await by(server.url).start(request)) as Finished;
const last = () => {
  const received = server.received.at(-1);
  if (!received) throw new Error('nothing was sent');
  return received;
};
const sentBody = () => JSON.parse(last().body.toString('utf8'));
const pngFile = { kind: 'image', contentType: 'image/png', bytes: pixel };

describe('pictures', () => {
  test('openai: words make a picture → finished, with its tokens', async () => {
    server.answer({ body: images([{ b64_json: base64 }]) });
    const made = await run(requestFor('image', { model: 'gpt-image-1', input: { size: '1536x1024' } }));
    expect(made).toEqual({
      status: 'finished',
      files: [pngFile],
      usage: { inputTokens: 50, outputTokens: 1_056 },
    });
    expect(last()).toMatchObject({
      method: 'POST',
      path: '/v1/images/generations',
      headers: { authorization: `Bearer ${key}` },
    });
    expect(sentBody()).toEqual({ model: 'gpt-image-1', prompt: 'A red kite.', size: '1536x1024' });
  });

  test.each([
    [1, ['image']],
    [2, ['image[]', 'image[]']],
  ])('openai: words and %d pictures make a picture → finished', async (count, fields) => {
    server.answer({ body: images([{ b64_json: base64 }]) });
    const inputs = Array.from({ length: count }, () => picture);
    await run(requestFor('image', { inputs, input: { quality: 'low' } }));
    const { path, headers, body } = last();
    expect(path).toBe('/v1/images/edits');
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': headers['content-type'] ?? '' },
    }).formData();
    const files = [...form].filter(([, value]) => typeof value !== 'string');
    expect(files.map(([name]) => name)).toEqual(fields);
    const [, file] = files[0] as [string, File];
    expect([file.name, file.type]).toEqual(['input-1.png', 'image/png']);
    expect(Buffer.from(await file.arrayBuffer()).equals(pixel)).toBe(true);
    expect([form.get('model'), form.get('prompt'), form.get('quality')]).toEqual(['model-1', 'A red kite.', 'low']);
  });

  test('openai: a picture that lies elsewhere → finished, to be fetched', async () => {
    server.answer({ body: images([{ url: 'https://files.example.com/1.png' }], { usage: null }) });
    expect(await run(requestFor('image'))).toEqual({
      status: 'finished',
      files: [{ kind: 'image', url: 'https://files.example.com/1.png' }],
      usage: {},
    });
  });

  test('openai by a gateway: a chat makes a picture → finished, with its tokens and model', async () => {
    server.answer({ body: pictured(dataUrl) });
    const made = await run(requestFor('image', { inputs: [picture] }), gateway);
    expect(made).toEqual({
      status: 'finished',
      files: [pngFile],
      usage: { inputTokens: 19, outputTokens: 10, model: 'gpt-5-mini-2025-08-07' },
    });
    expect(last().path).toBe('/v1/chat/completions');
    expect(sentBody()).toEqual({
      model: 'model-1',
      modalities: ['image', 'text'],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'A red kite.' },
            { type: 'image_url', image_url: { url: dataUrl } },
          ],
        },
      ],
    });
  });

  test.each([
    ['a picture that lies elsewhere', 'finished', pictured('https://files.example.com/1.png')],
    ['a picture that can be listened to', 'next-model', pictured('http://files.example.com/1.png')],
    ['a picture at no address', 'next-model', pictured('1.png')],
    ['words in place of a picture', 'next-model', chat({ content: 'I cannot draw.' })],
    ['a refusal in place of a picture', 'blocked', chat({ refusal: 'raw' })],
  ])('openai by a gateway: %s → %s', async (_, outcome, body) => {
    server.answer({ body });
    expect(await outcomeOf(run(requestFor('image'), gateway))).toBe(outcome);
  });
});

describe('words', () => {
  const words = { model: 'model-1', max_completion_tokens: 16_384 };
  const user = { role: 'user', content: 'A red kite.' };

  test('openai: FS12 a text → finished, with its tokens and model', async () => {
    server.answer({ body: chat({ content: 'Row, row, row.' }) });
    const made = await run(requestFor('text', { input: { temperature: 0.4 } }));
    expect(made).toMatchObject({
      files: [{ kind: 'text', contentType: 'text/plain' }],
      usage: { inputTokens: 19, outputTokens: 10, model: 'gpt-5-mini-2025-08-07' },
    });
    expect(textOf(made)).toBe('Row, row, row.');
    expect(last()).toMatchObject({ path: '/v1/chat/completions', headers: { authorization: `Bearer ${key}` } });
    expect(sentBody()).toEqual({ ...words, messages: [user], temperature: 0.4 });
  });

  test('openai: FS12 SP12 JSON by a schema → finished', async () => {
    const schema = { type: 'object', properties: { face_shape: { type: 'string' } } };
    server.answer({ body: chat({ content: '{ "face_shape": "oval" }\n' }) });
    expect(textOf(await run(requestFor('json', { resultSchema: schema })))).toBe('{"face_shape":"oval"}');
    const response_format = { type: 'json_schema', json_schema: { name: 'result', schema } };
    expect(sentBody()).toEqual({ ...words, messages: [user], response_format });
  });

  test('openai: JSON without a schema → finished, and a message speaks of JSON', async () => {
    server.answer({ body: chat({ content: '{}' }) });
    await run(requestFor('json'));
    const system = { role: 'system', content: expect.stringContaining('JSON') };
    expect(sentBody()).toEqual({ ...words, messages: [system, user], response_format: { type: 'json_object' } });
  });

  test.each<[given: string, outcome: string, output: 'json' | 'text', body: object]>([
    ['content_filter', 'blocked', 'text', chat({ content: 'Row,' }, 'content_filter')],
    ['a refusal', 'blocked', 'json', chat({ refusal: 'raw: I am sorry' })],
    ['no choices', 'next-model', 'text', chat({}, 'stop', { choices: [] })],
    ['an error under 200', 'next-model', 'text', error(502, 'raw')],
    ['a text cut off', 'next-model', 'text', chat({ content: 'Row,' }, 'length')],
    ['no words', 'next-model', 'text', chat({ content: '' })],
    ['JSON in a fence', 'next-model', 'json', chat({ content: '```json\n{}\n```' })],
    ['JSON that is no object', 'next-model', 'json', chat({ content: '"oval"' })],
    ['JSON cut off', 'next-model', 'json', chat({ content: '{"face_shape":' })],
    [
      'counts that make no sense',
      'finished',
      'text',
      chat({ content: 'Row.' }, 'stop', { usage: { prompt_tokens: -1 } }),
    ],
  ])('openai: %s → %s', async (_, outcome, output, body) => {
    server.answer({ body });
    expect(await outcomeOf(run(requestFor(output)))).toBe(outcome);
  });
});

test.each<[status: number, code: string, outcome: string, change: object]>([
  [400, 'moderation_blocked', 'blocked', { type: 'image_generation_user_error' }],
  [400, 'content_policy_violation', 'blocked', {}],
  [400, 'content_filter', 'blocked', {}],
  [403, 'reasons of moderation', 'blocked', { code: 403, metadata: { reasons: ['violence'], flagged_input: 'raw' } }],
  [429, 'insufficient_quota', 'fatal', {}],
  [400, 'billing_hard_limit_reached', 'fatal', {}],
  [403, 'model_not_found', 'next-model', {}],
  [429, 'rate_limit_exceeded', 'next-model', { type: 'requests' }],
  [400, 'context_length_exceeded', 'invalid', {}],
])('openai: %d with %s → %s', async (status, code, outcome, change) => {
  server.answer({ status, body: error(status, 'raw', { code, ...change }) });
  expect(await outcomeOf(run(requestFor('image')))).toBe(outcome);
});

test.each([
  ['a key', { api_key: key }, true],
  ['a gateway', { api_key: key, base_url: 'https://gateway.example.com/v1', images: 'chat' }, true],
  ['a key with a space, which would end in a message', { api_key: `${key} ` }, false],
  ['an address that can be listened to', { api_key: key, base_url: 'http://example.com' }, false],
  ['a manner that is none', { api_key: key, images: 'mail' }, false],
])('openai: credentials of %s', (_, given, isUsable) => {
  expect(openai.credentials.safeParse(given).success).toBe(isUsable);
});
