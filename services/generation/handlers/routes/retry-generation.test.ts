/** FS9 PP13: what failed is run again once, whoever asks, at once or later, and whatever was interrupted. */
import { beforeEach, expect, test } from '@jest/globals';
import { derivedId, type Id } from '#shared/ids.ts';
import { jobStream } from '../../domain/job.ts';
import { apiWorld } from '../../test/api-world.ts';
import { owner } from '../../test/memory.ts';
import { songsIn } from '../../test/songs.ts';
import { maxRetries, retryIdOf } from './retry-generation.ts';

let here = apiWorld();
let songs = songsIn(here);
beforeEach(() => {
  here = apiWorld(100);
  songs = songsIn(here);
});

const retry = (id: string, key: string, admin: 'ann' | 'bob' = 'ann') =>
  here.call({
    method: 'POST',
    path: `/v1/admin/generations/${id}/retry`,
    verdict: { verdict: 'admin', app: 'sparky', key: admin === 'ann' ? 'key-0123456789ab' : 'key-ba9876543210' },
    headers: { 'idempotency-key': key },
  });
const failed = async (): Promise<Id<'gen'>> => {
  const id = await songs.create({ theme: 'sea' });
  await songs.fail(id);
  return id;
};
const retriedOf = async (id: string): Promise<string | undefined> => {
  const state = (await here.store.load(jobStream(owner, id)))?.state;
  return state && 'retryOf' in state ? state.retryOf : undefined;
};

test('two admins who retry at once, each with a key, get the same run, and one hold', async () => {
  const id = await failed();
  const answers = await Promise.all([retry(id, 'mine', 'ann'), retry(id, 'yours', 'bob'), retry(id, 'x', 'ann')]);
  expect(answers.map(({ status, body }) => [status, body.id])).toEqual(Array(3).fill([202, retryIdOf(owner, id)]));
  expect(here.holds.size).toBe(2);
});

test('who asked at the same time gets it also when it has failed by then', async () => {
  const id = await failed();
  const { body } = await retry(id, 'mine', 'ann');
  await songs.fail(body.id);
  const { load } = here.store;
  let stale = 2;
  Object.assign(here.store, {
    load: async (stream: string) => {
      const isHidden = stale > 0 && stream === jobStream(owner, body.id);
      if (isHidden) stale -= 1;
      return isHidden ? undefined : load(stream);
    },
  });
  expect(await retry(id, 'yours', 'bob')).toMatchObject({ status: 200, body: { id: body.id, status: 'failed' } });
  expect([stale, here.holds.size]).toEqual([0, 2]);
});

test('who comes later gets it while it lives, and when it is completed', async () => {
  const id = await failed();
  const { body } = await retry(id, 'mine', 'ann');
  expect(await retry(id, 'yours', 'bob')).toMatchObject({ status: 202, body: { id: body.id, status: 'queued' } });
  await songs.complete(body.id);
  expect(await retry(id, 'later', 'bob')).toMatchObject({ status: 200, body: { id: body.id, status: 'completed' } });
  expect(here.holds.size).toBe(2);
});

test('when it failed, the next one is of the newest, from wherever it is asked for; a key keeps its own', async () => {
  const id = await failed();
  const first = (await retry(id, 'one')).body.id;
  await songs.fail(first);
  expect(await retry(id, 'one')).toMatchObject({ status: 200, body: { id: first, status: 'failed' } });
  const [byFirst, byOriginal] = await Promise.all([retry(first, 'two', 'ann'), retry(id, 'two', 'bob')]);
  expect([byFirst.status, byOriginal.status]).toEqual([202, 202]);
  expect(byOriginal.body.id).toBe(byFirst.body.id);
  expect(await retriedOf(byFirst.body.id)).toBe(first);
  expect(here.holds.size).toBe(3);
});

test('of one that its owner removed: completed, it was run; failed, the next is made of what is left', async () => {
  const [one, two] = [await failed(), await failed()];
  const done = await songs.complete((await retry(one, 'k')).body.id);
  await songs.remove(done);
  expect(await retry(one, 'again')).toMatchObject({ status: 409, body: { type: 'urn:tessera:problem:job-removed' } });
  const gone = (await retry(two, 'k')).body.id;
  await songs.fail(gone);
  await songs.remove(gone);
  expect((await retry(two, 'k')).status).toBe(409);
  const next = await retry(two, 'again');
  expect([next.status, next.body.id]).toEqual([202, retryIdOf(owner, gone)]);
  expect(await retriedOf(next.body.id)).toBe(two);
});

test('credits that went back before the run began do not close the way: the next one is made', async () => {
  const id = await failed();
  const lost = retryIdOf(owner, id);
  here.closedHolds.add(lost);
  const answers = [await retry(id, 'mine', 'ann'), await retry(id, 'yours', 'bob')];
  expect(answers.map(({ status, body }) => [status, body.id])).toEqual(Array(2).fill([202, retryIdOf(owner, lost)]));
  expect(await retriedOf(retryIdOf(owner, lost))).toBe(id);
});

test('a price that changed meanwhile is told, and nothing is held twice', async () => {
  const id = await failed();
  const holdId = retryIdOf(owner, id);
  here.holds.set(holdId, { ...owner, holdId, credits: 7, tool: 'song', expiresAt: '', correlationId: 'c-1' });
  expect(await retry(id, 'mine')).toMatchObject({
    status: 422,
    body: { type: 'urn:tessera:problem:hold-differs', detail: expect.stringContaining('The price has changed') },
  });
  expect(here.holds.size).toBe(2);
});

test('no key of the owner’s leads to a retry', async () => {
  const id = await failed();
  for (const key of ['mine', 'retry:mine', `retry:${id}`, id]) await here.create({ tool: 'song' }, key);
  const { status, body } = await retry(id, 'mine');
  expect([status, await retriedOf(body.id)]).toEqual([202, id]);
  expect(body.id).toBe(derivedId('gen', owner.app, owner.user, 'retry', id));
});

test('ends: so often and no more', async () => {
  const id = await failed();
  for (let n = 0; n < maxRetries; n += 1) await songs.fail((await retry(id, `key-${n}`)).body.id);
  expect(await retry(id, 'one-more')).toMatchObject({
    status: 409,
    body: { type: 'urn:tessera:problem:job-not-retryable', detail: 'It was run again 20 times.' },
  });
  expect(here.holds.size).toBe(maxRetries + 1);
});
