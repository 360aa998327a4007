import { beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { jobStream } from '../../domain/job.ts';
import { maxPrompts } from '../../storage/prompt-table.ts';
import { apiWorld, stranger } from '../../test/api-world.ts';
import { jpeg } from '../../test/images.ts';
import { owner, readyAsset } from '../../test/memory.ts';

let here = apiWorld();
beforeEach(() => {
  here = apiWorld();
});
const post = (body: object, key?: string, user = owner) =>
  here.call({
    method: 'POST',
    path: '/v1/prompts',
    body,
    user,
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });
const patch = (id: string, body: object, user = owner) =>
  here.call({ method: 'PATCH', path: `/v1/prompts/${id}`, body, user });
const get = (id: string, user = owner) => here.at(`/v1/prompts/${id}`, 'GET', user);
const photo = async (user = owner) => readyAsset(here, await jpeg(), user);
const pointers = ({ body }: { body: { errors: { pointer: string }[] } }) => body.errors.map(({ pointer }) => pointer);

describe('NB4 POST /v1/prompts', () => {
  test('keeps title, text and two pictures', async () => {
    const [front, back] = [await photo(), await photo()];
    const sent = { title: 'Rain', text: 'a cat', thumbnail_asset_id: front, second_image_asset_id: back };
    const { status, body } = await post(sent);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...sent,
      id: expect.stringMatching(/^prm_/),
      thumbnail: { url: expect.stringContaining(front), url_expires_at: expect.any(String) },
      second_image: { url: expect.stringContaining(back), url_expires_at: expect.any(String) },
      created_at: expect.any(String),
      updated_at: body.created_at,
    });
    const { url_expires_at, ...image } = body.thumbnail;
    expect(await get(body.id)).toMatchObject({ status: 200, body: { ...sent, id: body.id, thumbnail: image } });
  });

  test('needs no more than a text', async () => {
    expect((await post({ text: 'a cat' })).body).toMatchObject({
      title: null,
      text: 'a cat',
      thumbnail_asset_id: null,
      thumbnail: null,
      second_image_asset_id: null,
      second_image: null,
    });
  });

  test('takes 8000 characters of any script', async () => {
    expect((await post({ title: '題'.repeat(200), text: '漢'.repeat(8_000) })).status).toBe(201);
  });

  const wrong: [name: string, body: object, pointer: string][] = [
    ['no text', {}, '/body/text'],
    ['an empty text', { text: '' }, '/body/text'],
    ['a text that is too long', { text: 'x'.repeat(8_001) }, '/body/text'],
    ['a blank text', { text: ' \n' }, '/body/text'],
    ['a NUL', { text: 'a\u0000b' }, '/body/text'],
    ['half a character', { text: 'cat \ud83d' }, '/body'],
    ['an empty title', { text: 'x', title: '' }, '/body/title'],
    ['a title that is too long', { text: 'x', title: 'x'.repeat(201) }, '/body/title'],
    ['something that is no asset', { text: 'x', thumbnail_asset_id: 'gen_1' }, '/body/thumbnail_asset_id'],
    ['an unknown field', { text: 'x', thumbnail_url: 'https://evil.example' }, '/body/thumbnail_url'],
  ];
  test.each(wrong)('%s is refused with a pointer', async (_, body, pointer) => {
    const answer = await post(body);
    expect([answer.status, pointers(answer)]).toEqual([400, [pointer]]);
  });

  test("I8 another user's picture is not there, and nothing is kept", async () => {
    const theirs = await photo(stranger);
    for (const field of ['thumbnail_asset_id', 'second_image_asset_id'])
      for (const id of [theirs, newId('ast')]) {
        const answer = await post({ text: 'x', [field]: id });
        expect([answer.status, pointers(answer)]).toEqual([404, [`/body/${field}`]]);
      }
    expect((await here.at('/v1/prompts')).body.data).toEqual([]);
  });

  test('a picture that is still on its way is told apart: 409', async () => {
    const id = newId('ast');
    await here.assets.create(owner, { id, contentType: 'image/png', bytes: 9, createdAt: '2026-11-20T09:00:00.000Z' });
    const answer = await post({ text: 'x', thumbnail_asset_id: id });
    expect([answer.status, pointers(answer)]).toEqual([409, ['/body/thumbnail_asset_id']]);
  });

  test('no more than 500; one that is removed makes room', async () => {
    let last = '';
    for (let n = 0; n < maxPrompts; n += 1) last = (await post({ text: `${n}` }, `key-${n}`)).body.id;
    const { status, body } = await post({ text: 'one more' });
    expect([status, body.type]).toEqual([409, 'urn:tessera:problem:prompts-too-many']);
    expect((await post({ text: '3' }, 'key-3')).status).toBe(201);
    expect((await post({ text: 'x' }, undefined, stranger)).status).toBe(201);
    await here.at(`/v1/prompts/${last}`, 'DELETE');
    expect((await post({ text: 'one more' })).status).toBe(201);
  });
});

describe('NB4 POST /v1/prompts with a key, repeated', () => {
  test('is the same prompt, also when its picture is gone and it was changed since', async () => {
    const thumbnail = await photo();
    const sent = { text: 'a cat', thumbnail_asset_id: thumbnail };
    const { body } = await post(sent, 'key-1');
    await here.at(`/v1/assets/${thumbnail}`, 'DELETE');
    await patch(body.id, { title: 'Rain' });
    const again = await post(sent, 'key-1');
    expect(again).toMatchObject({ status: 201, body: { id: body.id, title: 'Rain', thumbnail: null } });
    expect((await here.at('/v1/prompts')).body.data).toHaveLength(1);
  });

  test('with another body is 422', async () => {
    await post({ text: 'a cat' }, 'key-1');
    const { status, body } = await post({ text: 'a dog' }, 'key-1');
    expect([status, body.type]).toEqual([422, 'urn:tessera:problem:idempotency-mismatch']);
  });

  test('after the prompt was removed is 409: it does not come back', async () => {
    const { body } = await post({ text: 'a cat' }, 'key-1');
    await here.at(`/v1/prompts/${body.id}`, 'DELETE');
    const again = await post({ text: 'a cat' }, 'key-1');
    expect([again.status, again.body.type]).toEqual([409, 'urn:tessera:problem:prompt-removed']);
    expect((await here.at('/v1/prompts')).body.data).toEqual([]);
  });

  test('without a key it is another prompt, and so it is with the key of another user', async () => {
    const ids = [];
    for (const key of [undefined, undefined, 'key-1']) ids.push((await post({ text: 'a cat' }, key)).body.id);
    ids.push((await post({ text: 'a cat' }, 'key-1', stranger)).body.id);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('NB4 a prompt', () => {
  test('is listed newest first, page by page', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await post({ text: `${n}` }, n % 2 ? `key-${n}` : undefined)).body.id);
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 5; pages += 1) {
      const { body } = await here.call({
        method: 'GET',
        path: '/v1/prompts',
        query: { limit: '2', ...(cursor ? { cursor } : {}) },
      });
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor ?? '';
      if (!cursor) break;
    }
    expect(seen).toEqual(ids);
    expect((await here.at('/v1/prompts', 'GET', stranger)).body).toEqual({ data: [], next_cursor: null });
  });

  test('is changed field by field; null clears, nothing changes nothing', async () => {
    const thumbnail = await photo();
    const { body: first } = await post({ title: 'Rain', text: 'a cat', thumbnail_asset_id: thumbnail });
    const { body: changed } = await patch(first.id, { text: 'a dog' });
    expect(changed).toMatchObject({ title: 'Rain', text: 'a dog', thumbnail_asset_id: thumbnail });
    expect(changed.updated_at >= first.updated_at).toBe(true);
    const cleared = { title: null, thumbnail_asset_id: null };
    expect((await patch(first.id, cleared)).body).toMatchObject({ ...cleared, text: 'a dog', thumbnail: null });
    expect((await patch(first.id, cleared)).status).toBe(200);
    const second = await photo();
    const { body: last } = await patch(first.id, { second_image_asset_id: second });
    expect(last.second_image.url).toContain(second);
    expect((await patch(first.id, {})).body.updated_at).toBe(last.updated_at);
  });

  test.each([
    ['null for the text', { text: null }, 400, '/body/text'],
    ['an unknown field', { id: 'prm_1' }, 400, '/body/id'],
    ['a picture that is not there', { thumbnail_asset_id: newId('ast') }, 404, '/body/thumbnail_asset_id'],
  ])('%s is refused, and nothing changes', async (_, body, status, pointer) => {
    const { body: prompt } = await post({ text: 'a cat' });
    const answer = await patch(prompt.id, { title: 'Rain', ...body });
    expect([answer.status, pointers(answer)]).toEqual([status, [pointer]]);
    expect((await get(prompt.id)).body).toEqual(prompt);
  });

  test('outlives its pictures: they may be removed, and are then not shown', async () => {
    const [front, back] = [await photo(), await photo()];
    const { body } = await post({ text: 'a cat', thumbnail_asset_id: front, second_image_asset_id: back });
    expect((await here.at(`/v1/assets/${front}`, 'DELETE')).status).toBe(204);
    expect((await get(body.id)).body).toMatchObject({
      thumbnail_asset_id: front,
      thumbnail: null,
      second_image: { url: expect.stringContaining(back) },
    });
    expect((await patch(body.id, { title: 'Rain' })).status).toBe(200);
  });

  test('is removed once; then it is not there', async () => {
    const { body } = await post({ text: 'a cat' });
    expect((await here.at(`/v1/prompts/${body.id}`, 'DELETE')).status).toBe(204);
    const answers = [await here.at(`/v1/prompts/${body.id}`, 'DELETE'), await get(body.id), await patch(body.id, {})];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  test("I8 another user's is not there, whatever is done to it", async () => {
    const { body } = await post({ text: 'a cat' });
    const answers = [
      await get(body.id, stranger),
      await patch(body.id, { text: 'mine' }, stranger),
      await here.at(`/v1/prompts/${body.id}`, 'DELETE', stranger),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect((await get(body.id)).body).toEqual(body);
  });
});

describe('NB4 POST /v1/generations with a prompt', () => {
  const text = 'a cat in the rain';
  const kept = async (ofText = text, user = owner) => (await post({ text: ofText }, undefined, user)).body.id as string;
  const paramsOf = async (id: string) => (await here.at(`/v1/generations/${id}`)).body.params;

  test("runs with the prompt's text in the tool's parameter, beside the others", async () => {
    const { status, body } = await here.create({ tool: 'drawn', prompt_id: await kept(), params: { size: 2 } });
    expect(status).toBe(202);
    expect(await paramsOf(body.id)).toEqual({ prompt: text, size: 2 });
  });

  test('keeps the text as it was; the same key and body is the same job', async () => {
    const id = await kept();
    const run = { tool: 'drawn', prompt_id: id };
    const { body } = await here.create(run);
    await patch(id, { text: 'a dog' });
    expect((await here.create(run)).body).toEqual(body);
    await here.at(`/v1/prompts/${id}`, 'DELETE');
    expect((await here.create(run)).body).toEqual(body);
    expect(await paramsOf(body.id)).toEqual({ prompt: text });
    expect(here.holds.size).toBe(1);
    const [event, ...more] = await here.store.read(jobStream(owner, body.id), { limit: 9 });
    expect([event?.event, more]).toMatchObject([{ type: 'JobRequested', params: { prompt: text } }, []]);
  });

  test('the same key with the text in place of the prompt is another request', async () => {
    await here.create({ tool: 'drawn', prompt_id: await kept() });
    expect((await here.create({ tool: 'drawn', params: { prompt: text } })).status).toBe(422);
  });

  const refusals: [name: string, body: (id: string) => object, status: number][] = [
    ['a text as well', (prompt_id) => ({ tool: 'drawn', prompt_id, params: { prompt: 'a dog' } }), 400],
    ['a tool that takes none', (prompt_id) => ({ tool: 'free', prompt_id }), 400],
    ['a prompt that is not there', () => ({ tool: 'drawn', prompt_id: newId('prm') }), 404],
    ['something that is no prompt', () => ({ tool: 'drawn', prompt_id: 'ast_1' }), 400],
  ];
  test.each(refusals)('%s is refused with a pointer, and nothing is held', async (_, body, status) => {
    const answer = await here.create(body(await kept()));
    expect([answer.status, pointers(answer)]).toEqual([status, ['/body/prompt_id']]);
    expect(here.holds.size).toBe(0);
  });

  test('I8 the prompt of another user is not there', async () => {
    const answer = await here.create({ tool: 'drawn', prompt_id: await kept(text, stranger) });
    expect([answer.status, answer.body.type]).toEqual([404, 'urn:tessera:problem:prompt-not-found']);
  });

  test('a text that the tool does not take is said of the prompt', async () => {
    const answer = await here.create({ tool: 'drawn', prompt_id: await kept('x'.repeat(101)) });
    expect([answer.status, pointers(answer)]).toEqual([400, ['/body/prompt_id']]);
  });
});
