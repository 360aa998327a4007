/** The event lake on the whole system: what happened lies there in its folder, and says of nobody who they were. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lakeColumns } from '#services/analytics/contracts.ts';
import { buyPack } from './billing/buying.ts';
import { uploadAsset } from './client.ts';
import { type Leavers, leaversOf } from './leavers.ts';
import { lab } from './ledger.ts';
import { makePhoto } from './photo.ts';
import { type Stack, startStack, tableName, type User } from './stack.ts';

interface Row {
  readonly event_id: string;
  readonly service: string;
  readonly event_type: string;
  readonly occurred_at: string;
  readonly user_id: string | null;
  readonly version: string;
  readonly data: string;
  readonly app: string;
  readonly day: string;
}

let stack: Stack;
let leavers: Leavers;
let s3: S3Client;
let folder: string;
let duckDb: DuckDBInstance;
beforeAll(async () => {
  stack = await startStack();
  leavers = leaversOf(stack);
  s3 = new S3Client(stack.account.operatorConfig);
  folder = await mkdtemp(join(tmpdir(), 'tessera-lake-'));
  duckDb = await DuckDBInstance.create(':memory:');
}, 60_000);
afterAll(async () => {
  duckDb.closeSync();
  s3.destroy();
  leavers.close();
  await stack.close();
  await rm(folder, { recursive: true });
});

const bucketName = (): string => {
  const buckets = stack.account.model.ofType('AWS::S3::Bucket').filter(({ logicalId }) => logicalId.startsWith('Lake'));
  expect(buckets).toHaveLength(1);
  return buckets[0]?.ref ?? '';
};

/** Everything that is in the lake by now, as files in a folder. */
const fetchLake = async (): Promise<string[]> => {
  await stack.account.drain();
  await stack.account.flushLake();
  const Bucket = bucketName();
  const { Contents = [], IsTruncated } = await s3.send(new ListObjectsV2Command({ Bucket }));
  expect(IsTruncated).not.toBe(true);
  const keys = Contents.flatMap(({ Key }) => Key ?? []);
  for (const Key of keys) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    await mkdir(dirname(join(folder, Key)), { recursive: true });
    await writeFile(join(folder, Key), (await Body?.transformToByteArray()) ?? '');
  }
  return keys;
};

const query = async <Result>(sql: string): Promise<Result[]> => {
  const connection = await duckDb.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Result[];
  } finally {
    connection.closeSync();
  }
};
const events = () =>
  `read_parquet('${folder}/events/*/*/*.parquet', hive_partitioning = true, hive_types = {app: VARCHAR, day: VARCHAR})`;
const rowsOf = (user: string) => query<Row>(`SELECT * FROM ${events()} WHERE user_id = '${user}' ORDER BY occurred_at`);
/** The pseudonym of the user of the row that has this number in its data, once and for nobody else. */
const userWith = async (condition: string): Promise<string> => {
  const users = await query<{ user_id: string }>(`SELECT DISTINCT user_id FROM ${events()} WHERE ${condition}`);
  expect(users).toEqual([{ user_id: expect.stringMatching(/^[\da-f]{32}$/) }]);
  return users[0]?.user_id ?? '';
};

const buyer = { user: undefined as User | undefined, pseudonym: '', job: '', payment: '' };

test('X7 a purchase and a job lie in the lake, in their app’s folder and day, as the table says', async () => {
  const user = await stack.signUp(lab);
  const { payment } = await buyPack(stack, user, 'pack-300');
  const { id: asset } = await uploadAsset(user.api, await makePhoto({ width: 120, height: 90 }));
  await stack.account.drain();
  const { body } = await user.api.generate({ tool: 'fallback', inputs: [asset] });
  await stack.settle();

  const keys = await fetchLake();
  const today = new Date().toISOString().slice(0, 10);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  for (const key of keys)
    expect(key).toMatch(new RegExp(`^events/app=[a-z-]+/day=(${today}|${yesterday})/[^/]+\\.parquet$`));
  const columns = await query<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM ${events()}`);
  expect(columns.map(({ column_name, column_type }) => [column_name, column_type])).toEqual([
    ...lakeColumns.map(({ name, type }) => [name, type === 'bigint' ? 'BIGINT' : 'VARCHAR']),
    ['app', 'VARCHAR'],
    ['day', 'VARCHAR'],
  ]);

  const pseudonym = await userWith(`event_type = 'PaymentCaptured'`);
  const rows = await rowsOf(pseudonym);
  for (const row of rows) expect([row.app, row.day]).toEqual([lab, row.occurred_at.slice(0, 10)]);
  expect(rows.map(({ service, event_type }) => `${service} ${event_type}`)).toEqual(
    expect.arrayContaining([
      'identity UserRegistered',
      'credits AccountOpened',
      'billing PaymentCaptured',
      'credits CreditsGranted',
      'generation JobRequested',
      'credits CreditsHeld',
      'generation JobSucceeded',
      'credits HoldSettled',
    ]),
  );
  Object.assign(buyer, { user, pseudonym, job: body.id, payment });
}, 60_000);

test('X7 rows join: a hold to its job, a grant to its payment', async () => {
  const field = (name: string) => `json_extract_string(data, '$.${name}')`;
  const joined = await query(`
    SELECT held.data AS held, job.data AS job FROM ${events()} held JOIN ${events()} job
      ON json_extract_string(held.data, '$.holdId') = json_extract_string(job.data, '$.jobId')
    WHERE held.event_type = 'HoldSettled' AND job.event_type = 'JobSucceeded'`);
  expect(joined).toHaveLength(1);
  const granted = await query(`
    SELECT ${field('credits')} AS credits FROM ${events()} WHERE event_type = 'CreditsGranted' AND ${field('grantId')} IN
      (SELECT ${field('paymentId')} FROM ${events()} WHERE event_type = 'PaymentCaptured')`);
  expect(granted).toHaveLength(1);
});

test('X7 no row has the id of a user, a job or a payment', async () => {
  const raw = [buyer.user?.id ?? '', buyer.job.slice('gen_'.length), buyer.payment.slice('pay_'.length)];
  expect(raw.map(({ length }) => length)).toEqual([36, 36, 36]);
  for (const id of raw)
    expect(await query(`SELECT e FROM ${events()} e WHERE CAST(e AS VARCHAR) LIKE '%${id}%'`)).toEqual([]);
});

test('X7 until the second pass of a leaving the lake knows whose it is; afterwards nothing leads to them', async () => {
  const { user, pseudonym } = buyer;
  if (!user) throw new Error('nobody bought');
  const before = (await rowsOf(pseudonym)).length;
  expect((await user.api.call('/v1/me', { method: 'DELETE' })).status).toBe(204);
  await fetchLake();
  const left = await rowsOf(pseudonym);
  expect(left.slice(before).map(({ event_type }) => event_type)).toEqual(
    expect.arrayContaining(['UserDeleted', 'AccountClosed']),
  );

  await leavers.secondPass(user);
  const TableName = tableName(stack.account, 'TesseraAnalytics', 'Pseudonyms');
  const { Item } = await stack.dynamoDb.send(
    new GetCommand({ TableName, Key: { owner: `${lab}#${user.id}` }, ConsistentRead: true }),
  );
  expect(Object.keys(Item ?? {}).toSorted()).toEqual(['expires', 'owner']);
  await leavers.tell(user, 'PreferencesChanged', { notifications: { promotions: true }, locale: null });
  await fetchLake();
  expect(await rowsOf(pseudonym)).toHaveLength(left.length);
  const late = await query<Row>(`SELECT * FROM ${events()} WHERE event_type = 'PreferencesChanged' AND
    data = '{"notifications":{"promotions":true}}'`);
  expect(late).toHaveLength(1);
  expect(late[0]?.user_id).not.toBe(pseudonym);
}, 60_000);

test('X7 the transformation made one read a batch and one write a user; nothing failed', async () => {
  const transform = stack.account.functionName('analytics/transform');
  const { Items: owners = [] } = await stack.dynamoDb.send(
    new ScanCommand({ TableName: tableName(stack.account, 'TesseraAnalytics', 'Pseudonyms'), ConsistentRead: true }),
  );
  const batches = stack.account.invocations.all.filter((invocation) => invocation.function === transform);
  const calls = stack.account.calls.of({ caller: transform }).map(({ operation }) => operation);
  expect(calls.toSorted()).toEqual([...batches.map(() => 'BatchGetItem'), ...owners.map(() => 'PutItem')]);
  expect(stack.account.problems.all).toEqual([]);
});
