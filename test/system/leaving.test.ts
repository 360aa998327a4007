/** Leaving, and taking one's data along, on the whole system: what goes, what stays, and that nothing brings it back. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { routes as billingRoutes } from '#services/billing/routes.ts';
import { routes as creditsRoutes } from '#services/credits/routes.ts';
import { routes as generationRoutes } from '#services/generation/routes.ts';
import { mintAdminKey } from '#services/identity/admin-keys/admin-key.ts';
import { routes as identityRoutes } from '#services/identity/routes.ts';
import type { Route } from '#shared/http/route.ts';
import { uploadAsset } from './client.ts';
import { type Leavers, leaversOf, nothing } from './leavers.ts';
import { lab } from './ledger.ts';
import { makePhoto } from './photo.ts';
import { type Stack, startStack, type User } from './stack.ts';

const hookSecret = `whsec_${Buffer.from(lab.padEnd(32, '-')).toString('base64')}`;
const key = mintAdminKey(lab);
const patient = { timeoutMs: 60_000 };

let stack: Stack;
let leavers: Leavers;
let photo: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  stack = await startStack({
    secrets: {
      'tessera/auth-hooks': JSON.stringify({ [lab]: [`v1,${hookSecret}`] }),
      'tessera/admin-keys': JSON.stringify({ [lab]: [key.hash] }),
    },
  });
  leavers = leaversOf(stack);
  photo = await makePhoto({ width: 120, height: 90 });
}, 60_000);
afterEach(async () => {
  stack.account.faults.clear();
  await stack.account.drain(patient);
  expect((await stack.check()).violations).toEqual([]);
}, 60_000);
afterAll(async () => {
  leavers.close();
  await stack.close();
});

/** With a photo, a finished run, a prompt and a play. */
const busyUser = async (): Promise<User & { asset: string; run: string }> => {
  const user = await stack.signUp(lab);
  const { api } = user;
  const { id: asset } = await uploadAsset(api, photo);
  await stack.account.drain();
  const run = await api.generate({ tool: 'fallback', inputs: [asset] });
  expect(run.status).toBe(202);
  const prompt = await api.post('/v1/prompts', { text: `a note of ${user.id}`, thumbnail_asset_id: asset });
  expect(prompt.status).toBe(201);
  expect((await api.post('/v1/me/plays')).status).toBe(200);
  await stack.account.drain();
  return { ...user, asset, run: run.body.id };
};

/** Asks, and asks again once all is quiet: then it is ready. */
const exportOf = async ({ api }: User) => {
  expect((await api.get('/v1/me/export')).status).toBe(202);
  await stack.account.drain();
  const { status, body } = await api.get<{ url: string; bytes: number }>('/v1/me/export');
  expect([status, body]).toEqual([200, expect.objectContaining({ status: 'ready' })]);
  const text = await (await fetch(body.url)).text();
  return { url: body.url, bytes: body.bytes, text, data: JSON.parse(text) };
};

/** Asks until a worker has the job: it then needs five seconds. */
const untilProcessing = async ({ api }: User, id: string): Promise<void> => {
  for (let asked = 0; asked < 2_000; asked += 1)
    if ((await api.get(`/v1/generations/${id}`)).body.status === 'processing') return;
  throw new Error('no worker took the job');
};

const leave = async ({ api }: User): Promise<void> => {
  expect((await api.call('/v1/me', { method: 'DELETE' })).status).toBe(204);
};

const hook = ({ id, app }: User) => {
  const body = JSON.stringify({
    metadata: { name: 'after-user-created' },
    user: { id, email: `${id}@example.com`, is_anonymous: false, user_metadata: { name: 'Back again' } },
  });
  return stack.anybody.call(`/webhooks/auth/${app}`, {
    method: 'POST',
    body,
    headers: {
      'webhook-id': `msg_${id}`,
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': new Webhook(hookSecret).sign(`msg_${id}`, new Date(), body),
    },
  });
};

const userRoutes = (): Route[] =>
  [billingRoutes, creditsRoutes, generationRoutes, identityRoutes]
    .flatMap((table) => Object.values<Route>(table))
    .filter(({ auth }) => auth === 'user');

describe('a user leaves', () => {
  test('with a job under way, one that ended, a photo, a prompt and an export: all goes, the ledger stays and is closed', async () => {
    const user = await busyUser();
    const neighbour = await busyUser();
    await exportOf(user);
    const { status, body: slow } = await user.api.generate({ tool: 'slow', inputs: [user.asset] });
    expect(status).toBe(202);
    expect(await leavers.held(user)).toMatchObject({ assets: 1, uploads: 1, outputs: 2, exports: 6 });
    await untilProcessing(user, slow.id);

    await leave(user);
    for (const { method, path } of userRoutes()) {
      const answer = await user.api.call(path.replaceAll(/\{\w+\}/g, 'x'), { method });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
    await stack.account.drain(patient);

    expect(await leavers.held(user)).toEqual(nothing);
    expect(await leavers.held(neighbour)).toMatchObject({ jobs: 1, assets: 1, uploads: 1, outputs: 2 });
    expect(await leavers.accountOf(user)).toBe('closed');
    expect(await leavers.ledgerOf(user)).toEqual([
      'AccountOpened',
      'CreditsGranted',
      'CreditsHeld',
      'HoldSettled',
      'CreditsHeld',
      'HoldReleased',
      'AccountClosed',
    ]);
    const { jobs } = await stack.check();
    const trail = jobs.get(`${lab}#${user.id}#${slow.id}`) ?? [];
    expect(trail.map(({ event }) => event.type)).toEqual(['JobRequested', 'JobStarted', 'JobCancelled']);
    expect(trail.at(-1)?.meta.actor).toBe('system:user-left');
    // The worker did finish, and took back the file and the thumbnail it had stored.
    const worker = stack.account.functionName('services/generation/handlers/work.ts');
    const calls = stack.account.calls.all.filter(({ caller, service }) => caller === worker && service === 's3');
    expect(calls.slice(-4).map(({ operation }) => operation)).toEqual([
      'PutObject',
      'PutObject',
      'DeleteObject',
      'DeleteObject',
    ]);
    expect((await neighbour.api.get('/v1/credits')).status).toBe(200);
  }, 90_000);

  test('by an admin’s key, and for good: neither a hook nor the same act again brings anything back', async () => {
    const user = await busyUser();
    const remove = () =>
      stack.anybody.call(`/v1/admin/users/${user.id}`, { method: 'DELETE', headers: { 'x-admin-key': key.key } });
    expect((await remove()).status).toBe(204);
    expect((await user.api.get('/v1/me')).status).toBe(401);
    await stack.account.drain(patient);
    const ledger = await leavers.ledgerOf(user);
    expect(ledger.at(-1)).toBe('AccountClosed');
    expect((await remove()).status).toBe(204);
    expect((await hook(user)).status).toBe(200);
    await stack.account.drain(patient);
    expect((await user.api.get('/v1/me')).status).toBe(401);
    expect(await leavers.ledgerOf(user)).toEqual(ledger);
    expect(await leavers.held(user)).toEqual(nothing);
  }, 60_000);

  test('who never had a record or an account: nothing is opened', async () => {
    const user = await stack.signUp(lab);
    await leave(user);
    await stack.account.drain(patient);
    await leavers.secondPass(user);
    expect(await leavers.ledgerOf(user)).toEqual([]);
    expect((await user.api.get('/v1/credits')).status).toBe(401);
  }, 60_000);
});

describe('I7 whatever comes twice, late or out of order', () => {
  test('every delivery twice and shuffled: the same end', async () => {
    const user = await busyUser();
    await user.api.generate({ tool: 'slow', inputs: [user.asset] });
    const { faults } = stack.account;
    const struck = [
      faults.onDelivery('duplicate', { probability: 1, seed: 3 }),
      faults.onDelivery('reorder', { probability: 1, seed: 3 }),
    ];
    await leave(user);
    await stack.account.drain(patient);
    expect(struck.every(({ struck: times }) => times > 0)).toBe(true);
    expect(await leavers.held(user)).toEqual(nothing);
    expect((await leavers.ledgerOf(user)).slice(-2)).toEqual(['HoldReleased', 'AccountClosed']);
  }, 90_000);

  test('the second pass before the first, and both again', async () => {
    const user = await busyUser();
    for (const pass of [2, 1, 1, 2]) await leavers.tell(user, 'UserDeleted', { pass });
    await stack.account.drain(patient);
    expect(await leavers.held(user)).toMatchObject(nothing);
    expect((await leavers.ledgerOf(user)).filter((type) => type === 'AccountClosed')).toHaveLength(1);
    await leave(user);
    await stack.account.drain(patient);
  }, 60_000);

  test('what was still under way at the first pass goes at the second, an hour later', async () => {
    const user = await busyUser();
    await leave(user);
    await stack.account.drain(patient);
    // A registration that comes late, and files of workers and requests that were under way.
    const { app, id } = user;
    await leavers.tell(user, 'UserRegistered', { via: 'hook' });
    await leavers.putFile('outputs', `outputs/${app}/${id}/g/0.png`);
    await leavers.putFile('exports', `exports/${app}/${id}/e.json`);
    expect(await leavers.held(user)).toMatchObject({ outputs: 1, exports: 1 });
    await leavers.secondPass(user);
    expect(await leavers.held(user)).toEqual(nothing);
    expect((await leavers.ledgerOf(user)).filter((type) => type === 'AccountClosed')).toHaveLength(1);
  }, 60_000);
});

describe('I8 an export', () => {
  test('is what the API shows, whole, and nobody else’s, though every delivery comes twice and shuffled', async () => {
    const user = await busyUser();
    const neighbour = await busyUser();
    const { faults } = stack.account;
    faults.onDelivery('duplicate', { probability: 1, seed: 5 });
    faults.onDelivery('reorder', { probability: 1, seed: 5 });
    const { text, bytes, data } = await exportOf(user);
    faults.clear();
    expect(Buffer.byteLength(text)).toBe(bytes);
    const shown = async (path: string) => (await user.api.get<{ data: object[] }>(path)).body;

    const { updated_at, ...me } = (await user.api.get('/v1/me')).body;
    expect(data).toMatchObject({ app: lab, user: user.id, profile: { ...me, via: 'request' } });
    const { daily, ...balance } = (await user.api.get('/v1/credits')).body;
    expect(data.credits.account).toMatchObject({ ...balance, status: 'open' });
    expect(data.credits.transactions.toReversed()).toEqual((await shown('/v1/credits/transactions?limit=100')).data);
    expect(data.credits.usage).toMatchObject([{ generation_id: user.run, tool: 'fallback', credits: 1 }]);
    const withoutUrls = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value, (name, one) =>
          /^(url|url_expires_at|thumbnail|second_image)$/.test(name) ? undefined : one,
        ),
      );
    for (const name of ['generations', 'assets', 'prompts'])
      expect(withoutUrls(data.generation[name])).toEqual(withoutUrls((await shown(`/v1/${name}?limit=100`)).data));
    expect(data.generation.generations).toHaveLength(1);
    expect(data.billing).toEqual({ customer_id: null, subscription: await shown('/v1/subscription'), payments: [] });
    expect([neighbour.id, neighbour.asset, neighbour.run].filter((mark) => text.includes(mark))).toEqual([]);
    expect((await neighbour.api.get('/v1/me/export')).status).toBe(202);
  }, 60_000);

  test('asked for many times is one; one that was asked for by who left meanwhile is none', async () => {
    const user = await busyUser();
    const ask = () => Promise.all([1, 2, 3, 4].map(() => user.api.get('/v1/me/export')));
    await ask();
    await stack.account.drain();
    // Five parts, and the file.
    expect(await leavers.held(user)).toMatchObject({ exports: 6 });
    const gone = await busyUser();
    await gone.api.get('/v1/me/export');
    await leave(gone);
    await leave(user);
    await stack.account.drain(patient);
    expect(await leavers.held(user)).toEqual(nothing);
    expect(await leavers.held(gone)).toEqual(nothing);
  }, 60_000);

  test('is fetched by its owner’s URL alone', async () => {
    const user = await busyUser();
    const { url } = await exportOf(user);
    const { origin, pathname } = new URL(url);
    expect((await fetch(`${origin}${pathname}`)).status).toBe(403);
    await leave(user);
    await stack.account.drain(patient);
    expect([403, 404]).toContain((await fetch(url)).status);
  }, 60_000);
});
