/** SP15 on the whole system: an admin changes the catalog while it runs, and everybody goes by it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import { type AppOffer, type CatalogChanged, catalogChanged } from '#services/catalog/contracts.ts';
import { offer as decider, type Offer, type OfferEvent } from '#services/catalog/domain/offer.ts';
import { verifyStream } from '#shared/eventsourcing/verify-stream.ts';
import { readStreams } from '../streams.ts';
import { type ApiClient, uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { type Stack, startStack, tableName, type User } from './stack.ts';

const api = 'services/catalog/handlers/api.ts';
const definition = 'services/catalog/handlers/definition.ts';
const generation = 'services/generation/handlers/api.ts';
const base = '/v1/admin/catalog';

const published: { readonly source: string; readonly detail: unknown }[] = [];
let stack: Stack;
let user: User;
let boss: User;
let second: User;
let elsewhere: User;
beforeAll(async () => {
  stack = await startStack({
    onPublished: (_, event) => published.push(event as unknown as (typeof published)[number]),
  });
  [user, boss, second] = [await stack.signUp(), await stack.signUp(), await stack.signUp()];
  elsewhere = await stack.signUp('product-studio');
  for (const admin of [boss, second, elsewhere]) await stack.makeAdmin(admin);
}, 60_000);
afterAll(() => stack.close());

interface Current {
  readonly version: number;
  readonly actor: string;
  readonly offer: AppOffer;
}
const current = async ({ api: client }: User = boss) => (await client.get<Current>(base)).body;
const act = ({ api: client }: User, method: string, path: string, version: number, body?: unknown) =>
  client.call<{ version: number; changed: string[] }>(base + path, {
    method,
    headers: { 'if-match': `"${version}"` },
    ...(body === undefined ? {} : { body }),
  });
const changes = (app: string): CatalogChanged[] =>
  published
    .filter(({ source }) => source === 'tessera.catalog')
    .map(({ detail }) => catalogChanged.parse(detail))
    .filter((event) => event.app === app);

/** A process that remembers anything of the catalog is ended, at its next call of the table: what comes after is read anew. */
const forget = async () => {
  const { account } = stack;
  const killed = [definition, generation].map((entry) =>
    account.faults.onCall({ caller: account.functionName(entry), service: 'dynamodb' }, 'kill'),
  );
  await user.api.get('/v1/generations');
  // Asked for an app that it has not read for this while, the function has to look at the table.
  for (const { id } of definitions) {
    if (killed[0]?.struck) break;
    await account.invoke(definition, { app: id });
  }
  expect(killed.map(({ struck }) => struck)).toEqual([1, 1]);
};

const run = async (client: ApiClient) => {
  const { id } = await uploadAsset(client, await makePhoto({ width: 64, height: 48 }));
  await stack.account.drain();
  const request = { tool: 'photo-filter', params: { filter: 'sepia' }, inputs: [id], refresh: true };
  const { status, body } = await client.generate(request);
  await stack.account.drain();
  return { status, problem: (body as Record<string, unknown>).type };
};

describe('SP15 a change without a deploy', () => {
  test('the first look seeds the table; from then on a look costs one Query a second', async () => {
    const { account, anybody } = stack;
    await account.invoke(definition, { app: 'sparky' });
    const caller = account.functionName(api);
    account.calls.clear();
    const begun = performance.now();
    for (let request = 0; request < 20; request += 1)
      expect((await anybody.get('/v1/apps/sparky/catalog')).status).toBe(200);
    const seconds = Math.ceil((performance.now() - begun) / 1_000);
    const calls = account.calls.of({ caller }).map(({ operation }) => operation);
    expect(calls).toEqual(Array(calls.length).fill('Query'));
    expect(calls.length).toBeLessThanOrEqual(seconds);
  });

  test('a tool made inactive is refused, one made active again runs: nothing is charged for the refusal', async () => {
    expect((await run(user.api)).status).toBe(202);
    const { version, offer } = await current();
    const tool = offer.tools.find(({ id }) => id === 'photo-filter');
    const off = { tool: { ...tool, active: false }, reason: 'the filter is broken' };
    const done = await act(boss, 'PUT', '/tools/photo-filter', version, off);
    expect([done.status, done.body.changed]).toEqual([200, ['tools/photo-filter']]);
    await forget();
    expect(await run(user.api)).toEqual({ status: 400, problem: 'urn:tessera:problem:request-invalid' });
    expect((await user.api.get('/v1/credits')).body).toMatchObject({ spent: 1, held: 0 });
    expect((await stack.anybody.get('/v1/apps/sparky/tools/photo-filter')).status).toBe(404);

    const body = { to_version: version, reason: 'repaired' };
    const back = await act(boss, 'POST', '/rollback', version + 1, body);
    expect([back.status, back.body.version]).toEqual([200, version + 2]);
    await forget();
    expect((await run(user.api)).status).toBe(202);
    expect((await stack.check()).violations).toEqual([]);
  }, 60_000);

  test('two admins at once: one wins, the other is told, and finds the change by reading again', async () => {
    const { version } = await current();
    const { offer } = await current();
    const named = (name: string) => ({ offer: { ...offer, name } });
    const answers = await Promise.all([
      act(boss, 'PUT', '', version, named('Ours')),
      act(second, 'PUT', '', version, named('Theirs')),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    const winner = answers[0]?.status === 200 ? boss : second;
    expect(await current(second)).toMatchObject({ version: version + 1, actor: `admin:${winner.id}` });
  });

  test('SP14 the bus hears of every version once, in order', async () => {
    await stack.account.drain();
    const { version } = await current();
    const heard = changes('sparky');
    expect(heard.map(({ data }) => data.offerVersion)).toEqual(
      Array.from({ length: version }, (_, index) => index + 1),
    );
    expect(heard.map(({ user: whose }) => whose)).toEqual(Array(version).fill('catalog'));
    expect(heard[1]?.data).toEqual({ offerVersion: 2, changed: ['tools/photo-filter'], truncated: false });
  });

  test("I8 another app's admin sees and changes only the own", async () => {
    const theirs = await current(elsewhere);
    expect(theirs.offer.name).toBe('Product Studio');
    const renamed = { offer: { ...theirs.offer, name: 'Other Studio' } };
    expect((await act(elsewhere, 'PUT', '', theirs.version, renamed)).status).toBe(200);
    expect((await current()).offer.name).not.toBe('Other Studio');
    const { body } = await elsewhere.api.get<{ data: { version: number }[] }>(`${base}/versions`);
    expect(body.data.map(({ version }) => version)).toEqual([2, 1]);
    expect((await user.api.get(base)).status).toBe(403);
    expect((await stack.anybody.get(base)).status).toBe(401);
  });

  test('I6 every stream verifies', async () => {
    const streams = await readStreams<OfferEvent, Offer>(
      stack.dynamoDb,
      tableName(stack.account, 'TesseraCatalog', 'Events'),
    );
    expect(streams.size).toBeGreaterThanOrEqual(2);
    for (const [, events] of streams) expect(verifyStream(decider, events)).toBeUndefined();
  });

  test('what every version was is kept, and can be read', async () => {
    const { body } = await boss.api.get<{ offer: AppOffer; reason: string }>(`${base}/versions/2`);
    expect(body.offer.tools.find(({ id }) => id === 'photo-filter')?.active).toBe(false);
    expect(body.reason).toBe('the filter is broken');
  });
});

describe('what the public sees', () => {
  /** Two apps were changed above; what is asked for here stayed. */
  const publicApps = definitions.filter(({ internal }) => !internal);
  const idsAt = async (path: string) => {
    const { status, body } = await stack.anybody.get<{ data: { id: string }[] }>(path);
    expect(status).toBe(200);
    return body.data.map(({ id }) => id).toSorted();
  };
  const idsOf = (list: readonly { readonly id: string }[] = []) => list.map(({ id }) => id).toSorted();

  test.each(publicApps.map((app) => [app.id, app] as const))('SP1 SP7 SP8 PP14 %s', async (id, app) => {
    const path = `/v1/apps/${id}`;
    expect(await idsAt(`${path}/tools`)).toEqual(idsOf(app.tools));
    expect(await idsAt(`${path}/plans`)).toEqual(idsOf(app.plans));
    expect(await idsAt(`${path}/packs`)).toEqual(idsOf(app.packs));
    for (const kind of Object.keys(app.options))
      expect(await idsAt(`${path}/options/${kind}`)).toEqual(idsOf(app.options[kind]));
    for (const locale of app.locales) {
      const { body } = await stack.anybody.get(`${path}/texts/${locale}`);
      expect(body).toEqual({ locale, texts: app.texts[locale] });
    }
  });
  test('colours are named in a path as they are, escaped', async () => {
    const { version, offer } = await current();
    const [colour] = offer.options['hair-color'] ?? [];
    const path = `/options/hair-color/${encodeURIComponent(colour?.id ?? '')}`;
    const { status, body } = await act(boss, 'PUT', path, version, { option: { ...colour, pro: true } });
    expect([status, body.changed]).toEqual([200, [`options/hair-color/${colour?.id}`]]);
  });
});
