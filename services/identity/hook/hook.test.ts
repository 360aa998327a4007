/** PP1 FS10 the sign-up hook: who may call it, and what a message does, once. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { newApi as apiOver, secrets, signedMessage, signedUp, type TestApi } from '../test/api.ts';
import { hookSecrets } from './judge-message.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());
const newApi = () => apiOver(dynamoDb);

describe('a message that the identity provider signed', () => {
  test("opens the user's record, by what it tells", async () => {
    const { hook, records, get } = await newApi();
    const { status, body, headers } = await hook();
    expect([status, body, headers['content-type']]).toEqual([200, {}, 'application/json']);
    expect(await records()).toMatchObject([
      {
        owner: 'sparky#user-1',
        via: 'hook',
        email: 'hook@example.com',
        name: 'Told by the hook',
        version: 1,
        roles: [],
      },
    ]);
    expect((await get()).body).toMatchObject({ name: 'Told by the hook', email: 'someone@example.com' });
    expect(await records()).toMatchObject([{ status: 'active', name: 'Told by the hook' }]);
  });

  test('replayed, again and again and at once, changes nothing', async () => {
    const { hook, records, patch } = await newApi();
    const message = signedMessage(signedUp());
    await Promise.all(Array.from({ length: 6 }, () => hook(message)));
    expect(await records()).toMatchObject([{ version: 1 }]);
    await patch({ name: null });
    const before = await records();
    expect((await hook(message)).status).toBe(200);
    expect((await hook(signedMessage(signedUp({ email: 'other@example.com' }), { id: 'msg_2' }))).status).toBe(200);
    expect(await records()).toEqual(before);
  });

  test('behind a first request fills in what that could not know, once', async () => {
    const { hook, records, call } = await newApi();
    await call({ path: '/v1/me', user: { app: 'sparky', user: 'user-1' } });
    await hook();
    expect(await records()).toMatchObject([
      { via: 'request', name: 'Told by the hook', email: 'hook@example.com', version: 2 },
    ]);
    await hook();
    expect(await records()).toMatchObject([{ version: 2 }]);
  });

  test('does not bring back a user who left', async () => {
    const { hook, get, leave, records } = await newApi();
    await hook();
    await leave();
    const before = await records();
    expect((await hook()).status).toBe(200);
    expect(await records()).toEqual(before);
    expect((await get()).status).toBe(401);
  });

  test('PP18 of an anonymous session is taken and opens nothing', async () => {
    const { hook, records } = await newApi();
    expect((await hook(signedMessage(signedUp({ is_anonymous: true, email: '' })))).status).toBe(200);
    expect(await records()).toEqual([]);
  });

  test.each([
    ['name', { name: 'A name' }, 'A name'],
    ['full_name, as Google tells it', { full_name: 'A full name' }, 'A full name'],
    ['name before full_name', { name: 'A name', full_name: 'Other' }, 'A name'],
    ['what is no text', { name: { first: 'A' }, full_name: 7 }, undefined],
    ['control characters', { name: ' two\u0000\nlines\u202e ' }, 'two  lines'],
    ['a megabyte', { name: 'x'.repeat(100_000) }, 'x'.repeat(100)],
    ['nothing but spaces', { name: ' \n ' }, undefined],
    ['nothing', null, undefined],
  ])('its name comes from user_metadata: %s', async (_, user_metadata, name) => {
    const { hook, records } = await newApi();
    expect((await hook(signedMessage(signedUp({ user_metadata })))).status).toBe(200);
    const [record] = await records();
    expect(record?.status === 'active' && record.name).toBe(name);
  });

  test.each([
    ['Some.Body', 'some.body'],
    ['two words', null],
    [7, null],
  ])('SP2 its username is the one that was chosen, if it can be one: %s', async (username, kept) => {
    const { hook, get } = await newApi();
    await hook(signedMessage(signedUp({ user_metadata: { username } })));
    expect((await get()).body.username).toBe(kept);
  });

  test('claims of roles, credits or another app in it count for nothing', async () => {
    const { hook, records } = await newApi();
    const claims = {
      app_metadata: { role: 'admin' },
      user_metadata: { roles: ['admin'] },
      app: 'product-studio',
      roles: ['admin'],
    };
    expect((await hook(signedMessage({ ...signedUp(claims), app: 'product-studio' }))).status).toBe(200);
    expect(await records()).toMatchObject([{ app: 'sparky', roles: [] }]);
  });
});

const statusOf = async ({ hook, records }: TestApi, ...message: Parameters<TestApi['hook']>) => {
  const { status, body } = await hook(...message);
  expect(await records()).toEqual([]);
  return [status, body.type];
};
const untrusted = [401, 'urn:tessera:problem:hook-untrusted'];

describe('a message that is not signed as it must be is refused, and opens nothing', () => {
  const good = () => signedMessage(signedUp());
  const withHeader = (name: string, value: string) => ({ ...good(), headers: { ...good().headers, [name]: value } });

  test.each([
    ['signed with a secret that nobody has', () => signedMessage(signedUp(), { secret: secrets.unlisted })],
    ["signed with another app's secret", () => signedMessage(signedUp(), { secret: secrets.other })],
    ['with a changed byte', () => ({ ...good(), rawBody: good().rawBody.replace('user-1', 'user-2') })],
    ['with one space more', () => ({ ...good(), rawBody: `${good().rawBody} ` })],
    ['with another id', () => withHeader('webhook-id', 'msg_2')],
    ['with another time', () => withHeader('webhook-timestamp', String(Math.floor(Date.now() / 1_000) - 7))],
    ['of six minutes ago', () => signedMessage(signedUp(), { at: Date.now() - 360_000 })],
    ['of six minutes ahead', () => signedMessage(signedUp(), { at: Date.now() + 360_000 })],
    ['without an id', () => withHeader('webhook-id', '')],
    ['without a time', () => withHeader('webhook-timestamp', '')],
    ['with no number for a time', () => withHeader('webhook-timestamp', 'now')],
    ['without a signature', () => withHeader('webhook-signature', '')],
    [
      'with a signature of another version',
      () => withHeader('webhook-signature', good().headers['webhook-signature'].replace('v1,', 'v2,')),
    ],
    ['with a version and no signature', () => withHeader('webhook-signature', 'v1')],
    ['with a list of wrong signatures', () => withHeader('webhook-signature', Array(200).fill('v1,AAAA').join(' '))],
    ['without a body', () => ({ ...good(), rawBody: '' })],
  ])('%s', async (_, message) => expect(await statusOf(await newApi(), message())).toEqual(untrusted));

  test('sent to another app', async () =>
    expect(await statusOf(await newApi(), good(), 'product-studio')).toEqual(untrusted));
  test.each(['nano-banana', 'constructor'])('sent to "%s", which has no hook', async (app) =>
    expect(await statusOf(await newApi(), good(), app)).toEqual([404, 'urn:tessera:problem:hook-unknown']),
  );
  test('a good signature among wrong ones counts', async () => {
    const { hook } = await newApi();
    const { rawBody, headers } = good();
    const signature = `v1,AAAA ${headers['webhook-signature']} v1a,BBBB`;
    expect((await hook({ rawBody, headers: { ...headers, 'webhook-signature': signature } })).status).toBe(200);
  });
});

describe('a signed message that tells of no new user is 400', () => {
  test.each([
    ['no JSON', 'hello'],
    ['a list', []],
    ['null', 'null'],
    ['no user', { metadata: { name: 'after-user-created' } }],
    ['a user without an id', signedUp({ id: undefined })],
    ['an id that would be two keys', signedUp({ id: 'a#b' })],
    ['an id that is too long', signedUp({ id: 'x'.repeat(129) })],
    ['another hook, whose user may never be', signedUp({}, { name: 'before-user-created' })],
  ])('%s', async (_, body) =>
    expect(await statusOf(await newApi(), signedMessage(body))).toEqual([
      400,
      'urn:tessera:problem:hook-payload-invalid',
    ]),
  );
});

describe('the secrets', () => {
  test('during a rotation the old one and the new are both good', async () => {
    const { hook } = await newApi();
    for (const secret of [secrets.old, secrets.new])
      expect((await hook(signedMessage(signedUp(), { secret }))).status).toBe(200);
  });
  test('are read once for many messages, and invented signatures do not have them read again', async () => {
    const api = await newApi();
    for (let count = 0; count < 5; count += 1) await api.hook();
    for (let count = 0; count < 20; count += 1) await api.hook(signedMessage(signedUp(), { secret: secrets.unlisted }));
    expect(api.state.secretReads).toBe(1);
  });
  test.each([
    ['not JSON'],
    ['[]'],
    ['{"sparky":["secret"]}'],
    ['{"sparky":["v1,whsec_c2hvcnQ="]}'],
    ['{"sparky":["whsec_====="]}'],
  ])('that cannot be read as %s: 503, come again', async (text) => {
    const { state, hook, records } = await newApi();
    state.secrets = text;
    const { status, headers } = await hook();
    expect([status, headers['retry-after']]).toEqual([503, '2']);
    expect(await records()).toEqual([]);
  });
  test('are none at first, and then no app has a hook', async () => {
    const api = await newApi();
    api.state.secrets = '{}';
    expect((await api.hook()).status).toBe(404);
  });
  test('with the version in front or without', () => {
    expect(hookSecrets.safeParse({ sparky: [`v1,${secrets.old}`, secrets.old] }).success).toBe(true);
    expect(hookSecrets.safeParse({ sparky: [`v2,${secrets.old}`] }).success).toBe(false);
    expect(hookSecrets.safeParse({ sparky: Array(6).fill(secrets.old) }).success).toBe(false);
  });
});
