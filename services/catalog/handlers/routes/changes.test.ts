/** SP15 an admin changes the own app's offer. Each test has an app of its own, made like Sparky. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { meter } from '#shared/testing/dynamodb.ts';
import { type AppOffer, offerOf } from '../../contracts.ts';
import { maxOfferBytes } from '../../domain/offer.ts';
import { adminOf, newAdminApi, type TestAdminApi } from '../../test/api.ts';
import { fileOf, startTable, type TestTable, withTool } from '../../test/offers.ts';

const base = '/v1/admin/catalog';
let tables: TestTable;
beforeAll(async () => {
  tables = await startTable('offers');
});
afterAll(() => tables.close());

let apps = 0;
let api: TestAdminApi;
let send: TestAdminApi['send'];
let app = '';
beforeEach(() => {
  apps += 1;
  app = `app-${apps}`;
  api = newAdminApi(tables, app);
  ({ send } = api);
});
const current = () => api.current();
const history = () => api.history();
const offer = (): AppOffer => offerOf(fileOf('sparky'));
const dearer = (): AppOffer => ({ ...offer(), welcome_credits: 11 });

describe('the whole offer', () => {
  test('GET shows it with its version, as its tag too', async () => {
    const { status, headers, body } = await send('GET', '');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-store' });
    expect(body).toEqual({
      version: 1,
      at: expect.any(String),
      actor: 'system:catalog',
      reason: null,
      seeded: true,
      set_aside: false,
      rolled_back_to: null,
      edited: false,
      offer: offer(),
    });
  });
  test('PUT puts another in its place, seen at once in this process, and says what changed', async () => {
    await api.get(`/v1/apps/${app}/catalog`);
    const { status, headers, body } = await send('PUT', '', {
      version: 1,
      body: { offer: dearer(), reason: 'a treat' },
    });
    expect({ status, body }).toEqual({
      status: 200,
      body: { version: 2, changed: ['welcome_credits'], truncated: false, dry_run: false },
    });
    expect(headers.etag).toBe('"2"');
    expect((await api.get(`/v1/apps/${app}/catalog`)).body.welcome_credits).toBe(11);
    expect((await send('GET', '')).body).toMatchObject({ actor: 'admin:boss', reason: 'a treat', edited: true });
  });
  test('sent twice it is one change: the second finds it done', async () => {
    const request = { version: 1, body: { offer: dearer() } };
    await send('PUT', '', request);
    const { status, body } = await send('PUT', '', request);
    expect([status, body]).toEqual([200, { version: 2, changed: [], truncated: false, dry_run: false }]);
    expect(await history()).toEqual(['OfferSeeded', 'OfferChanged']);
  });
  test('what is there already is no change', async () => {
    expect((await send('PUT', '', { version: 1, body: { offer: offer() } })).body).toMatchObject({ version: 1 });
    expect(await history()).toEqual(['OfferSeeded']);
  });
  test('dry_run says what would change and changes nothing', async () => {
    const query = { dry_run: 'true' };
    const { status, body } = await send('PUT', '', { version: 1, query, body: { offer: dearer() } });
    expect([status, body]).toEqual([
      200,
      { version: 1, changed: ['welcome_credits'], truncated: false, dry_run: true },
    ]);
    expect(await history()).toEqual(['OfferSeeded']);
  });
  test('after a change this process looks at the table at once; what changes nothing costs no look', async () => {
    const welcome = async () => (await api.get(`/v1/apps/${app}/catalog`)).body.welcome_credits;
    await welcome();
    const calls = meter(tables.client);
    await send('PUT', '', { version: 1, query: { dry_run: 'true' }, body: { offer: dearer() } });
    await send('PUT', '', { version: 1, body: { offer: offer() } });
    expect([await welcome(), calls.map(({ operation }) => operation)]).toEqual([10, ['Query', 'Query']]);
    await send('PUT', '', { version: 1, body: { offer: dearer() } });
    const made = calls.slice(2).map(({ operation }) => operation);
    expect([await welcome(), made]).toEqual([11, ['Query', 'Query', 'PutItem', 'Query']]);
    expect(calls).toHaveLength(6);
  });
  test.each([
    ['a number beyond all numbers', '"minimum":1e999', '/body/tool/params', 'holds a number that JSON cannot write'],
    ['the same, deep down', '"x":[{"y":-1e999}]', '/body/tool/params', 'holds a number that JSON cannot write'],
    [
      'a schema of itself',
      '"$ref":"#"',
      '/body/tool/params',
      'is not a JSON Schema: it refers to itself without an end',
    ],
  ])('%s in the parameters of a tool: 400', async (_, params, pointer, detail) => {
    const [tool] = offer().tools;
    const rawBody = JSON.stringify({ tool }).replace('"params":{', `"params":{${params},`);
    const path = `${base}/tools/${tool?.id}`;
    const headers = { 'if-match': '"1"' };
    const { status, body } = await api.call({ method: 'PUT', path, verdict: adminOf(app), headers, rawBody });
    expect([status, body.errors]).toEqual([400, [{ pointer, detail }]]);
    expect((await send('PUT', '', { version: 1, body: { offer: offer() } })).status).toBe(200);
  });
  test('without If-Match, or with any: 428', async () => {
    const body = { offer: dearer() };
    const any = await api.call({
      method: 'PUT',
      path: base,
      verdict: adminOf(app),
      body,
      headers: { 'if-match': '*' },
    });
    for (const answer of [await send('PUT', '', { body }), any])
      expect(answer).toMatchObject({ status: 428, body: { type: 'urn:tessera:problem:version-missing' } });
  });
  test('on another version: 412, naming the one that is there', async () => {
    await send('PUT', '', { version: 1, body: { offer: dearer() } });
    const { status, body } = await send('PUT', '', { version: 1, body: { offer: { ...offer(), name: 'Mine' } } });
    expect([status, body.detail]).toEqual([412, 'It is at version 2 now: read it again.']);
    expect((await send('PUT', '', { version: 3, body: { offer: { ...offer(), name: 'Mine' } } })).status).toBe(412);
    // Of two faults the version's is told: what was read is no longer there.
    expect((await send('DELETE', '/plans/free', { version: 1 })).status).toBe(412);
  });
  test('ten admins at once: one wins, the others are told', async () => {
    await current();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        send('PUT', '', { version: 1, user: `admin-${index}`, body: { offer: { ...offer(), name: `Name ${index}` } } }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(412)]);
    expect(await history()).toEqual(['OfferSeeded', 'OfferChanged']);
  });
  test('a bad one is refused whole, pointing at every field', async () => {
    const [tool] = offer().tools;
    const bad = {
      ...offer(),
      default_plan: 'gold',
      tools: [{ ...tool, cost: { kind: 'fixed', credits: -1 } }],
      colour: 'red',
    };
    const { status, body } = await send('PUT', '', { version: 1, body: { offer: bad } });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { pointer: '/body/offer/tools/0/cost/credits', detail: expect.any(String) },
      { pointer: '/body/offer/colour', detail: 'is not a known field' },
      { pointer: '/body/offer/default_plan', detail: 'there is no plan "gold"' },
    ]);
    expect(await history()).toEqual([]);
  });
  test('one that would not fit the table: 413; the largest that fits is kept', async () => {
    const filled = (bytes: number): AppOffer => {
      const en: Record<string, string> = { ...offer().texts.en };
      const made = { ...offer(), texts: { ...offer().texts, en } };
      const left = () => bytes - Buffer.byteLength(JSON.stringify(made));
      for (let index = 100; left() > 2_100; index += 1) en[`extra_${index}`] = 'x'.repeat(1_900);
      en.last = 'x'.repeat(left() - ',"last":""'.length);
      return made;
    };
    const body = { offer: filled(maxOfferBytes + 1) };
    expect(await send('PUT', '', { version: 1, body })).toMatchObject({
      status: 413,
      body: { type: 'urn:tessera:problem:offer-too-large', detail: 'As JSON it may have 256000 bytes.' },
    });
    const fits = { offer: filled(maxOfferBytes), reason: 'é'.repeat(500) };
    expect((await send('PUT', '', { version: 1, body: fits })).body).toMatchObject({ version: 2, truncated: true });
    expect((await current()).offer).toEqual(fits.offer);
  });
  test.each([
    ['', 'empty'],
    ['x'.repeat(501), 'long'],
  ])('a reason that is too %#: 400', async (reason) => {
    expect((await send('PUT', '', { version: 1, body: { offer: dearer(), reason } })).status).toBe(400);
  });
});

describe('one item', () => {
  const tool = () =>
    withTool('sparky', 'photo-filter', { active: false }).tools.find(({ id }) => id === 'photo-filter');
  const pack = {
    id: 'pack-500',
    name: 'Lots',
    credits: 500,
    bonus_credits: 0,
    price: { amount_minor: 1, currency: 'EGP' },
  };

  test('a tool made inactive is gone for the public', async () => {
    const { status, body } = await send('PUT', '/tools/photo-filter', {
      version: 1,
      body: { tool: tool(), reason: 'broken' },
    });
    expect([status, body.changed]).toEqual([200, ['tools/photo-filter']]);
    expect((await api.get(`/v1/apps/${app}/tools/photo-filter`)).status).toBe(404);
    expect((await current()).offer.tools).toHaveLength(offer().tools.length);
  });
  test('a pack is added behind the others, and taken away again', async () => {
    expect((await send('PUT', '/packs/pack-500', { version: 1, body: { pack } })).body.version).toBe(2);
    expect((await current()).offer.packs.at(-1)).toEqual(pack);
    const query = { reason: 'a mistake' };
    expect((await send('DELETE', '/packs/pack-500', { version: 2, query })).body).toMatchObject({
      version: 3,
      changed: ['packs/pack-500'],
    });
    expect((await send('GET', '/versions')).body.data[0]).toMatchObject({ version: 3, reason: 'a mistake' });
    expect((await send('DELETE', '/packs/pack-500', { version: 3 })).status).toBe(404);
  });
  test('a plan', async () => {
    const plan = { ...offer().plans[1], daily_cap: 31 };
    expect((await send('PUT', '/plans/plus', { version: 1, body: { plan } })).body.changed).toEqual(['plans/plus']);
    expect((await send('DELETE', '/plans/plus', { version: 2 })).status).toBe(200);
    const { status, body } = await send('DELETE', '/plans/free', { version: 3 });
    expect([status, body.errors]).toEqual([
      400,
      [{ pointer: '/offer/default_plan', detail: 'there is no plan "free"' }],
    ]);
  });
  test('an option named by its colour', async () => {
    const [colour] = offer().options['hair-color'] ?? [];
    const path = `/options/hair-color/${colour?.id}`;
    const body = { option: { ...colour, pro: true } };
    expect((await send('PUT', path, { version: 1, body })).body.changed).toEqual([path.slice(1)]);
    expect((await send('DELETE', path, { version: 2 })).status).toBe(200);
  });
  test('a kind of options begins and ends', async () => {
    const option = { id: 'a', name_key: 'hairstyles.bob.name', pro: false, active: true, sort_order: 1 };
    await send('PUT', '/options/hat/a', { version: 1, body: { option } });
    expect((await api.get(`/v1/apps/${app}/options/hat`)).body.data).toHaveLength(1);
    expect((await send('DELETE', '/options/hat/a', { version: 2 })).body.changed).toEqual(['options/hat/a']);
    expect((await api.get(`/v1/apps/${app}/options/hat`)).status).toBe(404);
    expect((await current()).offer).toEqual(offer());
  });
  test('faults within it are told where it was sent, others where they are in the offer', async () => {
    const [style] = offer().options.hairstyle ?? [];
    const named = { ...tool(), option_params: { filter: 'hats' } };
    const inTool = await send('PUT', '/tools/photo-filter', { version: 1, body: { tool: named } });
    expect(inTool.body).toMatchObject({
      status: 400,
      errors: [{ pointer: '/body/tool/option_params/filter', detail: 'there are no options "hats"' }],
    });
    const option = { ...style, id: 'new-style', name_key: 'hairstyles.new.name' };
    const elsewhere = await send('PUT', '/options/hairstyle/new-style', { version: 1, body: { option } });
    expect(elsewhere.body.errors).toEqual([
      { pointer: '/offer/texts/en/hairstyles.new.name', detail: 'has no text' },
      { pointer: '/offer/texts/ar/hairstyles.new.name', detail: 'has no text' },
    ]);
    const shape = await send('PUT', '/tools/photo-filter', { version: 1, body: { tool: { ...tool(), secret: 1 } } });
    expect(shape.body.errors).toEqual([{ pointer: '/body/tool/secret', detail: 'is not a known field' }]);
  });
  test('under another id than its own: 400', async () => {
    const { status, body } = await send('PUT', '/tools/other', { version: 1, body: { tool: tool() } });
    expect([status, body.errors]).toEqual([
      400,
      [{ pointer: '/body/tool/id', detail: 'is not "other", as in the path' }],
    ]);
  });
  test.each(['/tools/x', '/plans/x', '/packs/x', '/options/hairstyle/x', '/options/constructor/x'])(
    'DELETE %s that is not there: 404',
    async (path) => expect((await send('DELETE', path, { version: 1 })).status).toBe(404),
  );
  test('needs If-Match as the whole does', async () => {
    expect((await send('PUT', '/packs/pack-500', { body: { pack } })).status).toBe(428);
    expect((await send('DELETE', '/packs/pack-20')).status).toBe(428);
    await send('PUT', '', { version: 1, body: { offer: dearer() } });
    expect((await send('PUT', '/packs/pack-500', { version: 1, body: { pack } })).status).toBe(412);
    expect((await send('DELETE', '/packs/pack-20', { version: 1 })).status).toBe(412);
  });
});

test('X1 nobody but an admin: 401 without a session, 403 for a user, 404 for an app that is not served', async () => {
  expect((await api.call({ path: base })).status).toBe(401);
  expect((await api.call({ path: base, user: { app, user: 'u1' } })).status).toBe(403);
  expect((await send('GET', '', { of: 'gone' })).status).toBe(404);
});
