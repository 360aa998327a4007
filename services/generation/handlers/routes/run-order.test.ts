import { describe, expect, test } from '@jest/globals';
import { derivedId } from '#shared/ids.ts';
import { jobStream } from '../../domain/job.ts';
import { stranger } from '../../test/api-world.ts';
import { owner, testTool } from '../../test/memory.ts';
import { noon, requestWorld } from '../../test/request-world.ts';
import { problems } from '../problems.ts';

describe('PP4 what the ledger says', () => {
  test('a refused hold says when to ask again, in the user’s words, and no job is made', async () => {
    const here = requestWorld(async () => ({
      status: 'refused',
      rejection: 'rate-limited',
      available: 9,
      retryAfterSeconds: 900,
    }));
    expect(await here.create()).toMatchObject({
      rejection: 'rate-limited',
      retryAfterSeconds: 900,
      detail: 'Your plan lets you start fewer of them in an hour.',
    });
    expect(problems['rate-limited'].status).toBe(429);
    expect(await here.job(derivedId('gen', owner.app, owner.user, 'key-1'))).toBeUndefined();
  });

  test('one that no waiting helps says none', async () => {
    const here = requestWorld(async () => ({ status: 'refused', rejection: 'credits-insufficient', available: 1 }));
    const answer = await here.create();
    expect(answer).toMatchObject({ detail: 'This run costs 4 credits; you can spend 1 now.' });
    expect(answer).not.toHaveProperty('retryAfterSeconds');
  });

  test('X6 a paying account’s job has the queue of those who pay', async () => {
    const here = requestWorld(async () => ({ status: 'held', available: 6, paying: true }));
    const { body } = await here.accepted();
    expect(await here.job(body.id)).toMatchObject({ status: 'queued', paying: true });
    const free = requestWorld();
    expect(await free.job((await free.accepted()).body.id)).not.toHaveProperty('paying');
  });

  test('X3 a free run is held as 0 credits, so that the plan’s limits count it', async () => {
    const here = requestWorld();
    here.offer(testTool({ input: { images: { min: 0, max: 0 } }, cost: { kind: 'fixed', credits: 0 } }));
    const { body } = await here.accepted();
    expect(body).toMatchObject({ cost_credits: 0 });
    expect(here.holds).toMatchObject([{ holdId: body.id, credits: 0 }]);
  });

  test('I4 a hold that was refused to a job that was made meanwhile is no refusal', async () => {
    const here: ReturnType<typeof requestWorld> = requestWorld(async ({ holdId, credits }) => {
      if (here.holds.length > 1) return { status: 'held', available: 6 };
      await here.create();
      await here.complete(holdId as `gen_${string}`);
      return { status: 'refused', rejection: 'hold-closed', available: credits };
    });
    expect(await here.create()).toMatchObject({ status: 200, body: { status: 'completed', cost_credits: 4 } });
  });
});

describe('PP4 a request with its key again', () => {
  test('has the same answer, whatever became of prices and tools', async () => {
    const here = requestWorld();
    const first = await here.create();
    here.offer();
    expect(await here.create()).toEqual(first);
    expect(here.holds).toHaveLength(1);
  });

  test('once its job was removed: 409, and nothing runs', async () => {
    const here = requestWorld();
    const { body } = await here.accepted();
    await here.complete(body.id);
    const meta = { actor: 'user-1', correlationId: 'c-1' };
    await here.handleJob(jobStream(owner, body.id), { type: 'RemoveJob', at: noon }, meta);
    expect(await here.create()).toMatchObject({ rejection: 'job-removed' });
    expect(await here.create({ params: { filter: 'vivid' } })).toMatchObject({ rejection: 'idempotency-mismatch' });
    expect(problems['job-removed'].status).toBe(409);
    expect(here.holds).toHaveLength(1);
  });

  test('with other wishes than before: 422', async () => {
    const here = requestWorld();
    await here.create();
    for (const asked of [{ refresh: true }, { title: 'Another' }, { tool: 'other' }])
      expect(await here.create(asked)).toMatchObject({ rejection: 'idempotency-mismatch' });
  });
});

describe('PP4 a name and a family', () => {
  const song = testTool({
    input: { images: { min: 0, max: 0 } },
    params: { type: 'object', additionalProperties: false, properties: { title: { type: 'string' } } },
  });
  test.each([
    ['the given one', { title: 'Mine', params: { title: 'Lullaby' } }, 'Mine'],
    ['else the parameter', { params: { title: '  Lullaby ' } }, 'Lullaby'],
    ['else none', { params: {} }, undefined],
    ['a blank parameter is none', { params: { title: '  ' } }, undefined],
    ['a long one is cut', { params: { title: 'x'.repeat(300) } }, 'x'.repeat(200)],
  ])('the name is %s', async (_, asked, title) => {
    const here = requestWorld();
    here.offer(song);
    const { body } = await here.accepted(asked);
    const job = await here.job(body.id);
    expect(job && 'title' in job ? job.title : undefined).toBe(title);
  });

  test('a variation is of one’s own generation, and joins its family', async () => {
    const here = requestWorld();
    const original = (await here.accepted()).body.id;
    const child = (await here.accepted({ variation_of: original }, { key: 'key-2' })).body.id;
    const grandchild = (await here.accepted({ variation_of: child }, { key: 'key-3' })).body.id;
    for (const id of [child, grandchild]) expect(await here.job(id)).toMatchObject({ parent: original });
  });

  test('I8 of another’s, of one that is not there or was removed: 404, and nothing is held', async () => {
    const here = requestWorld();
    const theirs = (await here.accepted({}, { user: stranger })).body.id;
    const mine = (await here.accepted({}, { key: 'key-0' })).body.id;
    await here.complete(mine);
    const meta = { actor: 'user-1', correlationId: 'c-1' };
    await here.handleJob(jobStream(owner, mine), { type: 'RemoveJob', at: noon }, meta);
    for (const variation_of of [theirs, mine, derivedId('gen', 'nothing')])
      expect(await here.create({ variation_of })).toMatchObject({
        rejection: 'job-not-found',
        errors: [{ pointer: '/body/variation_of' }],
      });
    expect(here.holds).toHaveLength(2);
  });
});
