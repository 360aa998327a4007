import { beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { jobStream } from '../../domain/job.ts';
import { apiWorld, stranger } from '../../test/api-world.ts';
import { owner } from '../../test/memory.ts';
import { songsIn } from '../../test/songs.ts';

let here = apiWorld();
let songs = songsIn(here);
beforeEach(() => {
  here = apiWorld();
  songs = songsIn(here);
});
const other = { ...owner, app: 'product-studio' };

describe('BM7 BM15 PATCH /v1/generations/{id}', () => {
  test('names and marks, tells the new state, and is the same when told twice', async () => {
    const id = await songs.song({ title: 'Sea' });
    expect((await songs.read(id)).body).toMatchObject({ title: 'Sea', favourite: false });
    for (const _ of ['once', 'twice']) {
      const { status, body } = await songs.patch(id, { title: 'Rain', favourite: true });
      expect([status, body]).toMatchObject([200, { id, title: 'Rain', favourite: true, status: 'completed' }]);
    }
    expect(await here.store.read(jobStream(owner, id), { limit: 100 })).toHaveLength(5);
    expect(await songs.list({ favourite: 'true' })).toEqual([id]);
    expect((await songs.patch(id, { favourite: false })).body).toMatchObject({ title: 'Rain', favourite: false });
    expect(await songs.list({ favourite: 'true' })).toEqual([]);
    expect((await songs.patch(id, { title: ' Snow\n' })).body).toMatchObject({ title: 'Snow', favourite: false });
  });

  test.each([
    ['nothing', {}, '/body'],
    ['a blank name', { title: ' ' }, '/body/title'],
    ['no name', { title: null }, '/body/title'],
    ['a long name', { title: 'x'.repeat(201) }, '/body/title'],
    ['half a yes', { favourite: 'true' }, '/body/favourite'],
    ['another field', { status: 'completed' }, '/body/status'],
  ])('%s is refused', async (_, body, pointer) => {
    expect(await songs.patch(await songs.song(), body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  test('I8 is nobody else’s to do', async () => {
    const id = await songs.song();
    for (const user of [stranger, other]) expect((await songs.patch(id, { favourite: true }, user)).status).toBe(404);
    expect((await songs.read(id)).body.favourite).toBe(false);
  });
});

describe('BM15 DELETE /v1/generations/{id}', () => {
  test('takes it away with its files, everywhere and for good', async () => {
    const [id, kept] = [await songs.song({ theme: 'sea' }), await songs.song()];
    await songs.play(id);
    expect((await songs.remove(id)).status).toBe(204);
    for (const { status } of [
      await songs.read(id),
      await songs.patch(id, { favourite: true }),
      await songs.regenerate(id),
      await here.at(`/v1/generations/${id}/variations`),
      await here.at(`/v1/generations/${id}/cancel`, 'POST'),
      await songs.play(id),
      await songs.remove(id),
    ])
      expect(status).toBe(404);
    expect(await songs.list()).toEqual([kept]);
    expect([...here.outputs.files.keys()].every((key) => key.includes(kept))).toBe(true);
  });

  test('I7 told again from the beginning, the list and the files stay as they are', async () => {
    const id = await songs.song();
    await songs.remove(id);
    for (const event of await here.store.read(jobStream(owner, id), { limit: 100 })) await here.project(event);
    expect(await songs.list()).toEqual([]);
    expect(here.outputs.files.size).toBe(0);
  });

  test('is refused while it runs: it is to be cancelled first', async () => {
    const id = await songs.create();
    expect(await songs.remove(id)).toMatchObject({
      status: 409,
      body: { type: 'urn:tessera:problem:job-running', detail: 'The generation is queued. Cancel it first.' },
    });
    await here.at(`/v1/generations/${id}/cancel`, 'POST');
    expect((await songs.remove(id)).status).toBe(204);
  });

  test('leaves the key used up, and I8 what is another’s alone', async () => {
    const id = await songs.complete(await songs.create({}, 'key-7'));
    for (const user of [stranger, other]) expect((await songs.remove(id, user)).status).toBe(404);
    await songs.remove(id);
    const again = await here.create({ tool: 'song', params: {} }, 'key-7');
    expect([again.status, again.body.type]).toEqual([409, 'urn:tessera:problem:job-removed']);
  });
});

describe('BM8 plays', () => {
  test('are counted and shown, once for one key directly again', async () => {
    const id = await songs.song();
    expect((await songs.read(id)).body.plays).toBe(0);
    expect(await songs.play(id, 'p-1')).toEqual({ status: 200, body: { plays: 1 } });
    expect((await songs.play(id, 'p-1')).body).toEqual({ plays: 1 });
    expect((await songs.play(id)).body).toEqual({ plays: 2 });
    expect((await songs.read(id)).body.plays).toBe(2);
    const { body } = await here.at('/v1/generations');
    expect(body.data).toMatchObject([{ id, plays: 2 }]);
  });

  test('are of songs and films that are done; I8 and one’s own', async () => {
    const running = await songs.create();
    expect(await songs.play(running)).toMatchObject({
      status: 409,
      body: { title: 'The generation cannot be played' },
    });
    const picture = await songs.complete(await songs.create(), 'image');
    expect((await songs.play(picture)).status).toBe(409);
    expect((await songs.read(picture)).body.plays).toBeNull();
    const id = await songs.song();
    expect((await songs.play(id, undefined, stranger)).status).toBe(404);
    expect((await songs.play(newId('gen'))).status).toBe(404);
  });
});

describe('SP3 NB9 FS5 PP7 GET /v1/generations', () => {
  test('is searched by words, tool and status, and names what it does not know', async () => {
    const [sea, rain] = [await songs.song({ theme: 'The SEA' }), await songs.create({ title: 'Rain' })];
    expect(await songs.list({ text: 'the sea' })).toEqual([sea]);
    expect(await songs.list({ text: 'rain', status: 'queued' })).toEqual([rain]);
    expect(await songs.list({ text: 'rain', status: 'completed' })).toEqual([]);
    for (const query of [
      { status: 'pending' },
      { favourite: 'false' },
      { text: '' },
      { variation_of: 'x' },
      { sort: 'title' },
    ])
      expect((await here.call({ path: '/v1/generations', query })).status).toBe(400);
  });
});
