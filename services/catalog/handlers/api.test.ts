import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import { meter } from '#shared/testing/dynamodb.ts';
import { newApi, type TestApi } from '../test/api.ts';
import { fileOf, fileWith, startTable, type TestTable, withTool } from '../test/offers.ts';

let tables: TestTable;
let api: TestApi;
beforeAll(async () => {
  tables = await startTable('offers');
  api = newApi(tables);
});
afterAll(() => tables.close());

const publicApps = definitions.filter(({ internal }) => !internal);
const get = (app: string, what: string, query: Record<string, string> = {}) =>
  api.get(`/v1/apps/${app}/${what}`, { query });
const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id);
const listed = async (app: string, what: string, query: Record<string, string> = {}) => {
  const { status, body } = await get(app, what, query);
  expect({ status, next: body.next_cursor }).toEqual({ status: 200, next: null });
  return body.data;
};

describe.each(publicApps.map((app) => [app.id, app] as const))('%s', (id, app) => {
  test('SP7 GET …/catalog: tools in order, plans and packs', async () => {
    const { status, headers, body } = await get(id, 'catalog');
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('public, max-age=60');
    const { name, plans, packs, allowances, locales } = app;
    expect(body).toMatchObject({ id, name, plans, packs, allowances, locales });
    expect(idsOf(body.tools)).toEqual(idsOf(app.tools.toSorted((a, b) => a.sort_order - b.sort_order)));
    expect(body.tools[0]).toMatchObject({ cost: app.tools[0]?.cost, params: app.tools[0]?.params });
  });
  test('SP1 SP7 the parts of it by themselves', async () => {
    const { body } = await get(id, 'catalog');
    expect(await listed(id, 'tools')).toEqual(body.tools);
    expect(await listed(id, 'plans')).toEqual(app.plans);
    expect(await listed(id, 'packs')).toEqual(app.packs);
    for (const tool of body.tools) expect((await get(id, `tools/${tool.id}`)).body).toEqual(tool);
  });
  test('SP8 PP14 options of every kind that a tool takes, without what the provider is told', async () => {
    for (const kind of Object.keys(app.options)) {
      const list = await listed(id, `options/${kind}`);
      expect(idsOf(list).toSorted()).toEqual(idsOf(app.options[kind] ?? []).toSorted());
      expect(list.filter((option: object) => 'prompt' in option || 'active' in option)).toEqual([]);
    }
  });
  test('SP7 texts in every language, for every key', async () => {
    for (const locale of app.locales) {
      const { body } = await get(id, `texts/${locale}`);
      expect(body).toEqual({ locale, texts: app.texts[locale] });
      for (const { name_key } of app.tools) expect(body.texts[name_key]).toBeTruthy();
    }
  });
  test('says nothing of issuers, providers, models, prompts and deadlines', async () => {
    const whats = ['catalog', 'tools', 'plans', 'packs', ...Object.keys(app.options).map((kind) => `options/${kind}`)];
    const answers = await Promise.all(whats.map((what) => get(id, what)));
    const text = JSON.stringify(answers.map(({ body }) => body));
    expect(text).not.toMatch(/issuer|jwks|secret|"providers"|"models"|deadline|"active"/);
    for (const { providers } of app.tools)
      for (const { models } of providers) for (const model of models) expect(text).not.toContain(model);
    for (const option of Object.values(app.options).flat())
      if (option.prompt) expect(text).not.toContain(JSON.stringify(option.prompt));
  });
});

describe('the names that the briefs know', () => {
  test.each([
    ['sparky', 'options/hairstyle', 'bob'],
    ['sparky', 'options/skin-color', undefined],
    ['product-studio', 'options/scene-preset', 'studio'],
    ['product-studio', 'options/pose-preset', 'standing'],
    ['baby-music', 'options/mood', undefined],
  ])('SP8 PP14 %s %s', async (app, what, id) => {
    const list = await listed(app, what);
    expect(list.length).toBeGreaterThan(0);
    if (id) expect(idsOf(list)).toContain(id);
  });
  test('SP1 plans with monthly credits and a daily cap', async () => {
    const plans = await listed('sparky', 'plans');
    expect(plans.map((plan: Record<string, unknown>) => [plan.id, plan.monthly_credits, plan.daily_cap])).toEqual([
      ['free', 0, 10],
      ['plus', 150, 30],
      ['pro', 600, 100],
    ]);
  });
  test('SP8 hairstyles by gender and category', async () => {
    const all = fileOf('sparky').options.hairstyle ?? [];
    const female = await listed('sparky', 'options/hairstyle', { gender: 'female' });
    expect(idsOf(female).toSorted()).toEqual(idsOf(all.filter(({ gender }) => gender === 'female')).toSorted());
    const [{ category } = { category: '' }] = all;
    const query = { gender: 'male', category: category ?? '' };
    for (const style of await listed('sparky', 'options/hairstyle', query)) expect(style).toMatchObject(query);
  });
});

describe('what is inactive is not there', () => {
  const bob = (fileOf('sparky').options.hairstyle ?? []).map((one) => ({
    ...one,
    active: one.id !== 'bob',
    ...(one.id === 'pixie-cut' ? { gender: undefined } : {}),
  }));
  const file = {
    ...fileWith('sparky', withTool('sparky', 'photo-filter', { active: false })),
    id: 'half-active',
    allowances: [{ tool: 'photo-filter', limit: 3, period: 'day' as const, plans: ['free'] }],
    options: { ...fileOf('sparky').options, hairstyle: bob },
  };
  const from = (what: string, query: Record<string, string> = {}) =>
    newApi(tables, [file]).get(`/v1/apps/half-active/${what}`, { query });

  test('SP7 a tool: in no list, under no id, in no text and no allowance', async () => {
    expect((await from('tools/photo-filter')).status).toBe(404);
    for (const what of ['catalog', 'tools', 'texts/en'])
      expect(JSON.stringify((await from(what)).body)).not.toMatch(/photo[-_]filter/);
    expect((await from('texts/en')).body.texts['tools.face_analysis.name']).toBeTruthy();
  });
  test('SP8 an option', async () => {
    expect(idsOf((await from('options/hairstyle')).body.data)).not.toContain('bob');
    expect(JSON.stringify((await from('texts/en')).body)).not.toContain('hairstyles.bob.');
  });
});

describe('caching', () => {
  test('a client that holds the newest is told so, and sent nothing', async () => {
    for (const what of ['catalog', 'tools', 'options/hairstyle', 'texts/ar']) {
      const { headers } = await get('sparky', what);
      const path = `/v1/apps/sparky/${what}`;
      const again = await api.get(path, { headers: { 'if-none-match': headers.etag ?? '' } });
      expect(again).toMatchObject({ status: 304, body: undefined });
      expect(again.headers).toEqual({ etag: headers.etag, 'cache-control': 'public, max-age=60' });
    }
    const { headers } = await get('sparky', 'catalog');
    const other = { headers: { 'if-none-match': headers.etag ?? '' } };
    expect((await api.get('/v1/apps/product-studio/catalog', other)).status).toBe(200);
  });
  test('a warm process asks nobody, a cold one the table once', async () => {
    await get('sparky', 'catalog');
    const calls = meter(tables.client);
    await get('sparky', 'tools');
    expect(calls).toEqual([]);
    await newApi(tables).get('/v1/apps/sparky/catalog');
    expect(calls.map(({ operation }) => operation)).toEqual(['Query']);
  });
});

describe('what is not there', () => {
  test.each(['nobody', 'sandbox-lab', 'constructor'])('%s: 404', async (app) => {
    for (const what of ['catalog', 'tools', 'tools/slow', 'options/hairstyle', 'plans', 'packs', 'texts/en'])
      expect(await get(app, what)).toMatchObject({
        status: 404,
        body: { type: 'urn:tessera:problem:app-unknown', detail: `No app "${app}" is served here.` },
      });
  });
  test.each([
    ['tools/nothing', 'tool-unknown'],
    ['options/constructor', 'option-kind-unknown'],
    ['texts/fr', 'locale-unknown'],
  ])('%s: 404 %s', async (what, slug) => {
    expect(await get('sparky', what)).toMatchObject({ status: 404, body: { type: `urn:tessera:problem:${slug}` } });
  });
  test('what cannot be an app at all, and a filter that is none: 400', async () => {
    expect((await get('Sparky!', 'catalog')).body.errors[0].pointer).toBe('/path/app');
    expect((await get('sparky', 'options/hairstyle', { color: 'red' })).body.errors[0].pointer).toBe('/query/color');
  });
  test('a table that cannot be read is 503, and says when to come again', async () => {
    const deaf = { ...tables.store, read: () => Promise.reject(new Error('gone')) };
    const { get: ask } = newApi({ ...tables, process: (files) => tables.process(files, deaf) });
    const { status, headers } = await ask('/v1/apps/sparky/catalog');
    expect([status, headers['retry-after']]).toEqual([503, '2']);
  });
});
