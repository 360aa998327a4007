/** Each app's export, as its tables write it, and what becomes of it here: balances to the credit, and nothing lost. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import { preview } from '#services/credits/domain/account.ts';
import { policyOf } from '#services/credits/domain/policy.ts';
import { available, epochSeconds } from '#services/credits/domain/state.ts';
import { melody } from '#services/generation/providers/sandbox/audio.ts';
import { png } from '#services/generation/test/images.ts';
import type { Reject } from '../rejects.ts';
import { exported, startWorld, type World } from './world.ts';

const [a, b, c] = ['a1', 'b2', 'c3'].map((end) => `5b0c2f5e-1111-4a6b-9a01-0000000000${end}`) as [
  string,
  string,
  string,
];

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** What the user would see now. */
const balanceOf = async (app: string, user: string): Promise<number | undefined> => {
  const definition = definitions.find(({ id }) => id === app);
  const account = await world.store.load(`${app}#${user}`);
  if (!definition || !account) return undefined;
  const at = new Date().toISOString();
  return available(preview(account.state, policyOf(definition, at), at), epochSeconds(at));
};

/** Puts a file where the folder of exported files has it. */
const put = async (folder: string, path: string, bytes: Uint8Array): Promise<void> => {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
};

const filesOf = (app: string, ...kinds: readonly string[]): string[] =>
  kinds.flatMap((named) => {
    const [kind = '', file = ''] = named.split('=');
    return [`--${kind}`, exported(app, file)];
  });

const argumentsOf: Readonly<Record<string, () => string[]>> = {
  sparky: () =>
    filesOf(
      'sparky',
      'users=users.csv',
      'balances=balances.csv',
      'ledger=ledger.csv',
      'jobs=jobs.csv',
      'payments=payments.csv',
    ),
  'product-studio': () =>
    filesOf(
      'product-studio',
      'payments=payments.ndjson',
      'users=users.csv',
      'balances=balances.csv',
      'ledger=ledger.csv',
      'jobs=jobs.csv',
    ),
  'baby-music': () => filesOf('baby-music', 'users=users.csv', 'jobs=jobs.csv', 'payments=payments.ndjson'),
  'nano-banana': () => filesOf('nano-banana', 'users=users.csv', 'balances=users.csv', 'jobs=jobs.ndjson'),
  'flirt-studio': () =>
    filesOf('flirt-studio', 'users=users.csv', 'balances=users.csv', 'ledger=ledger.csv', 'jobs=jobs.csv'),
};

/** The app's files in a folder, and rejects beside it. */
const whole = (app: string): string[] => [
  ...['--app', app],
  ...(argumentsOf[app]?.() ?? []),
  ...['--files', join(world.folder, app), '--rejects', join(world.folder, `${app}.rejects`)],
];

const rejectsOf = async (app: string): Promise<string[]> => {
  const text = await readFile(join(world.folder, `${app}.rejects`), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Reject)
    .map(({ file, line, reason }) => `${file.split('/').at(-1)}:${line} ${reason}`);
};

const stateOf = async (table: string, app: string, type: string) =>
  (await world.scan(table)).filter((item) => item.type === type && String(item.stream).startsWith(`${app}#`));

/** Each app once, then all of them again. */
describe('an export', () => {
  test('SP2 SP3 SP4 SP6 of Sparky: plan, balance, use, pictures and payments', async () => {
    await put(join(world.folder, 'sparky'), `generations/${a}/one look.png`, await png());
    const { code, result } = await world.result(...whole('sparky'));
    expect(await rejectsOf('sparky')).toEqual([
      'users.csv:4 the app has no plan "gold"',
      'balances.csv:4 the balance is below nothing: -4',
      'ledger.csv:5 credits_used: Invalid input: expected number, received string',
      `jobs.csv:3 the file generations/${b}/gone.png is not in ${join(world.folder, 'sparky')}`,
      'payments.csv:4 is not over: it is PENDING',
    ]);
    expect(code).toBe(1);
    expect(result.files.map(({ kind, rows, written }) => [kind, rows, written])).toEqual([
      ['users', 3, 2],
      ['balances', 3, 2],
      ['ledger', 4, 3],
      ['jobs', 2, 1],
      ['payments', 3, 2],
    ]);
    expect(await Promise.all([a, b, c].map((user) => balanceOf('sparky', user)))).toEqual([212, 7, 0]);
    expect(result.credits).toEqual({ exported: 219, here: 219 });
    const account = await world.store.load(`sparky#${a}`);
    expect(account?.state).toMatchObject({
      plan: 'plus',
      grants: { 'plan-import': { kind: 'plan', left: 150 }, 'import-1': { kind: 'pack', left: 62 } },
    });
    const user = (await world.scan('users')).find(({ owner }) => owner === `sparky#${a}`);
    expect(user).toMatchObject({
      username: 'amira',
      email: 'amira@example.com',
      created_at: '2025-04-02T09:15:33.120Z',
      notification_preferences: { promotions: false, feature_updates: true, general_alerts: true },
    });
    const [job] = await stateOf('generation-events', 'sparky', 'JobImported');
    expect(job?.state).toMatchObject({ status: 'completed', outputs: [{ contentType: 'image/png', thumbnail: {} }] });
    const payments = await stateOf('billing-events', 'sparky', 'PaymentImported');
    expect(payments.map(({ state }) => [state.status, state.amountMinor, state.currency, state.reference])).toEqual(
      expect.arrayContaining([
        ['captured', 44_900, 'EGP', '192036465'],
        ['failed', 9_900, 'EGP', '192036466'],
      ]),
    );
  });

  test('PP1 PP2 PP8 PP9 of Product Studio: roles, customers, a ledger with its jobs; payments are asked of Stripe', async () => {
    await put(join(world.folder, 'product-studio'), `outputs/${a}/b1/0.png`, await png());
    const { code } = await world.result(...whole('product-studio'));
    expect(await rejectsOf('product-studio')).toEqual([
      'balances.csv:4 the balance is beyond 1000000: 9000000000',
      expect.stringMatching(/^ledger.csv:5 tx_type: Invalid option/),
      'jobs.csv:4 is not over: it is processing',
      'payments.ndjson:3 is not JSON',
      'payments.ndjson:2 nobody here is cus_nobody at Stripe: bring the users first',
    ]);
    expect(code).toBe(1);
    expect(await Promise.all([a, b, c].map((user) => balanceOf('product-studio', user)))).toEqual([205, 0, 0]);
    const user = (await world.scan('users')).find(({ owner }) => owner === `product-studio#${a}`);
    expect(user).toMatchObject({ roles: ['admin'], name: 'Ana Ruiz' });
    const rows = (await world.scan('history')).filter(
      ({ owner, sk }) => owner === `product-studio#${a}` && sk !== 'import',
    );
    expect(rows.map(({ type, amount, balance_after }) => [type, amount, balance_after])).toEqual([
      ['bonus', 10, 10],
      ['spend', -5, 5],
      ['purchase', 200, 205],
    ]);
    const [job] = (await stateOf('generation-events', 'product-studio', 'JobImported')).filter(
      ({ state }) => state.status === 'completed',
    );
    // The entry leads to the run that it paid for.
    expect(String(job?.stream).endsWith(String(rows[1]?.generation_id))).toBe(true);
    expect((await world.scan('customers')).find(({ owner }) => owner === `product-studio#${a}`)?.customer).toBe(
      'cus_ana',
    );
  });

  test('BM1 BM2 BM8 BM11 BM13 of Baby Music: streak, plays, songs with their takes, and the subscription that runs', async () => {
    for (const take of ['take-1', 'take-2'])
      await put(
        join(world.folder, 'baby-music'),
        `songs/${a}/${take}.wav`,
        melody((note, below) => (note + take.length) % below),
      );
    const { code } = await world.result(...whole('baby-music'));
    expect(await rejectsOf('baby-music')).toEqual([
      expect.stringMatching(/^users.csv:4 id: /),
      'jobs.csv:4 is not over: neither audio nor an error',
    ]);
    expect(code).toBe(1);
    const user = (await world.scan('users')).find(({ owner }) => owner === `baby-music#${a}`);
    expect(user).toMatchObject({ streak: { current: 12, longest: 12, last_active_date: '2026-11-20' } });
    // She has paid for the period that runs; the other has what the free plan gives each month.
    expect(await Promise.all([a, b].map((id) => balanceOf('baby-music', id)))).toEqual([300, 20]);
    const [subscription] = await stateOf('billing-events', 'baby-music', 'SubscriptionImported');
    expect(subscription?.state).toMatchObject({
      entitledTo: 'premium',
      observed: { reference: 'sub_ada', status: 'active', amountMinor: 999, currency: 'USD' },
    });
    const songs = await stateOf('generation-events', 'baby-music', 'JobImported');
    const song = songs.find(({ state }) => state.status === 'completed');
    expect(song?.state).toMatchObject({
      title: 'Sleep well',
      favourite: true,
      params: { theme: 'stars', mood: 'calm', preset: 'lullaby' },
      outputs: [{ contentType: 'audio/wav', title: 'Take 1' }, { contentType: 'audio/wav' }],
    });
  });

  test("NB1 NB7 NB9 of Nano Banana: Clerk's users; a subscriber's balance begins with the plan's credits", async () => {
    await put(join(world.folder, 'nano-banana'), 'generated/one.png', await png());
    const { code } = await world.result(...whole('nano-banana'));
    expect(await rejectsOf('nano-banana')).toEqual([
      'users.csv:4 user_2def is in the file twice',
      'users.csv:4 user_2def is in the file twice',
    ]);
    expect(code).toBe(1);
    expect(await balanceOf('nano-banana', 'user_2abc')).toBe(130);
    expect(await balanceOf('nano-banana', 'user_2def')).toBe(5);
    expect((await world.store.load('nano-banana#user_2abc'))?.state).toMatchObject({
      plan: 'pro',
      grants: { 'plan-import': { left: 100 }, 'import-1': { kind: 'bonus', left: 30 } },
    });
  });

  test("FS1 FS5 FS10 FS11 of Flirt Studio: what is left of the day's credits, to the credit, and analyses with their results", async () => {
    const { code, result } = await world.result(...whole('flirt-studio'));
    expect(await rejectsOf('flirt-studio')).toEqual(['ledger.csv:4 is of the unknown type "mystery"']);
    expect(code).toBe(1);
    expect(await Promise.all([a, b, c].map((user) => balanceOf('flirt-studio', user)))).toEqual([260, 30, 0]);
    expect(result.credits).toEqual({ exported: 290, here: 290 });
    expect((await world.store.load(`flirt-studio#${a}`))?.state).toMatchObject({
      plan: 'premium',
      grants: { 'import-1': { kind: 'pack', left: 60 } },
    });
    const analyses = await stateOf('generation-events', 'flirt-studio', 'JobImported');
    expect(analyses.map(({ state }) => [state.tool, state.status]).toSorted()).toEqual([
      ['long-chat', 'completed'],
      ['short-chat', 'failed'],
    ]);
  });

  test('brought a second time writes nothing at all', async () => {
    const before = await world.everything();
    for (const app of Object.keys(argumentsOf)) {
      const { result } = await world.result(...whole(app));
      expect([app, result.files.map(({ written }) => written)]).toEqual([app, result.files.map(() => 0)]);
    }
    expect(await world.everything()).toEqual(before);
  });

  test('names no file twice: what is to be copied is listed before', async () => {
    const manifest = join(world.folder, 'manifest');
    const { code } = await world.run(
      '--app',
      'baby-music',
      '--jobs',
      exported('baby-music', 'jobs.csv'),
      '--manifest',
      manifest,
    );
    expect(code).toBe(0);
    expect(await readFile(manifest, 'utf8')).toBe(`songs/${a}/take-1.wav\nsongs/${a}/take-2.wav\n`);
  });
});
