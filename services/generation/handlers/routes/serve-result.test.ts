import { describe, expect, test } from '@jest/globals';
import type { Tool } from '#services/catalog/contracts.ts';
import { type JobCommand, jobStream } from '../../domain/job.ts';
import { outputKey, thumbnailKey } from '../../storage/outputs.ts';
import { stranger } from '../../test/api-world.ts';
import { jpeg } from '../../test/images.ts';
import { owner, readyAsset } from '../../test/memory.ts';
import { type Asking, cachedTool, noon, requestWorld } from '../../test/request-world.ts';

type Asked = Parameters<ReturnType<typeof requestWorld>['create']>[0];

/** A job of noon that is completed, and an equal request some minutes later, unless it says otherwise. */
const again = async (asked: Asked = {}, { first = {}, ...asking }: Asking & { first?: Asked } = {}, tool?: Tool) => {
  const here = requestWorld();
  const original = await here.accepted(first);
  await here.complete(original.body.id);
  if (tool) here.offer(tool);
  const answer = await here.accepted(asked, { key: 'key-2', at: '2026-11-20T12:30:00.000Z', ...asking });
  return { ...here, original: original.body.id, id: answer.body.id, answer };
};
const isHit = ({ answer }: Awaited<ReturnType<typeof again>>): boolean => answer.status === 200;

describe('SP9 an equal request while its result is kept', () => {
  test('is done at once, costs nothing, is counted by the ledger with nothing held, and is recorded', async () => {
    const { answer, id, original, holds, events, job } = await again();
    expect(answer).toEqual({
      status: 200,
      body: { id, status: 'completed', cost_credits: 0, remaining_credits: expect.any(Number) },
    });
    expect(holds).toMatchObject([{ credits: 4 }, { credits: 0 }]);
    expect(await events(id)).toMatchObject([
      { type: 'JobRequested', quote: 0, fromCache: true },
      { type: 'JobSucceeded', cost: 0, servedFrom: original, usage: { computeMs: 7 } },
    ]);
    expect(await job(id)).toMatchObject({ status: 'completed', cost: 0, servedFrom: original });
  });

  test('has files of its own: removing the first one’s leaves them', async () => {
    const { id, original, outputs, job } = await again();
    const state = await job(id);
    const keys =
      state?.status === 'completed' ? state.outputs.flatMap(({ key, thumbnail }) => [key, thumbnail?.key]) : [];
    expect(keys).toEqual([
      expect.stringMatching(new RegExp(`/${id}/[0-9a-f]{8}/0.png$`)),
      expect.stringMatching(new RegExp(`/${id}/[0-9a-f]{8}/0.thumb.webp$`)),
    ]);
    for (const key of keys) expect(Buffer.from(outputs.files.get(key ?? '') ?? []).toString()).toBe(original);
  });

  test('again with its key: the same answer, once recorded', async () => {
    const here = await again();
    expect(await here.create({}, { key: 'key-2', at: '2026-11-20T14:00:00.000Z' })).toEqual(here.answer);
    expect(await here.events(here.id)).toHaveLength(2);
  });

  test('twice at once with one key: one job', async () => {
    const here = await again();
    const both = await Promise.all([here.create({}, { key: 'key-3' }), here.create({}, { key: 'key-3' })]);
    expect(both[0]).toEqual(both[1]);
    expect(here.holds.filter(({ credits }) => credits > 0)).toHaveLength(1);
  });

  test('does not keep the result longer: it is the first one’s', async () => {
    const here = await again({}, { at: '2026-11-20T12:59:00.000Z' });
    expect(isHit(here)).toBe(true);
    expect(await here.create({}, { key: 'key-3', at: '2026-11-20T13:00:01.000Z' })).toMatchObject({ status: 202 });
  });

  test('has its own name', async () => {
    const { id, job } = await again({ title: 'Mine' });
    expect(await job(id)).toMatchObject({ title: 'Mine', servedFrom: expect.any(String) });
  });

  test('the order of the parameters is the same request', async () => {
    const first = { params: { filter: 'sepia', intensity: 3 } };
    expect(isHit(await again({ params: { intensity: 3, filter: 'sepia' } }, { first }))).toBe(true);
  });

  test('a picture uploaded again is the same picture', async () => {
    const here = requestWorld();
    const files = [await jpeg(), await jpeg()];
    const [a, b] = [await readyAsset(here, files[0] ?? Buffer.of()), await readyAsset(here, files[1] ?? Buffer.of())];
    const { body } = await here.accepted({ inputs: [a] });
    await here.complete(body.id);
    expect(await here.create({ inputs: [b] }, { key: 'key-2' })).toMatchObject({ status: 200 });
    expect(await here.create({ inputs: [a, b] }, { key: 'key-3' })).toMatchObject({ status: 202 });
  });
});

describe('SP9 nothing is served', () => {
  test.each<[what: string, asked: Asked, asking: Asking, tool: Tool | undefined]>([
    ['to who asks to run it anew', { refresh: true }, {}, undefined],
    ['for other parameters', { params: { filter: 'vivid' } }, {}, undefined],
    ['once it has expired', {}, { at: '2026-11-20T13:00:00.000Z' }, undefined],
    ['once the tool’s words are others', {}, {}, cachedTool({ instruction: 'Make it {filter}.' })],
    ['once its models are others', {}, {}, cachedTool({ providers: [{ provider: 'sandbox', models: ['m'] }] })],
    ['once the tool keeps no results', {}, {}, cachedTool({ cache_seconds: 0 })],
    ['I8 to another user', {}, { user: stranger }, undefined],
  ])('%s', async (_, asked, asking, tool) => {
    const here = await again(asked, asking, tool);
    expect(here.answer).toMatchObject({
      status: 202,
      body: { status: 'queued', cost_credits: 4, remaining_credits: 6 },
    });
    expect(here.holds).toHaveLength(2);
  });

  test('when its files are gone: the run is a run', async () => {
    const here = requestWorld();
    const { body } = await here.accepted();
    await here.complete(body.id);
    await here.outputs.remove([outputKey(owner, body.id, 0, 'image/png')]);
    expect(await here.create({}, { key: 'key-2' })).toMatchObject({ status: 202 });
  });

  test('but a thumbnail that is gone is only a thumbnail', async () => {
    const here = requestWorld();
    const { body } = await here.accepted();
    await here.complete(body.id);
    await here.outputs.remove([thumbnailKey(owner, body.id, 0)]);
    const served = await here.accepted({}, { key: 'key-2' });
    const job = await here.job(served.body.id);
    expect(job?.status === 'completed' && job.outputs).toMatchObject([{ key: expect.any(String) }]);
    expect(job?.status === 'completed' && job.outputs[0]?.thumbnail).toBeUndefined();
  });

  test('of a run that was anew: its result is the one that is kept from then on', async () => {
    const here = await again({ refresh: true });
    await here.complete(here.id, '2026-11-20T12:34:00.000Z');
    const third = await here.accepted({}, { key: 'key-3', at: '2026-11-20T13:30:00.000Z' });
    expect(await here.job(third.body.id)).toMatchObject({ servedFrom: here.id });
  });

  const failJob: JobCommand = { type: 'FailJob', at: noon, reason: 'failed', message: 'x' };
  test.each([failJob, { type: 'CancelJob', at: noon } as const])(
    'of a job that did not complete ($type)',
    async (end) => {
      const here = requestWorld();
      const { body } = await here.accepted();
      await here.handleJob(jobStream(owner, body.id), end, { actor: 'user-1', correlationId: 'c-1' });
      expect(await here.create({}, { key: 'key-2' })).toMatchObject({ status: 202 });
      expect(here.results.kept.size).toBe(0);
    },
  );
});

describe('SP9 the kept results', () => {
  test('are asked for only where the tool keeps any', async () => {
    const here = requestWorld();
    here.offer(cachedTool({ cache_seconds: 0 }));
    const { body } = await here.accepted();
    await here.complete(body.id);
    expect(here.results.kept.size).toBe(0);
    expect(await here.job(body.id)).not.toHaveProperty('cache');
  });

  test('I4 that cannot be read refuse nothing to be free: the request fails, and nothing was recorded', async () => {
    const here = requestWorld();
    here.results.get = () => Promise.reject(new Error('table away'));
    await expect(here.create()).rejects.toThrow(/away/);
    expect(here.holds).toEqual([]);
  });
});
