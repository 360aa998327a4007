import { beforeEach, describe, expect, test } from '@jest/globals';
import { derivedId, newId } from '#shared/ids.ts';
import { jobStream } from '../../domain/job.ts';
import { apiWorld, stranger } from '../../test/api-world.ts';
import { jpeg } from '../../test/images.ts';
import { owner, readyAsset } from '../../test/memory.ts';

let here = apiWorld();
let photo = newId('ast');
const sepia = (inputs = [photo]) => ({ tool: 'photo-filter', params: { filter: 'sepia' }, inputs });
beforeEach(async () => {
  here = apiWorld();
  photo = await readyAsset(here, await jpeg());
});
const withCredits = async (...options: Parameters<typeof apiWorld>) => {
  here = apiWorld(...options);
  photo = await readyAsset(here, await jpeg());
  return here;
};

describe('PP4 POST /v1/generations', () => {
  test('holds the credits and queues the job', async () => {
    const { status, body } = await here.create(sepia());
    expect(status).toBe(202);
    expect(body).toEqual({
      id: expect.stringMatching(/^gen_/),
      status: 'queued',
      cost_credits: 4,
      remaining_credits: 6,
    });
    const [hold] = here.holds.values();
    expect(hold).toMatchObject({ ...owner, holdId: body.id, credits: 4, tool: 'photo-filter' });
    const [requested] = await here.store.read(jobStream(owner, body.id), { limit: 9 });
    expect(requested).toMatchObject({ version: 1, meta: { actor: 'user-1', correlationId: 'request-1' } });
    const deadline = requested?.event.type === 'JobRequested' ? requested.event.deadline : '';
    expect(Date.parse(hold?.expiresAt ?? '')).toBeGreaterThan(Date.parse(deadline));
  });

  test('again with the same key and request: the same answer, one hold', async () => {
    const first = await here.create(sepia());
    const second = await here.create({ inputs: [photo], params: { filter: 'sepia' }, tool: 'photo-filter' });
    expect(second).toEqual(first);
    expect(here.holds.size).toBe(1);
  });

  test('again after the job is over: its status, 200', async () => {
    const { body } = await here.create(sepia());
    await here.at(`/v1/generations/${body.id}/cancel`, 'POST');
    expect(await here.create(sepia())).toEqual({
      status: 200,
      body: { ...body, status: 'cancelled', cost_credits: 0 },
    });
  });

  test('again with the same key and another request: 422, nothing changes', async () => {
    await here.create(sepia());
    const { status, body } = await here.create({ ...sepia(), params: { filter: 'vivid' } });
    expect({ status, type: body.type }).toEqual({ status: 422, type: 'urn:tessera:problem:idempotency-mismatch' });
    expect(here.holds.size).toBe(1);
  });

  test('the same key of another user is another job', async () => {
    const theirs = await readyAsset(here, await jpeg(), stranger);
    const mine = await here.create(sepia());
    const other = await here.create(sepia([theirs]), 'key-1', stranger);
    expect(other.status).toBe(202);
    expect(other.body.id).not.toBe(mine.body.id);
  });

  test('twenty times at once with one key: one job, one hold', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => here.create(sepia())));
    expect(new Set(all.map(({ body }) => body.id)).size).toBe(1);
    expect(all.every(({ status }) => status === 202)).toBe(true);
    expect(here.holds.size).toBe(1);
  });

  test('fifty at once with credits for ten: ten jobs, the others hear 402', async () => {
    await withCredits(40);
    const all = await Promise.all(Array.from({ length: 50 }, (_, n) => here.create(sepia(), `key-${n}`)));
    expect(all.filter(({ status }) => status === 202)).toHaveLength(10);
    expect(all.filter(({ status }) => status === 402)).toHaveLength(40);
  });

  test('the price may come from a parameter', async () => {
    const { status, body } = await here.create({ tool: 'styled', params: { style: 'rich' } });
    expect({ status, cost: body.cost_credits }).toEqual({ status: 202, cost: 9 });
  });

  test('a run without a price is refused, never free', async () => {
    const { status, body } = await here.create({ tool: 'styled', params: { style: 'unheard-of' } });
    expect({ status, errors: body.errors }).toEqual({
      status: 400,
      errors: [{ pointer: '/body/params/style', detail: 'has no price' }],
    });
  });

  test('a run that costs nothing by definition holds nothing, and is counted as one', async () => {
    const { status, body } = await here.create({ ...sepia(), tool: 'free' });
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'queued', cost_credits: 0, remaining_credits: 10 });
    expect([...here.holds.values()]).toMatchObject([{ holdId: body.id, credits: 0, tool: 'free' }]);
  });

  const refusals: [name: string, body: () => object, status: number, pointers: string[]][] = [
    ['an unknown tool', () => ({ ...sepia(), tool: 'nothing' }), 400, ['/body/tool']],
    ['an inactive tool', () => ({ ...sepia(), tool: 'hidden' }), 400, ['/body/tool']],
    ['a missing parameter', () => ({ ...sepia(), params: {} }), 400, ['/body/params/filter']],
    [
      'wrong parameters, all of them named',
      () => ({ ...sepia(), params: { filter: 'oil', intensity: 0, extra: 1 } }),
      400,
      ['/body/params/filter', '/body/params/intensity', '/body/params/extra'],
    ],
    ['an unknown field', () => ({ ...sepia(), price: 0 }), 400, ['/body/price']],
    ['no input', () => sepia([]), 400, ['/body/inputs']],
    ['too many inputs', () => sepia([photo, photo]), 400, ['/body/inputs']],
    ['an asset that is not there', () => sepia([newId('ast')]), 404, ['/body/inputs/0']],
    ['something that is no asset id', () => sepia(['gen_1' as never]), 400, ['/body/inputs/0']],
  ];
  test.each(refusals)('%s is refused with a pointer, and nothing is held', async (_, body, status, pointers) => {
    const answer = await here.create(body());
    expect(answer.status).toBe(status);
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(pointers.sort());
    expect(here.holds.size).toBe(0);
  });

  test('I8 the asset of another user is not there', async () => {
    const { status, body } = await here.create(sepia(), 'key-1', stranger);
    expect({ status, errors: body.errors }).toMatchObject({ status: 404, errors: [{ pointer: '/body/inputs/0' }] });
  });

  test.each(['awaiting_upload', 'rejected'])('an asset that is %s cannot be used', async (assetStatus) => {
    const id = newId('ast');
    await here.assets.create(owner, { id, contentType: 'image/png', bytes: 9, createdAt: '2026-11-20T09:00:00.000Z' });
    if (assetStatus === 'rejected') await here.assets.markRejected(owner, id, 'broken');
    const { status, body } = await here.create(sepia([id]));
    expect({ status, type: body.type }).toEqual({ status: 409, type: 'urn:tessera:problem:asset-not-ready' });
  });

  test('too few credits: 402 with the figures, and no job', async () => {
    await withCredits(3);
    const { status, body } = await here.create(sepia());
    expect(status).toBe(402);
    expect(body.detail).toBe('This run costs 4 credits; you can spend 3 now.');
    expect((await here.at('/v1/generations/gen_00000000-0000-8000-8000-000000000000')).status).toBe(404);
  });

  test('I4 a hold that was swept before the job was recorded: 409, and no job runs free', async () => {
    here.closedHolds.add(derivedId('gen', owner.app, owner.user, 'key-1'));
    const repeated = await here.create(sepia());
    expect([repeated.status, repeated.body.type]).toEqual([409, 'urn:tessera:problem:hold-closed']);
    expect((await here.create(sepia(), 'key-2')).status).toBe(202);
  });

  test('I4 a hold of another size under the same key: 422, and no job', async () => {
    const id = derivedId('gen', owner.app, owner.user, 'key-1');
    here.holds.set(id, {
      ...owner,
      holdId: id,
      credits: 1,
      tool: 'photo-filter',
      expiresAt: '2026-11-20T11:00:00.000Z',
      correlationId: 'request-0',
    });
    const { status, body } = await here.create(sepia());
    expect([status, body.type]).toEqual([422, 'urn:tessera:problem:hold-differs']);
  });

  test('a ledger that cannot be reached: 503, and no job', async () => {
    await withCredits(10, 'unreachable');
    const { status, body } = await here.create(sepia());
    expect({ status, type: body.type }).toEqual({ status: 503, type: 'urn:tessera:problem:ledger-unreachable' });
  });

  test('without a key: 400', async () => {
    const { status, body } = await here.call({ method: 'POST', path: '/v1/generations', body: sepia() });
    expect({ status, errors: body.errors }).toMatchObject({
      status: 400,
      errors: [{ pointer: '/headers/idempotency-key' }],
    });
  });
});
