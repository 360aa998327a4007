/** A ledger command that cannot run says why in one line and exits with 2; nothing but the ledger itself makes it exit with 1. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { runLedger } from './run.ts';

let dynamoDb: TestDynamoDb;
let folder: string;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  folder = await mkdtemp(join(tmpdir(), 'ledger-refusals-'));
  await dynamoDb.createEventsTable('refused-events');
});
afterAll(async () => {
  await dynamoDb.close();
  await rm(folder, { recursive: true });
});

/** A file that tells of an account, with an events table of this name. */
const accountWith = async (events: string, endpoint = dynamoDb.endpoint): Promise<string> => {
  const file = join(folder, `${events}.json`);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const tables = { TesseraCredits: { Events: events } };
  await writeFile(file, JSON.stringify({ endpoint, region: 'eu-west-1', credentials, tables }));
  return file;
};

const complaintOf = async (args: readonly string[], account: string): Promise<string> => {
  const complaints: string[] = [];
  const output = { print: () => {}, progress: () => {}, complain: (line: string) => void complaints.push(line) };
  const code = await runLedger([...args, '--account', account], output);
  expect({ code, complaints }).toEqual({ code: 2, complaints: [expect.not.stringContaining('\n')] });
  return complaints.join();
};

const refused: readonly (readonly [string, string[], string])[] = [
  ['no such command', ['check'], 'there is no "check": verify, rebuild or show'],
  ['no such option', ['verify', '--fast'], "Unknown option '--fast'"],
  ['no user', ['show', 'sparky'], 'show takes an app and a user'],
  ['no such account', ['show', 'sparky', 'nobody'], 'sparky has no account of nobody'],
  ['no number', ['verify', '--segments', 'many'], '--segments takes a whole number from 1 to 64, not "many"'],
  ['a table without the events', ['verify', '--balances-table', 'x-y-z'], 'name the --events-table too'],
  ['nothing to rebuild', ['rebuild'], 'name a table to rebuild'],
];
test.each(refused)('%s', async (_, args, why) => {
  expect(await complaintOf(args, await accountWith('refused-events'))).toContain(why);
});

test('no account runs here', async () => {
  const complaint = await complaintOf(['verify'], join(folder, 'none.json'));
  expect(complaint).toContain('start it with "npm start", or name the tables');
});

test('the account that the file tells of has ended', async () => {
  const complaint = await complaintOf(['verify'], await accountWith('ended-events', 'http://127.0.0.1:9'));
  expect(complaint).toContain('is it running?');
});

test('a table that is not there', async () => {
  expect(await complaintOf(['verify'], await accountWith('other-events'))).toContain(
    'a table is not there (other-events)',
  );
});

test('a file that tells of nothing', async () => {
  const file = join(folder, 'broken.json');
  await writeFile(file, '{}');
  expect(await complaintOf(['verify'], file)).toContain('does not tell of an account');
});
