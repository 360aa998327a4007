import { beforeEach, describe, expect, test } from '@jest/globals';
import { derivedId, newId } from '#shared/ids.ts';
import { apiWorld, stranger } from '../../test/api-world.ts';
import { jpeg } from '../../test/images.ts';
import { owner, readyAsset } from '../../test/memory.ts';
import { songsIn } from '../../test/songs.ts';

let here = apiWorld();
let songs = songsIn(here);
beforeEach(() => {
  here = apiWorld();
  songs = songsIn(here);
});
const other = { ...owner, app: 'product-studio' };

describe('BM2 variations', () => {
  const variationsOf = async (id: string) =>
    (await here.at(`/v1/generations/${id}/variations`)).body.data.map((one: { id: string }) => one.id);

  test('several takes of one run are outputs of one generation, each with its title and length', async () => {
    const { body } = await songs.read(await songs.song());
    expect(body.outputs).toMatchObject([
      { kind: 'audio', title: 'First take', duration_seconds: 61.5 },
      { kind: 'audio', title: 'Second take', duration_seconds: 61.5 },
    ]);
  });

  test('regenerating runs the same anew, held and priced as any run, and joins the family', async () => {
    const id = await songs.song({ theme: 'sea', title: 'Sea' });
    const first = await songs.regenerate(id, undefined, 'one');
    expect(first).toMatchObject({ status: 202, body: { status: 'queued', cost_credits: 1, remaining_credits: 8 } });
    const second = await songs.regenerate(first.body.id, { params: { theme: 'rain' } }, 'two');
    expect((await songs.read(first.body.id)).body).toMatchObject({
      params: { theme: 'sea', title: 'Sea' },
      variation_of: id,
    });
    expect((await songs.read(second.body.id)).body).toMatchObject({
      tool: 'song',
      params: { theme: 'rain', title: 'Sea' },
      variation_of: id,
    });
    const family = [first.body.id, second.body.id].toSorted();
    for (const member of [id, ...family]) expect((await variationsOf(member)).toSorted()).toEqual(family);
    expect((await songs.list({ variation_of: id })).toSorted()).toEqual(family);
    expect(here.holds.size).toBe(3);
  });

  test('repeated, it is the same job, also when the original is gone by then; another request is 422', async () => {
    const id = await songs.song({ theme: 'sea' });
    const first = await songs.regenerate(id);
    await songs.remove(id);
    expect((await songs.regenerate(id)).body).toEqual(first.body);
    expect((await songs.regenerate(id, { params: { theme: 'x' } })).status).toBe(422);
    expect((await here.create({ tool: 'song', params: { theme: 'sea' } }, 'again')).status).toBe(422);
    expect(here.holds.size).toBe(2);
  });

  test('stay when their original is removed, and go on under its name', async () => {
    const id = await songs.song();
    const { body } = await songs.regenerate(id);
    await songs.remove(id);
    expect((await songs.read(body.id)).body.variation_of).toBe(id);
    const next = await songs.regenerate(body.id, undefined, 'next');
    expect((await variationsOf(body.id)).toSorted()).toEqual([body.id, next.body.id].toSorted());
    expect((await songs.list({ variation_of: id })).toSorted()).toEqual([body.id, next.body.id].toSorted());
  });

  test('named at a run belong to the first of the family; of nobody else’s, and of none that is gone', async () => {
    const id = await songs.song();
    const run = (variation_of: string, key: string, user = owner) =>
      here.create({ tool: 'song', variation_of }, key, user);
    const first = await run(id, 'v-1');
    const second = await run(first.body.id, 'v-2');
    expect((await songs.read(second.body.id)).body.variation_of).toBe(id);
    for (const answer of [await run(id, 'v-3', stranger), await run(newId('gen'), 'v-4')])
      expect(answer).toMatchObject({ status: 404, body: { errors: [{ pointer: '/body/variation_of' }] } });
  });

  test('need credits, inputs that are still there, and an original of one’s own', async () => {
    const photo = await readyAsset(here, await jpeg());
    const { body } = await here.create({ tool: 'photo-filter', params: { filter: 'sepia' }, inputs: [photo] });
    await songs.complete(body.id, 'image');
    for (const user of [stranger, other]) expect((await songs.regenerate(body.id, {}, 'x', user)).status).toBe(404);
    expect((await songs.regenerate(body.id, {}, 'a')).status).toBe(202);
    expect((await songs.regenerate(body.id, {}, 'b')).status).toBe(402);
    expect((await songs.regenerate(body.id, { params: { filter: 'none' } }, 'c')).status).toBe(400);
    await here.at(`/v1/assets/${photo}`, 'DELETE');
    const { status, body: problem } = await songs.regenerate(body.id, {}, 'd');
    expect([status, problem.detail, problem.errors]).toEqual([409, 'An input of the original was removed.', undefined]);
    expect((await here.at(`/v1/generations/${derivedId('gen', 'x')}/variations`)).status).toBe(404);
  });
});
