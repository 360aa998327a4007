/** SP15 the operators' commands, on a table as the account that a file tells of has it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type AppOffer, offerOf } from '../contracts.ts';
import { newestVersion, newOffer } from '../current-offers.ts';
import { offerStream } from '../domain/offer.ts';
import { fileOf, fileWith, startTable, type TestTable, withTool } from '../test/offers.ts';
import { runCatalog } from './run.ts';

let tables: TestTable;
let folder: string;
let account: string;
let made = 0;
beforeAll(async () => {
  tables = await startTable('first');
  folder = await mkdtemp(join(tmpdir(), 'catalog-test-'));
});
afterAll(async () => {
  await tables.close();
  await rm(folder, { recursive: true });
});

/** Each test has a table of its own, for apps' names are those of the files. */
let store: ReturnType<typeof tables.onTable>['store'];
let handle: ReturnType<typeof tables.onTable>['handle'];
let table: string;
beforeEach(async () => {
  made += 1;
  table = await tables.createEventsTable(`catalog-${made}`);
  ({ store, handle } = tables.onTable(table));
  account = await accountWith(table);
});

const accountWith = async (Events: string, endpoint = tables.endpoint) => {
  const file = join(folder, `${Events}.json`);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const told = { endpoint, region: 'eu-west-1', credentials, tables: { TesseraCatalog: { Events } } };
  await writeFile(file, JSON.stringify(told));
  return file;
};
const operator = { name: 'op', now: () => '2026-11-05T12:00:00.000Z' };
const catalog = async (...args: readonly string[]) => {
  const lines: string[] = [];
  const complaints: string[] = [];
  const output = {
    print: (text: string) => lines.push(text),
    complain: (text: string) => complaints.push(text),
    progress: () => undefined,
  };
  const code = await runCatalog([...args, '--account', account], output, operator);
  return { code, said: lines.join('\n'), complaint: complaints.join('\n') };
};
const at = '2026-11-05T10:00:00.000Z';
/** Applied by a deployment with this file. */
const seeded = async (changes: Partial<AppOffer> = {}) => {
  const command = { type: 'SeedOffer', ...newOffer(undefined, offerOf(fileWith('sparky', changes)), at) } as const;
  await handle(offerStream('sparky'), command, { actor: 'system:catalog', correlationId: 'seed' });
};
const served = async () => (await newestVersion(store, 'sparky'))?.offer;

describe('diff', () => {
  test('of an app that follows its file there is none', async () => {
    await seeded();
    const { code, said } = await catalog('diff', 'sparky');
    expect([code, said]).toEqual([
      0,
      'sparky: version 1 of 2026-11-05 10:00:00 by system:catalog; follows its file\nNo difference.',
    ]);
  });
  test('says piece by piece what the file would change', async () => {
    const [pack, ...packs] = fileOf('sparky').packs;
    const tools = withTool('sparky', 'photo-filter', { active: false, deadline_seconds: 999 }).tools;
    await seeded({ welcome_credits: 12, tools, packs: [...packs, { ...pack, id: 'gone' } as never] });
    const { code, said } = await catalog('diff', 'sparky');
    expect(code).toBe(1);
    expect(said).toContain('  ~ welcome_credits  12 → 10');
    expect(said).toMatch(/ {2}~ tools\/photo-filter\n {6}active false → true\n {6}deadline_seconds 999 → \d+/);
    expect(said).toContain(`  + packs/${pack?.id}`);
    expect(said).toContain('  - packs/gone');
    expect(said).toContain('4 differences.');
    const json = JSON.parse((await catalog('diff', 'sparky', '--json')).said);
    expect(json).toMatchObject({ app: 'sparky', version: 1, edited: false });
    expect(json.differences).toHaveLength(4);
    expect(await served()).toMatchObject({ welcome_credits: 12 });
  });
  test('an order of tools alone is a difference', async () => {
    await seeded({ tools: fileOf('sparky').tools.toReversed() });
    expect((await catalog('diff', 'sparky')).said).toContain('  ~ tools  another order');
  });
  test('where nothing is yet, everything is new, and nothing is written', async () => {
    const { code, said } = await catalog('diff', 'sparky');
    expect([code, said.split('\n')[0]]).toEqual([
      1,
      'sparky: nothing is there yet; the first request will apply the file',
    ]);
    expect(await served()).toBeUndefined();
  });
});

describe('publish', () => {
  test('shows what it would do, and does it with --yes; a second time there is nothing to do', async () => {
    await seeded({ welcome_credits: 12 });
    const dry = await catalog('publish', 'sparky');
    expect([dry.code, dry.said.split('\n').at(-1)]).toEqual([1, 'Nothing was changed: --yes does it.']);
    expect(await served()).toMatchObject({ welcome_credits: 12 });
    const { code, said } = await catalog('publish', 'sparky', '--yes', '--reason', 'a release');
    expect([code, said]).toEqual([0, expect.stringContaining('Version 2 is served')]);
    expect(await served()).toEqual(offerOf(fileOf('sparky')));
    const again = await catalog('publish', 'sparky', '--yes');
    expect([again.code, again.said]).toEqual([0, expect.stringContaining('No difference.')]);
    const [newest] = await store.read(offerStream('sparky'), { direction: 'backward', limit: 1 });
    expect(newest).toMatchObject({ version: 2, meta: { actor: 'operator:op' }, event: { reason: 'a release' } });
  });
  test('publishes a file that was set aside', async () => {
    await seeded();
    const edited = newOffer(await newestVersion(store, 'sparky'), { ...(await served()), name: 'Edited' }, at);
    const meta = { actor: 'admin:boss', correlationId: 'r1' };
    await handle(offerStream('sparky'), { type: 'ChangeOffer', ...edited }, meta);
    expect((await catalog('diff', 'sparky')).said).toContain('edited: new files wait until they are published');
    expect((await catalog('publish', 'sparky', '--yes')).code).toBe(0);
    expect(await served()).toMatchObject({ name: 'Sparky' });
    expect((await catalog('diff', 'sparky')).said).toContain('operator:op; follows its file\nNo difference.');
    expect((await newestVersion(store, 'sparky'))?.state.edited).toBe(false);
  });
  test('an edited offer that says what the file says follows it again', async () => {
    await seeded({ name: 'Earlier' });
    const same = newOffer(await newestVersion(store, 'sparky'), offerOf(fileOf('sparky')), at);
    await handle(offerStream('sparky'), { type: 'ChangeOffer', ...same }, { actor: 'admin:boss', correlationId: 'r1' });
    const dry = await catalog('publish', 'sparky');
    expect([dry.code, dry.said]).toEqual([1, expect.stringContaining('No difference.\nNothing was changed')]);
    expect((await catalog('publish', 'sparky', '--yes')).said).toContain('Version 3 is served');
    expect((await catalog('publish', 'sparky', '--yes')).said).toContain('follows its file\nNo difference.');
    const { said } = await catalog('history', 'sparky', '--last', '2');
    expect(said.split('\n')).toEqual([
      '    3  2026-11-05 12:00:00  operator:op: its file',
      '    2  2026-11-05 10:00:00  admin:boss: a change',
      '       name',
    ]);
  });
  test('a file that another one replaced is said to be that, and published again', async () => {
    await seeded();
    const next = newOffer(await newestVersion(store, 'sparky'), { ...(await served()), name: 'File 2' }, at);
    await handle(
      offerStream('sparky'),
      { type: 'SeedOffer', ...next },
      { actor: 'system:catalog', correlationId: 's' },
    );
    const { code, said } = await catalog('diff', 'sparky');
    expect([code, said]).toEqual([1, expect.stringContaining('; this file was replaced by another one: it is not')]);
    expect(JSON.parse((await catalog('diff', 'sparky', '--json')).said)).toMatchObject({ superseded: true });
    await catalog('publish', 'sparky', '--yes');
    expect((await catalog('diff', 'sparky')).said).toContain('follows its file\nNo difference.');
  });
  test('where nothing is yet it does what the first request would', async () => {
    expect((await catalog('publish', 'sparky')).code).toBe(1);
    expect((await catalog('publish', 'sparky', '--yes')).said).toContain('Version 1 is served.');
    expect((await newestVersion(store, 'sparky'))?.state.edited).toBe(false);
  });
});

describe('history and rollback', () => {
  beforeEach(async () => {
    await seeded({ welcome_credits: 12 });
    await catalog('publish', 'sparky', '--yes', '--reason', 'a release');
  });
  test('history tells when, who, why and what, newest first', async () => {
    const { code, said } = await catalog('history', 'sparky');
    expect(code).toBe(0);
    expect(said.split('\n')).toEqual([
      '    2  2026-11-05 12:00:00  operator:op: its file (a release)',
      '       welcome_credits',
      '    1  2026-11-05 10:00:00  system:catalog: its file',
    ]);
    expect(JSON.parse((await catalog('history', 'sparky', '--last', '1', '--json')).said)).toHaveLength(1);
  });
  test('rollback makes an old version the newest', async () => {
    const dry = await catalog('rollback', 'sparky', '1');
    expect([dry.code, dry.said]).toEqual([1, expect.stringContaining('welcome_credits  10 → 12')]);
    expect((await catalog('rollback', 'sparky', '1', '--yes')).code).toBe(0);
    expect(await served()).toMatchObject({ welcome_credits: 12 });
    expect((await catalog('history', 'sparky')).said).toContain('operator:op: back to version 1');
  });
  test('an old version that the rules of today refuse is not put back', async () => {
    const old = { ...offerOf(fileOf('sparky')), default_plan: 'gold' };
    const bad = newOffer(await newestVersion(store, 'sparky'), old, at);
    await handle(offerStream('sparky'), { type: 'ChangeOffer', ...bad }, { actor: 'x', correlationId: 'r1' });
    await catalog('publish', 'sparky', '--yes');
    const { code, complaint } = await catalog('rollback', 'sparky', '3', '--yes');
    expect([code, complaint]).toEqual([2, 'catalog: offer-invalid: /offer/default_plan: there is no plan "gold"']);
  });
});

describe('a command that cannot run says why in one line, and exits with 2', () => {
  test.each([
    [['check', 'sparky'], 'there is no "check": diff, publish, history or rollback'],
    [['diff'], 'diff takes an app: diff sparky'],
    [['diff', 'nobody'], 'there is no app "nobody": sparky, '],
    [['diff', 'sparky', 'more'], 'diff takes no "more"'],
    [['diff', 'sparky', '--fast'], "Unknown option '--fast'"],
    [['history', 'sparky'], 'sparky has no offer in the account of '],
    [['history', 'sparky', '--last', 'all'], '--last is a whole number from 1 to 1000, not "all"'],
    [['rollback', 'sparky'], 'rollback takes an app and a version: rollback sparky 3'],
    [['rollback', 'sparky', '4'], 'sparky has no version 4 in '],
    [['publish', 'sparky', '--reason', ''], '--reason takes 1 to 500 characters'],
  ])('%j', async (args, why) => {
    const { code, complaint } = await catalog(...args);
    expect([code, complaint]).toEqual([2, expect.stringContaining(`catalog: ${why}`)]);
    expect(complaint).not.toContain('\n');
  });
  test('no account runs here, or it has ended, or has no such table', async () => {
    account = join(folder, 'none.json');
    expect((await catalog('diff', 'sparky')).complaint).toContain('start it with "npm start"');
    account = await accountWith('ended', 'http://127.0.0.1:9');
    expect((await catalog('diff', 'sparky')).complaint).toContain('is it running?');
    account = await accountWith('another-table');
    expect((await catalog('diff', 'sparky')).complaint).toContain('a table is not there (another-table)');
  });
  test('help', async () => {
    expect(await catalog('help')).toMatchObject({ code: 0, said: expect.stringContaining('rollback <app> N') });
  });
});
