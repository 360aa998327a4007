import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { newApi as apiOver, type TestApi, testCatalog } from '../../test/api.ts';
import { closeAccount, endTopUp, openAccount } from '../../test/commands.ts';

let dynamoDb: TestDynamoDb;
let api: TestApi;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
beforeEach(async () => {
  api = await apiOver(dynamoDb.client);
});
afterAll(() => dynamoDb.close());

const types = async () => (await api.events()).map(({ type }) => type);

describe('X11 the low-balance alert', () => {
  const path = '/v1/credits/alert';
  test('is off, is set, is shown, is taken away', async () => {
    expect((await api.get(path)).body).toEqual({ below: null });
    expect(await api.send('PUT', path, { below: 5 })).toMatchObject({ status: 200, body: { below: 5 } });
    expect((await api.get(path)).body).toEqual({ below: 5 });
    expect((await api.send('PUT', path, { below: null })).body).toEqual({ below: null });
    expect(await types()).toEqual(['AccountOpened', 'CreditsGranted', 'AlertSet', 'AlertSet']);
  });
  test('set to what it is, nothing happens', async () => {
    await api.send('PUT', path, { below: 5 });
    const before = await types();
    await api.send('PUT', path, { below: 5 });
    expect(await types()).toEqual(before);
  });
  test('above the balance it rings at once', async () => {
    await api.send('PUT', path, { below: 50 });
    expect((await types()).at(-1)).toBe('LowBalanceReached');
  });
  test.each([[{}], [{ below: 0 }], [{ below: -1 }], [{ below: 1.5 }], [{ below: '5' }], [{ below: 5, above: 1 }]])(
    '%j is refused',
    async (body) => {
      expect((await api.send('PUT', path, body)).status).toBe(400);
    },
  );
});

describe('X11 the automatic top-up', () => {
  const path = '/v1/credits/top-up';
  const settings = { below: 5, pack_id: 'pack-20', max_per_month: 2 };
  const idle = { requested_this_month: 0, pending: false, paused_until: null };

  test('is off, is set, is shown, is taken away', async () => {
    expect((await api.get(path)).body).toEqual({ top_up: null, ...idle });
    expect((await api.send('PUT', path, { top_up: settings })).body).toEqual({ top_up: settings, ...idle });
    expect((await api.get(path)).body).toEqual({ top_up: settings, ...idle });
    expect((await api.send('PUT', path, { top_up: null })).body).toEqual({ top_up: null, ...idle });
  });
  test('set above the balance asks for a pack at once, and says so', async () => {
    const top_up = { ...settings, below: 15 };
    const asked = { top_up, requested_this_month: 1, pending: true, paused_until: null };
    expect((await api.send('PUT', path, { top_up })).body).toEqual(asked);
    expect((await api.get(path)).body).toEqual(asked);
    expect((await types()).at(-1)).toBe('TopUpRequested');
  });
  test('SP6 of an app whose users cannot pay by Stripe is refused; it may be taken away all the same', async () => {
    const elsewhere = await apiOver(dynamoDb.client, testCatalog({ payment_providers: ['paymob'] }));
    expect(await elsewhere.send('PUT', path, { top_up: settings })).toMatchObject({
      status: 409,
      body: { type: 'urn:tessera:problem:provider-unsupported' },
    });
    expect(await elsewhere.events()).toEqual([]);
    expect(await elsewhere.send('PUT', path, { top_up: null })).toMatchObject({ status: 200, body: { top_up: null } });
  });
  test('that was declined does not count to the month', async () => {
    await api.send('PUT', path, { top_up: { ...settings, below: 15 } });
    const [asked] = (await api.events()).flatMap((event) => (event.type === 'TopUpRequested' ? [event.topUpId] : []));
    await api.give(endTopUp(asked ?? '', 'declined', new Date().toISOString()));
    expect((await api.get(path)).body).toMatchObject({
      requested_this_month: 0,
      pending: false,
      paused_until: expect.any(String),
    });
  });
  test('of a threshold that one pack may not reach is refused, by its pointer', async () => {
    const { status, body } = await api.send('PUT', path, { top_up: { ...settings, below: 21 } });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      type: 'urn:tessera:problem:threshold-above-pack',
      detail: 'The pack "pack-20" brings 20 credits: "below" may be 20 at most.',
      errors: [{ pointer: '/body/top_up/below' }],
    });
    expect(await types()).toEqual([]);
    expect((await api.send('PUT', path, { top_up: { ...settings, below: 20 } })).status).toBe(200);
  });
  test('of a pack that the app does not sell is refused, by its pointer', async () => {
    const { status, body } = await api.send('PUT', path, { top_up: { ...settings, pack_id: 'pack-7' } });
    expect(status).toBe(404);
    expect(body).toMatchObject({
      type: 'urn:tessera:problem:pack-unknown',
      errors: [{ pointer: '/body/top_up/pack_id' }],
    });
    expect(await types()).toEqual([]);
  });
  test.each([
    [{}],
    [null],
    [{ top_up: {} }],
    [{ top_up: { ...settings, max_per_month: 0 } }],
    [{ top_up: { ...settings, below: 0 } }],
    [{ top_up: { ...settings, card: '4242' } }],
  ])('%j is refused', async (body) => {
    expect((await api.send('PUT', path, body)).status).toBe(400);
  });
});

test('a closed account takes no settings', async () => {
  await api.give(openAccount(), closeAccount());
  for (const [path, body] of [
    ['/v1/credits/alert', { below: 5 }],
    ['/v1/credits/top-up', { top_up: { below: 5, pack_id: 'pack-20', max_per_month: 1 } }],
  ] as const)
    expect(await api.send('PUT', path, body)).toMatchObject({
      status: 409,
      body: { type: 'urn:tessera:problem:account-closed' },
    });
});
