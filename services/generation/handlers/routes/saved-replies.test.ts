import { beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { jobStream } from '../../domain/job.ts';
import { maxSavedReplies } from '../../storage/saved-replies.ts';
import { apiWorld, stranger } from '../../test/api-world.ts';
import { owner } from '../../test/memory.ts';

let here = apiWorld();
beforeEach(() => {
  here = apiWorld();
});
const post = (body: object, key?: string, user = owner) =>
  here.call({
    method: 'POST',
    path: '/v1/saved-replies',
    body,
    user,
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });
const generation = async (key = 'key-1', user = owner) => (await here.create({ tool: 'song' }, key, user)).body.id;
const listed = async (query: Record<string, string> = {}, user = owner) =>
  (await here.call({ path: '/v1/saved-replies', query, user })).body.data.map(({ id }: { id: string }) => id);

describe('FS6 saved replies', () => {
  test('are kept, read, listed by their generation, and removed', async () => {
    const generation_id = await generation();
    const sent = { text: 'Same time tomorrow?', generation_id, note: 'for Sam' };
    const { status, body } = await post(sent);
    expect([status, body]).toEqual([
      201,
      { ...sent, id: expect.stringMatching(/^rpl_/), created_at: expect.any(String) },
    ]);
    const { body: bare } = await post({ text: 'Hello' });
    expect(bare).toMatchObject({ note: null, generation_id: null });
    expect((await here.at(`/v1/saved-replies/${body.id}`)).body).toEqual(body);
    expect(await listed()).toEqual([bare.id, body.id]);
    expect(await listed({ generation_id })).toEqual([body.id]);
    expect((await here.at(`/v1/saved-replies/${body.id}`, 'DELETE')).status).toBe(204);
    for (const method of ['GET', 'DELETE'])
      expect((await here.at(`/v1/saved-replies/${body.id}`, method)).status).toBe(404);
  });

  test('are of one’s own generations, and stay when these are removed', async () => {
    const id = await generation();
    const { body } = await post({ text: 'x', generation_id: id });
    for (const answer of [
      await post({ text: 'x', generation_id: id }, undefined, stranger),
      await post({ text: 'x', generation_id: newId('gen') }),
    ])
      expect(answer).toMatchObject({ status: 404, body: { errors: [{ pointer: '/body/generation_id' }] } });
    const meta = { actor: 'user-1', correlationId: 'c-1' };
    const at = new Date().toISOString();
    for (const type of ['CancelJob', 'RemoveJob'] as const)
      await here.handleJob(jobStream(owner, id), { type, at }, meta);
    expect((await here.at(`/v1/saved-replies/${body.id}`)).body.generation_id).toBe(id);
    expect((await post({ text: 'y', generation_id: id })).status).toBe(404);
  });

  test('with the same key are kept once; another body is 422, one removed since 409', async () => {
    const sent = { text: 'x', generation_id: await generation() };
    const { body } = await post(sent, 'key-1');
    expect((await post(sent, 'key-1')).body).toEqual(body);
    expect((await post({ text: 'y' }, 'key-1')).status).toBe(422);
    await here.at(`/v1/saved-replies/${body.id}`, 'DELETE');
    expect((await post(sent, 'key-1')).body.type).toBe('urn:tessera:problem:reply-removed');
    expect(await listed()).toEqual([]);
  });

  test('I8 are not there for anybody else', async () => {
    const { body } = await post({ text: 'x' });
    for (const user of [stranger, { ...owner, app: 'product-studio' }]) {
      for (const method of ['GET', 'DELETE'])
        expect((await here.at(`/v1/saved-replies/${body.id}`, method, user)).status).toBe(404);
      expect(await listed({}, user)).toEqual([]);
    }
    expect(await listed()).toEqual([body.id]);
  });

  test('no more than 1000', async () => {
    const createdAt = new Date().toISOString();
    for (let n = 0; n < maxSavedReplies; n += 1)
      await here.savedReplies.create(owner, { id: newId('rpl'), text: `${n}`, createdAt });
    expect(await post({ text: 'one more' })).toMatchObject({
      status: 409,
      body: { title: 'No more replies can be saved' },
    });
    expect((await post({ text: 'x' }, undefined, stranger)).status).toBe(201);
  });

  test.each([
    ['no text', {}, '/body/text'],
    ['a blank text', { text: ' ' }, '/body/text'],
    ['a long text', { text: 'x'.repeat(4_001) }, '/body/text'],
    ['a long note', { text: 'x', note: 'x'.repeat(501) }, '/body/note'],
    ['an id of something else', { text: 'x', generation_id: newId('ast') }, '/body/generation_id'],
    ['an unknown field', { text: 'x', title: 'x' }, '/body/title'],
  ])('%s is refused with a pointer', async (_, body, pointer) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });
});
