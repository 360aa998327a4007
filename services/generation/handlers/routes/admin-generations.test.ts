import { beforeEach, describe, expect, test } from '@jest/globals';
import { derivedId, type Id } from '#shared/ids.ts';
import { jobStream } from '../../domain/job.ts';
import { apiWorld, stranger } from '../../test/api-world.ts';
import { jpeg } from '../../test/images.ts';
import { owner, readyAsset } from '../../test/memory.ts';
import { at, songsIn } from '../../test/songs.ts';

let here = apiWorld();
let songs = songsIn(here);
beforeEach(() => {
  here = apiWorld();
  songs = songsIn(here);
});

const verdict = (app = 'sparky') => ({ verdict: 'admin', app, key: 'key-0123456789ab' }) as const;
const ask = (path = '', query: Record<string, string> = {}, app = 'sparky') =>
  here.call({ path: `/v1/admin/generations${path}`, query, verdict: verdict(app) });
const act = (path: string, { body, key, app }: { body?: object; key?: string; app?: string } = {}) =>
  here.call({
    method: 'POST',
    path: `/v1/admin/generations/${path}`,
    verdict: verdict(app),
    ...(body ? { body } : {}),
    ...(key ? { headers: { 'idempotency-key': key } } : {}),
  });
const retry = (id: string, key = 'again', app = 'sparky') => act(`${id}/retry`, { key, app });
const refund = (id: string, reason: unknown = 'torn', app = 'sparky') => act(`${id}/refund`, { body: { reason }, app });
const failed = async (params: object = {}): Promise<Id<'gen'>> => {
  const id = await songs.create(params);
  await songs.fail(id);
  return id;
};

describe('PP13 FS9 the generations of an app', () => {
  test('are listed, all or one user’s, by status, tool and time', async () => {
    const [done, broken] = [await songs.song(), await failed()];
    const { body } = await here.create({ tool: 'song' }, 'other', stranger);
    const idsOf = async (query: Record<string, string> = {}) =>
      (await ask('', query)).body.data.map(({ id }: { id: string }) => id).toSorted();
    expect(await idsOf()).toEqual([done, broken, body.id].toSorted());
    expect(await idsOf({ user: 'user-2' })).toEqual([body.id]);
    expect(await idsOf({ user: 'user-1', status: 'failed' })).toEqual([broken]);
    expect(await idsOf({ status: 'completed', tool: 'song' })).toEqual([done]);
    expect(await idsOf({ since: '2100-01-01T00:00:00Z' })).toEqual([]);
    const first = await ask('', { limit: '2' });
    const second = await ask('', { limit: '2', cursor: first.body.next_cursor });
    expect([first.body.data.length, second.body.data.length, second.body.next_cursor]).toEqual([2, 1, null]);
    expect((await ask('', { status: 'failed' })).body.data).toEqual([
      {
        id: broken,
        user_id: 'user-1',
        status: 'failed',
        tool: 'song',
        attempts: 1,
        cost_credits: 0,
        refunded_credits: 0,
        error: { reason: 'failed', message: 'The provider was busy.' },
        created_at: expect.any(String),
        completed_at: at,
        retry_of: null,
      },
    ]);
  });

  test('one is shown whole: who was at work, what came of each attempt, and the cause that its owner is not told', async () => {
    const id = await songs.create({ theme: 'sea' });
    const stream = jobStream(owner, id);
    const claim = { messageId: 'm-1', receiveCount: 1 };
    const meta = { actor: 'system:generation-worker', correlationId: 'c-9' };
    const cause = 'Error: HTTP 400: unknown parameter';
    await here.handleJob(stream, { type: 'StartJob', at, claim, provider: 'openai', model: 'gpt-image-1' }, meta);
    const failure = {
      by: { claim },
      reason: 'failed',
      message: 'The provider cannot use this request.',
      cause,
    } as const;
    await here.handleJob(stream, { type: 'FailJob', at, ...failure }, meta);
    const { status, body } = await ask(`/${id}`);
    expect([status, body]).toMatchObject([
      200,
      {
        id,
        user_id: 'user-1',
        status: 'failed',
        params: { theme: 'sea' },
        attempts: 1,
        quote_credits: 1,
        cost_credits: 0,
        error: { reason: 'failed', message: 'The provider cannot use this request.' },
        history: {
          data: [
            {
              version: 3,
              type: 'JobFailed',
              actor: 'system:generation-worker',
              correlation_id: 'c-9',
              data: { reason: 'failed', cause, provider: 'openai', model: 'gpt-image-1' },
            },
            { version: 2, type: 'JobStarted', data: { attempt: 1, provider: 'openai', model: 'gpt-image-1' } },
            { version: 1, type: 'JobRequested', actor: 'user-1', data: { tool: 'song', quote: 1 } },
          ],
          next_cursor: null,
        },
      },
    ]);
    expect((await ask('/failures')).body.data).toMatchObject([{ generation_id: id, cause }]);
    for (const path of [`/v1/generations/${id}`, `/v1/generations/${id}/events`, '/v1/generations'])
      expect(JSON.stringify((await here.at(path)).body)).not.toContain('unknown parameter');
    const first = await ask(`/${id}`, { limit: '2' });
    const rest = await ask(`/${id}`, { limit: '2', cursor: first.body.history.next_cursor });
    expect(rest.body.history).toMatchObject({ data: [{ version: 1 }], next_cursor: null });
  });

  test('I8 none is another app’s, and no user sees any of it', async () => {
    const id = await failed();
    expect((await ask('', {}, 'product-studio')).body.data).toEqual([]);
    expect((await ask('', { user: 'user-1' }, 'product-studio')).body.data).toEqual([]);
    expect((await ask(`/${id}`, {}, 'product-studio')).status).toBe(404);
    expect((await retry(id, 'k', 'product-studio')).status).toBe(404);
    expect((await refund(id, 'x', 'product-studio')).status).toBe(404);
    expect((await ask(`/${derivedId('gen', 'none')}`)).status).toBe(404);
    for (const path of ['', `/${id}`]) expect((await here.at(`/v1/admin/generations${path}`)).status).toBe(403);
    for (const path of ['retry', 'refund'])
      expect((await here.at(`/v1/admin/generations/${id}/${path}`, 'POST')).status).toBe(403);
  });
});

describe('FS9 PP13 what failed is run again', () => {
  test('as a new generation of its owner, held anew and linked to the failed one, once by its key', async () => {
    const id = await failed({ theme: 'sea', title: 'Sea' });
    const first = await retry(id);
    expect(first).toMatchObject({ status: 202, body: { status: 'queued', cost_credits: 1, remaining_credits: 8 } });
    expect(await retry(id)).toEqual(first);
    expect(here.holds.get(first.body.id)).toMatchObject({ ...owner, credits: 1, tool: 'song' });
    expect(here.holds.size).toBe(2);
    expect((await songs.read(first.body.id)).body).toMatchObject({
      tool: 'song',
      params: { theme: 'sea', title: 'Sea' },
      title: 'Sea',
      variation_of: null,
    });
    const { body } = await ask(`/${first.body.id}`);
    expect(body).toMatchObject({ retry_of: id, history: { data: [{ actor: 'admin:key-0123456789ab' }] } });
  });

  test('of a family it stays in it; a cancelled one runs again too, and one whose retry failed', async () => {
    const original = await songs.song();
    const variation = (await songs.regenerate(original)).body.id;
    await here.at(`/v1/generations/${variation}/cancel`, 'POST');
    const again = await retry(variation);
    expect((await songs.read(again.body.id)).body.variation_of).toBe(original);
    await songs.fail(again.body.id);
    expect(await retry(again.body.id, 'third')).toMatchObject({ status: 202 });
  });

  test('its key is none of the owner’s own, and is of this generation alone', async () => {
    const [one, two] = [await failed(), await failed()];
    const own = await here.create({ tool: 'song' }, 'again');
    const [first, other] = [await retry(one, 'again'), await retry(two, 'again')];
    expect([own.status, first.status, other.status]).toEqual([202, 202, 202]);
    expect(new Set([own, first, other].map(({ body }) => body.id)).size).toBe(3);
    expect((await act(`${two}/retry`)).status).toBe(400);
  });

  test('only of what failed or was cancelled: any other is 409, and nothing is held', async () => {
    const [done, waiting] = [await songs.song(), await songs.create()];
    const held = here.holds.size;
    for (const id of [done, waiting])
      expect(await retry(id)).toMatchObject({ status: 409, body: { type: 'urn:tessera:problem:job-not-retryable' } });
    const gone = await failed();
    await songs.remove(gone);
    expect((await retry(gone)).status).toBe(404);
    expect(here.holds.size).toBe(held + 1);
  });

  test('by the usual rules: credits that are short are 402, an input that is gone is 409', async () => {
    const photo = await readyAsset(here, await jpeg());
    const body = { tool: 'photo-filter', params: { filter: 'sepia' }, inputs: [photo] };
    const ids = [await here.create(body, 'a'), await here.create(body, 'b')].map((answer) => answer.body.id);
    await songs.fail(ids[0]);
    await songs.fail(ids[1]);
    expect((await retry(ids[0])).status).toBe(402);
    await here.at(`/v1/assets/${photo}`, 'DELETE');
    const { status, body: problem } = await retry(ids[1], 'other');
    expect([status, problem.detail, problem.errors]).toEqual([409, 'An input of the original was removed.', undefined]);
  });
});

describe('FS9 PP13 what a completed one cost goes back', () => {
  test('once, and a second call answers the same, whatever it says', async () => {
    const id = await songs.song();
    const first = await refund(id);
    expect(first).toEqual({
      status: 200,
      body: { id, user_id: 'user-1', refunded_credits: 1, refunded_at: expect.any(String) },
    });
    expect(await refund(id, 'another reason')).toEqual(first);
    const events = await here.store.read(jobStream(owner, id), { limit: 20 });
    expect(events.filter(({ event }) => event.type === 'JobRefunded')).toHaveLength(1);
    expect((await songs.read(id)).body).toMatchObject({ status: 'completed', cost_credits: 1, refunded_credits: 1 });
    expect((await ask('', { status: 'completed' })).body.data).toMatchObject([{ refunded_credits: 1 }]);
    const { data } = (await ask(`/${id}`)).body.history;
    expect(data[0]).toMatchObject({ actor: 'admin:key-0123456789ab', data: { credits: 1, reason: 'torn' } });
    const trail = await here.at(`/v1/generations/${id}/events`);
    expect(trail.body.data.at(-1)).toMatchObject({ type: 'JobRefunded', data: { credits: 1 } });
    expect(JSON.stringify(trail.body)).not.toContain('torn');
  });

  test('not of one that ran before the app moved here: the ledger never charged it', async () => {
    const id = derivedId('gen', 'sparky', 'user-1', 'import', 'old-1');
    const ran = { tool: 'song', params: {}, status: 'completed' as const, outputs: [], cost: 5 };
    const facts = { ...ran, requestedAt: at, endedAt: at };
    const meta = { actor: 'system:import', correlationId: 'c-1' };
    await here.handleJob(jobStream(owner, id), { type: 'ImportJob', at, facts }, meta);
    const detail = 'It was charged where the app was before. Adjust the account instead.';
    const refused = { status: 409, body: { type: 'urn:tessera:problem:job-not-charged', detail } };
    expect(await refund(id)).toMatchObject(refused);
    await songs.remove(id);
    expect(await refund(id)).toMatchObject(refused);
  });

  test('also when its owner has removed it', async () => {
    const id = await songs.song();
    await songs.remove(id);
    const first = await refund(id);
    expect(first).toMatchObject({ status: 200, body: { refunded_credits: 1 } });
    expect(await refund(id)).toEqual(first);
    expect((await ask(`/${id}`)).status).toBe(404);
  });

  test('of one that is not completed, or was free, there is nothing to give back: 409', async () => {
    const [broken, waiting] = [await failed(), await songs.create()];
    for (const [id, detail] of [
      [broken, 'It is failed.'],
      [waiting, 'It is queued.'],
    ] as const)
      expect(await refund(id)).toMatchObject({ status: 409, body: { detail } });
    expect((await refund(await songs.song(), ' ')).status).toBe(400);
    expect((await act(`${broken}/refund`)).status).toBe(400);
  });
});
