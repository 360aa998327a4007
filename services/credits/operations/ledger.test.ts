/** The operators' commands, on a table full of accounts that have lived: I1, I2, I6 and I7 are found broken wherever they are. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteCommand, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { record } from '#shared/eventsourcing/command-handler.ts';
import { dynamoEventStore, type EventItem, toItem } from '#shared/eventsourcing/dynamo-event-store.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { catalog } from '../../../test/bundled-catalog.ts';
import { account as decider } from '../domain/account.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { accountHandler } from '../handle-account.ts';
import { projectAccount, readModelWriter } from '../read-models/projections.ts';
import { grantCredits, holdCredits, noon, openAccount, releaseHold, seconds, settleHold } from '../test/commands.ts';
import { randomCommands } from '../test/random-commands.ts';
import { runLedger } from './run.ts';

const tables = { events: 'ops-events', balances: 'ops-balances', usage: 'ops-usage' };
const stream = 'sparky#user-0';
const meta = { actor: 'system:test', correlationId: 'request-0' };

let dynamoDb: TestDynamoDb;
let folder: string;
let accountFile: string;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  folder = await mkdtemp(join(tmpdir(), 'ledger-test-'));
  accountFile = join(folder, 'account.json');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const named = { Events: tables.events, Balances: tables.balances, Usage: tables.usage };
  await writeFile(
    accountFile,
    JSON.stringify({
      endpoint: dynamoDb.endpoint,
      region: 'eu-west-1',
      credentials,
      tables: { TesseraCredits: named },
    }),
  );
  await dynamoDb.createEventsTable(tables.events);
  await dynamoDb.createKeyedTable(tables.balances, 'owner');
  await dynamoDb.createKeyedTable(tables.usage, 'owner', 'sk');
  await liveThrough();
});
afterAll(async () => {
  await dynamoDb.close();
  await rm(folder, { recursive: true });
});

/** A dozen accounts of random histories, one of a known one, all projected as the service does it. */
const liveThrough = async () => {
  const store = dynamoEventStore<Account, AccountEvent>(dynamoDb.client, tables.events);
  const handle = accountHandler(store);
  const project = projectAccount({ catalog, write: readModelWriter(dynamoDb.client, tables) });
  const histories = fc.sample(randomCommands, { numRuns: 12, seed: 4 });
  const known = [
    openAccount(10),
    grantCredits('pay_1', 50),
    holdCredits('gen_1', 12),
    settleHold('gen_1', 11),
    holdCredits('gen_2', 5),
    releaseHold('gen_2'),
    holdCredits('gen_3', 4),
  ];
  for (const [index, commands] of [known, ...histories].entries()) {
    const account = `sparky#user-${index}`;
    for (const command of commands) await handle(account, command, meta);
    for (const recorded of await store.read(account, { limit: 1_000 })) await project(recorded);
  }
};

/** Runs a command on the local account; what it said and its exit code. */
const ledger = async (...args: string[]) => {
  const said: string[] = [];
  const complaints: string[] = [];
  const output = {
    print: (text: string) => said.push(text),
    complain: (text: string) => complaints.push(text),
    progress: () => undefined,
  };
  const all = [...args, '--account', accountFile, '--checkpoint', join(folder, 'checkpoint.json')];
  const code = await runLedger(all, output, { wait: async () => undefined, catalog });
  return { code, said: said.join('\n'), complaint: complaints.join('\n') };
};
const asJson = async (...args: string[]) => JSON.parse((await ledger(...args, '--json')).said);

const itemAt = async (version: number): Promise<EventItem> => {
  const { Item } = await dynamoDb.client.send(new GetCommand({ TableName: tables.events, Key: { stream, version } }));
  return Item as EventItem;
};
const put = (TableName: string, Item: object) => dynamoDb.client.send(new PutCommand({ TableName, Item: { ...Item } }));
const rows = async (TableName: string) => {
  const { Items = [] } = await dynamoDb.client.send(new ScanCommand({ TableName }));
  const keyOf = ({ owner, sk }: Record<string, unknown>) => `${owner} ${sk}`;
  return Items.toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)));
};

describe('verify', () => {
  test('says what it checked when all is well, in any number of segments', async () => {
    const { code, said } = await ledger('verify');
    expect({ code, said }).toEqual({
      code: 0,
      said: expect.stringMatching(/^ledger: ok\n {2}13 accounts, \d+ events/),
    });
    expect(said).toContain('13 balances');
    const { accounts, events, bad } = await asJson('verify', '--segments', '1');
    expect(await asJson('verify', '--segments', '9')).toMatchObject({ accounts, events, bad });
  });

  const damages: readonly (readonly [string, (item: EventItem) => object, number, string])[] = [
    ['one byte of its data', (item) => ({ ...item, data: { ...item.data, holdId: 'gen_0' } }), 4, 'I6'],
    ['its type', (item) => ({ ...item, type: 'CreditsHelt' }), 4, 'I6'],
    ['its time', (item) => ({ ...item, at: '2026-11-05T12:00:00.001Z' }), 4, 'I6'],
    ['its actor', (item) => ({ ...item, meta: { ...item.meta, actor: 'system:tess' } }), 4, 'I6'],
    [
      'its hash',
      (item) => ({ ...item, hash: Uint8Array.from(item.hash, (byte, at) => (at === 7 ? byte ^ 1 : byte)) }),
      4,
      'I6',
    ],
    ['its hash, to what is none', (item) => ({ ...item, hash: 'nothing' }), 4, 'I6'],
    ['its data, to nothing', ({ data: _data, ...item }) => item, 4, 'I6'],
    [
      'its state',
      (item) => ({ ...item, state: { ...(item.state as object), totals: { granted: 61, spent: 0 } } }),
      4,
      'I6',
    ],
    ['its state, to nothing', ({ state: _state, ...item }) => item, 4, 'I6'],
  ];
  test.each(damages)('I6 names the one event of which somebody changed %s', async (_, damage, version, invariant) => {
    const item = await itemAt(version);
    await put(tables.events, damage(item));
    const { code, said } = await ledger('verify');
    const result = await asJson('verify');
    await put(tables.events, item);
    expect(code).toBe(1);
    expect(said).toContain(stream);
    expect(said).toContain(`version ${version}`);
    expect(result.findings).toMatchObject([{ stream, version, id: item.id, invariant }]);
    expect((await ledger('verify')).code).toBe(0);
  });

  test('I6 names an event that was deleted, at the beginning and in between', async () => {
    for (const version of [1, 5]) {
      const item = await itemAt(version);
      await dynamoDb.client.send(new DeleteCommand({ TableName: tables.events, Key: { stream, version } }));
      const { bad, findings } = await asJson('verify');
      await put(tables.events, item);
      expect({ bad, findings }).toMatchObject({
        bad: 1,
        findings: [{ stream, version, what: 'the event is missing' }],
      });
    }
  });

  test('I6 I7 the newest event was deleted: the chain cannot know, the balance does', async () => {
    const item = await itemAt(8);
    await dynamoDb.client.send(new DeleteCommand({ TableName: tables.events, Key: { stream, version: 8 } }));
    const { code, said } = await ledger('verify');
    await put(tables.events, item);
    expect(code).toBe(1);
    expect(said).toMatch(/sparky#user-0\n {4}version 8: the event is missing: its balance row is of version 8 \(I6\)/);
  });

  test('I1 names an event that is chained and folded as it should be, and makes credits disappear', async () => {
    const account = 'sparky#forger';
    const forged = [
      { type: 'AccountOpened' },
      { type: 'CreditsGranted', grantId: 'pay_1', kind: 'pack', credits: 9, grantedAt: seconds },
      { type: 'CreditsHeld', holdId: 'gen_1', tool: 'x', rows: { pay_1: 7 }, expiresAt: seconds, day: 20_261_105 },
      { type: 'HoldSettled', holdId: 'gen_1', tool: 'x', spent: { pay_1: 5 } },
    ] as const;
    const events = record(decider, account, undefined, forged, { at: noon, meta, ids: ['e1', 'e2', 'e3', 'e4'] });
    for (const event of events) await put(tables.events, toItem(event));
    const { findings } = await asJson('verify');
    for (const { version } of events)
      await dynamoDb.client.send(new DeleteCommand({ TableName: tables.events, Key: { stream: account, version } }));
    const what = '9 were granted, 7 are accounted for';
    expect(findings).toEqual([{ stream: account, version: 4, id: 'e4', type: 'HoldSettled', invariant: 'I1', what }]);
  });

  test('I7 names a balance that is not what the newest event says', async () => {
    const before = await rows(tables.balances);
    const row = before.find(({ owner }) => owner === stream);
    await put(tables.balances, { ...row, available: 1_000 });
    const { findings } = await asJson('verify');
    expect(findings).toEqual([]);
    const { balances } = await asJson('verify');
    expect(balances.findings).toMatchObject([{ stream, version: 8, invariant: 'I7' }]);
    await ledger('rebuild');
    expect(await rows(tables.balances)).toEqual(before);
  });

  test('I7 names an account that has no balance', async () => {
    const row = (await rows(tables.balances)).find(({ owner }) => owner === stream);
    await dynamoDb.client.send(new DeleteCommand({ TableName: tables.balances, Key: { owner: stream } }));
    const { code, said } = await ledger('verify');
    await put(tables.balances, row ?? {});
    expect(code).toBe(1);
    expect(said).toMatch(/sparky#user-0\n {4}version 8: its balance row is missing: rebuild it \(I7\)/);
  });
});

describe('rebuild', () => {
  const emptied = async (table: string, key: readonly string[]) => {
    for (const row of await rows(table)) {
      const Key = Object.fromEntries(key.map((name) => [name, row[name]]));
      await dynamoDb.client.send(new DeleteCommand({ TableName: table, Key }));
    }
  };

  test('I7 from nothing, the rows that the service had made; a second run writes none', async () => {
    const before = { balances: await rows(tables.balances), usage: await rows(tables.usage) };
    expect(before.usage.length).toBeGreaterThan(0);
    await emptied(tables.balances, ['owner']);
    await emptied(tables.usage, ['owner', 'sk']);
    const first = await asJson('rebuild');
    expect(first.rows.balances.written).toBeGreaterThanOrEqual(13);
    expect(first.rows.usage).toEqual({ written: before.usage.length, skipped: 0 });
    expect({ balances: await rows(tables.balances), usage: await rows(tables.usage) }).toEqual(before);
    const second = await asJson('rebuild');
    expect(second.rows).toMatchObject({
      balances: { written: 0 },
      usage: { written: 0, skipped: before.usage.length },
    });
    expect(second.events).toBe(first.events);
  });

  test('leaves a newer row alone: the live projection was quicker', async () => {
    const [row] = await rows(tables.balances);
    const newer = { ...row, version: 1_000, available: 3 };
    await put(tables.balances, newer);
    await ledger('rebuild');
    expect(await rows(tables.balances)).toContainEqual(newer);
    await put(tables.balances, row ?? {});
  });

  test('goes on where a run was interrupted, and not where another was', async () => {
    const checkpoint = join(folder, 'checkpoint.json');
    const purpose = `rebuild of ${tables.balances} and ${tables.usage} from ${tables.events}`;
    const all = await asJson('rebuild');
    await writeFile(checkpoint, JSON.stringify({ purpose, segments: 2, positions: [null, { stream, version: 4 }] }));
    const { events, resumed } = await asJson('rebuild');
    expect({ resumed, fewer: events < all.events }).toEqual({ resumed: true, fewer: true });
    await expect(readFile(checkpoint)).rejects.toThrow('ENOENT');

    await writeFile(checkpoint, JSON.stringify({ purpose: 'another', segments: 2, positions: [null, null] }));
    const { code, complaint } = await ledger('rebuild');
    expect({ code, complaint }).toEqual({
      code: 2,
      complaint: expect.stringContaining('belongs to another run (another)'),
    });
    await rm(checkpoint);
  });
});

describe('show', () => {
  test('tells what each event did and what became of each grant', async () => {
    const { code, said } = await ledger('show', 'sparky', 'user-0');
    expect(code).toBe(0);
    expect(said).toContain('user-0 in sparky: open, available 45, held 4, spent 11, 8 events');
    expect(said).toMatch(/4\s+2026-11-05 12:00:00\s+CreditsHeld\s+−12\s+48\s+12\s+ok/);
    expect(said).toMatch(/grant\s+kind\s+granted\s+spent\s+held\s+expired\s+revoked\s+left/);
    expect(said).toMatch(/welcome\s+welcome\s+10\s+10\s+0\s+0\s+0\s+0/);
    expect(said).toMatch(/pay_1\s+pack\s+50\s+1\s+4\s+0\s+0\s+45/);
    expect(said).toContain('every event checked');
  });

  test('I1 by grant: granted = spent + held + expired + revoked + left, of every account', async () => {
    for (let user = 0; user < 13; user += 1) {
      const { grants } = await asJson('show', 'sparky', `user-${user}`);
      for (const { granted, spent, held, expired, revoked, left } of grants)
        expect(granted).toBe(spent + held + expired + revoked + left);
    }
  });

  test('shows the newest events of a long history, and how to see all', async () => {
    const { said } = await ledger('show', 'sparky', 'user-0', '--last', '2');
    expect(said).toContain('6 earlier events not shown: --last 8 shows all');
    expect(said).not.toContain('AccountOpened');
  });

  test('marks the event that is wrong, and judges none behind it', async () => {
    const item = await itemAt(4);
    await put(tables.events, { ...item, data: { ...item.data, tool: 'photo-filtes' } });
    const { code, said } = await ledger('show', 'sparky', 'user-0');
    await put(tables.events, item);
    expect(code).toBe(1);
    expect(said).toMatch(/4\s+2026-11-05 12:00:00\s+CreditsHeld\s+−12\s+48\s+12\s+wrong/);
    expect(said).toMatch(/5\s+2026-11-05 12:00:00\s+HoldSettled\s+\+1\s+49\s+0\s+unknown/);
    expect(said).toContain('this account is not as it should be');
  });
});
