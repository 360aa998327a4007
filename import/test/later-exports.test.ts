/** What an export meets here: users who left, plans and periods that moved on since the last one, and rows that are odd. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { png } from '#services/generation/test/images.ts';
import { tombstone } from '#services/identity/deletion/tombstone.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const inFile = async (name: string, text: string): Promise<string> => {
  const file = join(world.folder, name);
  await writeFile(file, text);
  return file;
};
const userOf = (end: string): string => `5b0c2f5e-2222-4a6b-9a01-0000000000${end}`;

test('of a user who left nothing is brought back: every row is named, and nothing is written', async () => {
  const [app, user] = ['product-studio', userOf('f1')];
  const charge = { amount: 900, currency: 'usd', status: 'succeeded', created: 1_738_486_800 };
  const args = [
    ...['--app', app, '--without-files'],
    '--users',
    await inFile(
      'users.csv',
      `id,email,full_name,roles,stripe_customer_id,created_at\n${user},a@example.com,A,[],cus_f1,\n`,
    ),
    '--balances',
    await inFile('balances.csv', `user_id,balance\n${user},5\n`),
    '--ledger',
    await inFile('ledger.csv', `id,user_id,tx_type,amount,created_at\nl1,${user},bonus,5,2025-02-01\n`),
    '--jobs',
    await inFile('jobs.csv', `id,user_id,status,created_at\nj1,${user},failed,2025-02-01\n`),
    '--payments',
    await inFile('payments.ndjson', JSON.stringify({ id: 'ch_f1', customer: 'cus_f1', ...charge })),
  ];
  const at = '2026-11-20T00:00:00.000Z';
  const stamp = { at, correlationId: 'left-1' };
  await world.client.send(new PutCommand({ TableName: 'users', Item: tombstone({ app, user }, undefined, stamp) }));
  // Their customer at Stripe is still known here.
  const reference = { key: `${app}#stripe#cus_f1`, owner: `${app}#${user}` };
  await world.client.send(new PutCommand({ TableName: 'references', Item: reference }));
  const before = await world.everything();
  const { code, result } = await world.result(...args);
  expect(code).toBe(1);
  expect(result.files.map(({ kind, written, rejected }) => [kind, written, rejected])).toEqual([
    ['users', 0, 1],
    ['balances', 0, 1],
    ['ledger', 0, 1],
    ['jobs', 0, 1],
    ['payments', 0, 1],
  ]);
  expect(new Set([...result.rejects, ...result.differences].map(({ reason }) => reason))).toEqual(
    new Set(['has left here']),
  );
  expect(await world.everything()).toEqual(before);
});

describe('FS7 a later export of Flirt Studio', () => {
  const user = userOf('f2');
  const args = async (tier: string, end: string): Promise<string[]> => [
    ...['--app', 'flirt-studio', '--users'],
    await inFile(
      'tiers.csv',
      `id,subscription_tier,stripe_customer_id,stripe_subscription_id,current_period_end,cancel_at_period_end\n${user},${tier},cus_f2,sub_f2,${end},f\n`,
    ),
  ];
  const planHere = async () => (await world.store.load(`flirt-studio#${user}`))?.state;
  const subscriptions = async () =>
    (await world.scan('billing-events'))
      .filter(({ stream, version }) => stream === `flirt-studio#${user}#subscription` && version !== undefined)
      .toSorted((one, other) => Number(one.version) - Number(other.version));

  test('moves the period on and changes the plan, in billing and in the ledger, and only once', async () => {
    expect((await world.result(...(await args('premium', '2099-01-15')))).code).toBe(0);
    const moved = await args('premium', '2099-02-15');
    const told = await world.result(...moved, '--reconcile');
    expect(told.result.differences.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/sub_f2 premium 2099-01-15\S+ here, and not sub_f2 premium 2099-02-15/),
    ]);
    expect((await world.result(...moved)).result).toMatchObject({ files: [{ written: 1 }], differences: [] });
    expect((await subscriptions()).at(-1)?.state).toMatchObject({
      observed: { currentPeriodEnd: '2099-02-15T00:00:00.000Z' },
      paid: { until: '2099-02-15T00:00:00.000Z' },
    });

    const better = await args('ultimate', '2099-02-15');
    expect((await world.result(...better)).result).toMatchObject({ files: [{ written: 1 }], differences: [] });
    expect(await planHere()).toMatchObject({ plan: 'ultimate' });
    expect((await subscriptions()).at(-1)?.state).toMatchObject({ entitledTo: 'ultimate' });
    const before = await world.everything();
    expect((await world.result(...better)).result).toMatchObject({ files: [{ written: 0, unchanged: 1 }] });
    expect(await world.everything()).toEqual(before);
  });

  test('of another plan is a difference until it is brought: premium, then pro', async () => {
    const other = userOf('f3');
    const file = (tier: string) => inFile('plain.csv', `id,subscription_tier\n${other},${tier}\n`);
    const run = async (...more: string[]) =>
      world.result('--app', 'flirt-studio', '--users', join(world.folder, 'plain.csv'), ...more);
    await file('premium');
    expect((await run()).code).toBe(0);
    await file('pro');
    expect((await run('--reconcile')).result.differences.map(({ reason }) => reason)).toEqual([
      'is of the plan premium here, and not pro',
    ]);
    expect((await run()).result).toMatchObject({ files: [{ written: 1 }], differences: [] });
    expect((await world.store.load(`flirt-studio#${other}`))?.state).toMatchObject({ plan: 'pro' });
  });
});

test('an odd row is named and the others come: a path that is a folder, one that is no encoding, too many credits', async () => {
  const user = userOf('f4');
  const folder = join(world.folder, 'odd');
  await mkdir(join(folder, 'generations', user, 'folder.png'), { recursive: true });
  await writeFile(join(folder, 'generations', user, '50%off.png'), await png());
  const rejects = await inFile('odd.rejects', '');
  const rows = [`1,${user},hairstyle-changer,${user}/folder.png`, `2,${user},hairstyle-changer,${user}/50%off.png`];
  const jobs = `id,user_id,tool_id,image_url,created_at\n${rows.map((row) => `${row},2025-04-03\n`).join('')}`;
  const ledger = `id,user_id,tool_id,credits_used,created_at\n1,${user},x,1000001,2025-04-03\n2,${user},x,1000000,2025-04-03\n`;
  const { result } = await world.result(
    ...['--app', 'sparky', '--jobs', await inFile('odd.csv', jobs), '--files', folder, '--rejects', rejects],
    ...['--ledger', await inFile('odd-ledger.csv', ledger)],
  );
  expect(result.rejects.map(({ file, line, reason }) => [file.split('/').at(-1), line, reason])).toEqual([
    ['odd-ledger.csv', 2, expect.stringContaining('credits_used: Too big')],
    ['odd.csv', 2, expect.stringContaining('folder.png is not in')],
  ]);
  expect(result.files.map(({ kind, written }) => [kind, written])).toEqual([
    ['ledger', 1],
    ['jobs', 1],
  ]);
  expect((await stat(rejects)).mode & 0o777).toBe(0o600);
});

test('a path with a line break is no line of a manifest', async () => {
  const user = userOf('f5');
  const rows = `1,${user},x,"${user}/a\nsecret.png",2025-04-03\n2,${user},x,${user}/b.png,2025-04-03\n`;
  const jobs = await inFile('breaks.csv', `id,user_id,tool_id,image_url,created_at\n${rows}`);
  const manifest = join(world.folder, 'breaks.manifest');
  const { code, text } = await world.run('--app', 'sparky', '--jobs', jobs, '--manifest', manifest);
  expect([code, text]).toEqual([1, expect.stringContaining('breaks.csv:2')]);
  expect(await readFile(manifest, 'utf8')).toBe(`generations/${user}/b.png\n`);
});
