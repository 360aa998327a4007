/** Generation's part of an export: all that the API shows of runs and files, however many pages that takes. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ExportData, type ExportPart, exportJson } from '#services/identity/client.ts';
import { newId } from '#shared/ids.ts';
import { putItems, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { jobsReadModel } from '../read-models/jobs.ts';
import { assetTable } from '../storage/asset-table.ts';
import { playsTable } from '../storage/plays.ts';
import { promptTable } from '../storage/prompt-table.ts';
import { savedReplies } from '../storage/saved-replies.ts';
import { owner } from '../test/memory.ts';
import { exportPart } from './export-part.ts';

let dynamo: TestDynamoDb;
beforeAll(async () => {
  dynamo = await startDynamoDb();
  await dynamo.createKeyedTable('jobs', 'owner', 'sk');
  await dynamo.createKeyedTable('assets', 'owner', 'id');
  await dynamo.createKeyedTable('prompts', 'owner', 'id');
  await dynamo.createKeyedTable('replies', 'owner', 'id');
  await dynamo.createKeyedTable('plays', 'owner', 'id');
});
afterAll(() => dynamo.close());

const at = '2026-11-20T10:00:00.000Z';
const exportId = '0199c2d4-0000-7000-8000-000000000001';

const run = async (of = owner) => {
  const written: { part: ExportPart; text: string }[] = [];
  await exportPart({
    jobs: jobsReadModel(dynamo.client, 'jobs'),
    assets: assetTable(dynamo.client, 'assets'),
    prompts: promptTable(dynamo.client, 'prompts'),
    savedReplies: savedReplies(dynamo.client, 'replies'),
    plays: playsTable(dynamo.client, 'plays'),
    write: async (part: ExportPart, data: ExportData) => {
      written.push({ part, text: (await exportJson(data)).toString() });
    },
  })({
    id: 'event-1',
    type: 'ExportRequested',
    schemaVersion: 1,
    ...of,
    version: 2,
    at,
    correlationId: 'c-1',
    causationId: 'c-1',
    data: { exportId },
  });
  const [one] = written;
  if (!one) throw new Error('nothing was written');
  return { part: one.part, text: one.text, data: JSON.parse(one.text) };
};

const jobRow = (user: string, n: number, note = 'mine') => {
  const id = newId('gen');
  const createdAt = new Date(Date.parse(at) + n * 1_000).toISOString();
  const facts = {
    id,
    status: 'completed',
    tool: 'photo-filter',
    params: { note },
    inputs: [],
    attempts: 1,
    progress: 100,
    costCredits: 4,
  };
  const output = {
    kind: 'image',
    contentType: 'image/png',
    bytes: 9,
    sha256: 'ab',
    key: `outputs/sparky/${user}/${id}/0.png`,
  };
  const outputs = [{ ...output, width: 3, height: 2 }];
  return {
    owner: `sparky#${user}`,
    sk: `${createdAt}#${id}`,
    version: 3,
    ...facts,
    createdAt,
    completedAt: at,
    outputs,
  };
};

describe('generation’s part of an export', () => {
  test('I8 holds every run and file, newest first, without URLs and without anybody else’s', async () => {
    const jobs = Array.from({ length: 250 }, (_, n) => jobRow('user-1', n));
    const assets = Array.from({ length: 205 }, () => newId('ast'));
    const file = {
      contentType: 'image/png',
      bytes: 8,
      fileName: 'cat.png',
      etag: '"e"',
      sha256: 'ab',
      width: 3,
      height: 2,
    };
    const assetRow = (user: string, id: string) => ({
      owner: `sparky#${user}`,
      id,
      status: 'ready',
      createdAt: at,
      ...file,
    });
    await putItems(dynamo.client, 'jobs', [...jobs, jobRow('user-2', 1, 'theirs')]);
    await putItems(dynamo.client, 'assets', [
      ...assets.map((id) => assetRow('user-1', id)),
      assetRow('user-2', newId('ast')),
    ]);
    const prompts = Array.from({ length: 120 }, () => newId('prm'));
    const promptRow = (user: string, id: string) => ({
      owner: `sparky#${user}`,
      id,
      text: id,
      createdAt: at,
      updatedAt: at,
    });
    await putItems(dynamo.client, 'prompts', [
      ...prompts.map((id) => promptRow('user-1', id)),
      { owner: 'sparky#user-1', id: '#count', count: 120 },
      promptRow('user-2', newId('prm')),
    ]);
    const { part, text, data } = await run();
    expect(part).toEqual({ owner, exportId, service: 'generation' });
    const ids = (list: { id: string }[]) => list.map(({ id }) => id);
    expect(ids(data.generations)).toEqual(ids(jobs).toReversed());
    expect(ids(data.assets)).toEqual(assets.toSorted().toReversed());
    expect(ids(data.prompts)).toEqual(prompts.toSorted().toReversed());
    expect(data.prompts[0]).toEqual({
      id: prompts.at(-1),
      title: null,
      text: prompts.at(-1),
      thumbnail_asset_id: null,
      second_image_asset_id: null,
      created_at: at,
      updated_at: at,
    });
    expect(data.generations[0]).toEqual({
      id: jobs.at(-1)?.id,
      status: 'completed',
      tool: 'photo-filter',
      params: { note: 'mine' },
      inputs: [],
      progress: 100,
      attempts: 1,
      title: null,
      favourite: false,
      variation_of: null,
      plays: null,
      cached: false,
      cost_credits: 4,
      refunded_credits: 0,
      error: null,
      created_at: jobs.at(-1)?.createdAt,
      completed_at: at,
      outputs: [
        {
          kind: 'image',
          content_type: 'image/png',
          bytes: 9,
          width: 3,
          height: 2,
          title: null,
          duration_seconds: null,
          thumbnail: null,
        },
      ],
    });
    expect(data.assets[0]).toMatchObject({ status: 'ready', file_name: 'cat.png', width: 3 });
    expect(data.assets[0]).not.toHaveProperty('url');
    expect(/theirs|user-2|"url/.test(text)).toBe(false);
  });

  test('of ten megabytes is whole', async () => {
    const rows = Array.from({ length: 700 }, (_, n) => jobRow('user-3', n, 'x'.repeat(15_000)));
    await putItems(dynamo.client, 'jobs', rows);
    const { text, data } = await run({ ...owner, user: 'user-3' });
    expect(text.length).toBeGreaterThan(10 * 1024 * 1024);
    expect(data.generations).toHaveLength(700);
  }, 30_000);

  test('of who has nothing says so', async () =>
    expect((await run({ ...owner, user: 'nobody' })).data).toEqual({
      generations: [],
      assets: [],
      prompts: [],
      saved_replies: [],
    }));

  test('FS6 holds saved replies, how often a song was played, and thumbnails without URLs', async () => {
    const leaver = { ...owner, user: 'user-4' };
    const { outputs: [output] = [], ...row } = jobRow(leaver.user, 1);
    const thumbnail = { key: 'k', bytes: 1, width: 30, height: 20 };
    const outputs = [
      { ...output, kind: 'audio', contentType: 'audio/mpeg', title: 'First take', durationSeconds: 61.5 },
      { ...output, thumbnail },
    ];
    await putItems(dynamo.client, 'jobs', [{ ...row, outputs }]);
    await playsTable(dynamo.client, 'plays').count(leaver, row.id);
    const reply = { id: newId('rpl'), text: 'Hello', generation: row.id, createdAt: at };
    await savedReplies(dynamo.client, 'replies').create(leaver, reply, { key: 'key-1', fingerprint: 'f' });
    const { data, text } = await run(leaver);
    expect(data.saved_replies).toEqual([
      { id: reply.id, text: 'Hello', generation_id: row.id, note: null, created_at: at },
    ]);
    expect(data.generations).toMatchObject([
      {
        plays: 1,
        outputs: [{ title: 'First take', duration_seconds: 61.5 }, { thumbnail: { width: 30, height: 20 } }],
      },
    ]);
    expect(text).not.toContain('"url');
  });
});
