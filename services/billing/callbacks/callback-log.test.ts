/** The log of callbacks, on a real table and a real bucket. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { Problem } from '#shared/http/problem.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import type { CallbackOutcome } from '../views.ts';
import { type CallbackPage, type CallbackRecord, callbackLog } from './callback-log.ts';
import { callbackIndexes } from './callback-table.ts';

const owner = { app: 'sparky', user: 'user-1' };
const stranger = { ...owner, user: 'user-2' };
const bucket = 'callbacks';
const minute = (minutes: number) => new Date(Date.UTC(2026, 10, 20, 23, 50 + minutes)).toISOString();
const callback = (n: number, change: Partial<Pick<CallbackRecord, 'app'>> = {}) => ({
  app: 'sparky',
  id: `stripe:evt_${n}`,
  provider: 'stripe' as const,
  type: 'charge.refunded',
  receivedAt: minute(n),
  ...change,
});

let dynamo: TestDynamoDb;
let server: FauxqsServer;
let s3: S3Client;
let tables = 0;
beforeAll(async () => {
  [dynamo, server] = await Promise.all([startDynamoDb(), startFauxqs({ port: 0, logger: false })]);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const endpoint = `http://127.0.0.1:${server.port}`;
  s3 = new S3Client({ endpoint, region: 'eu-west-1', credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});
afterAll(async () => {
  s3.destroy();
  await Promise.all([dynamo.close(), server.stop()]);
});

const newTable = async () => {
  tables += 1;
  const TableName = `callbacks-${tables}`;
  const names = ['app', 'id', 'receivedAt', 'paymentKey', 'owner'];
  await dynamo.client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'app', KeyType: 'HASH' },
        { AttributeName: 'id', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      GlobalSecondaryIndexes: Object.entries(callbackIndexes).map(([IndexName, { partitionKey, sortKey }]) => ({
        IndexName,
        KeySchema: [
          { AttributeName: partitionKey, KeyType: 'HASH' as const },
          { AttributeName: sortKey, KeyType: 'RANGE' as const },
        ],
        Projection: { ProjectionType: IndexName === 'byOwner' ? ('KEYS_ONLY' as const) : ('ALL' as const) },
      })),
    }),
  );
  return TableName;
};
const newLog = async () => {
  const table = await newTable();
  return { table, log: callbackLog(dynamo.client, s3, { table, bucket }) };
};
const bodies = async (prefix: string) => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return Contents.map(({ Key }) => Key);
};
const body = '{ "id": "evt_1",\t"who": "Zoë" }\n';

test('FS8 a callback is kept whole, and sent twice it is one', async () => {
  const { table, log } = await newLog();
  const record = callback(1);
  expect(await log.receive(record, body)).toEqual({ ...record, outcome: 'received' });
  await log.conclude('sparky', record.id, { outcome: 'handled', owner, paymentId: 'pay_1' });
  const concluded = { ...record, outcome: 'handled', paymentId: 'pay_1', user: 'user-1' };
  expect(await log.receive({ ...record, receivedAt: minute(60) }, 'another body')).toEqual(concluded);
  expect(await log.find('sparky', record.id)).toEqual(concluded);
  expect(await log.readBody('sparky', record.id)).toBe(body);
  expect(await bodies('callbacks/sparky/2026-11-')).toEqual(['callbacks/sparky/2026-11-20/stripe:evt_1.json']);
  const { Item } = await dynamo.client.send(
    new GetCommand({ TableName: table, Key: { app: 'sparky', id: record.id } }),
  );
  const keptSeconds = Number(Item?.expires) - Date.parse(record.receivedAt) / 1_000;
  expect(keptSeconds).toBeCloseTo(400 * 86_400, -1);
});

test('I8 a callback that tells nothing here is a record without a body; one that turns out so loses it', async () => {
  const { log } = await newLog();
  const record = callback(1, { app: 'shared' });
  const told = { ...record, outcome: 'received', hasBody: false };
  for (const _again of [1, 2]) expect(await log.receive(record, undefined)).toEqual(told);
  expect(await log.readBody('shared', record.id)).toBeUndefined();
  expect(await bodies('callbacks/shared/')).toEqual([]);
  const late = callback(2, { app: 'shared' });
  await log.receive(late, body);
  for (const _again of [1, 2]) await log.dropBody('shared', late.id);
  await log.conclude('shared', late.id, { outcome: 'ignored' });
  expect(await log.receive(late, body)).toEqual({ ...late, outcome: 'ignored', hasBody: false });
  expect([await log.readBody('shared', late.id), await bodies('callbacks/shared/')]).toEqual([undefined, []]);
  await log.dropBody('shared', 'stripe:evt_9');
  expect(await log.find('shared', 'stripe:evt_9')).toBeUndefined();
});

test('FS10 a body whose callback was never applied goes with its user too', async () => {
  const { log } = await newLog();
  const leaver = { app: 'waiting', user: owner.user };
  const received = await log.receive({ ...callback(1, { app: 'waiting' }), owner: leaver }, body);
  expect(received).toMatchObject({ outcome: 'received', user: owner.user });
  expect(await log.removeBodies(leaver)).toBe(1);
  expect(await bodies('callbacks/waiting/')).toEqual([]);
});

test('SP13 of Paymob’s callbacks, whose bodies are signed in part, four other bodies are kept beside the first', async () => {
  const { log } = await newLog();
  const record = { ...callback(1, { app: 'parts' }), id: 'paymob:7-ab', provider: 'paymob' as const };
  const versions = ['buyer’s', 'Paymob’s', 'buyer’s', 'c', 'Paymob’s', 'd', 'e', 'f', 'f'];
  for (const version of versions) await log.receive(record, version);
  const first = 'callbacks/parts/2026-11-20/paymob:7-ab';
  const keys = [`${first}.json`, ...[2, 3, 4, 5].map((n) => `${first}.${n}.json`)];
  expect((await bodies('callbacks/parts/')).toSorted()).toEqual(keys.toSorted());
  expect(await log.readBody('parts', record.id)).toBe('buyer’s');
  const second = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${first}.2.json` }));
  expect(await second.Body?.transformToString()).toBe('Paymob’s');
  const leaver = { app: 'parts', user: owner.user };
  await log.conclude('parts', record.id, { outcome: 'handled', owner: leaver });
  expect(await log.removeBodies(leaver)).toBe(1);
  expect(await bodies('callbacks/parts/')).toEqual([]);
});

test('FS10 an hour behind the first body no other one is kept, nor of a callback that tells nothing', async () => {
  const { log } = await newLog();
  const record = { ...callback(1, { app: 'late' }), id: 'paymob:7-ab', provider: 'paymob' as const };
  await log.receive(record, 'a');
  await log.receive({ ...record, receivedAt: minute(61) }, 'b');
  const nothing = { ...record, id: 'paymob:8-ab' };
  await log.receive(nothing, undefined);
  await log.receive(nothing, 'c');
  expect(await bodies('callbacks/late/')).toEqual(['callbacks/late/2026-11-20/paymob:7-ab.json']);
});

test('FS8 what is concluded says what it was before', async () => {
  const { log } = await newLog();
  const record = callback(1, { app: 'twice' });
  await log.receive(record, body);
  const conclude = () => log.conclude('twice', record.id, { outcome: 'unmatched' });
  expect([await conclude(), await conclude()]).toEqual(['received', 'unmatched']);
  expect(await log.conclude('twice', 'stripe:evt_9', { outcome: 'handled' })).toBeUndefined();
});

test('FS8 a burst of one callback around midnight is one record with one body', async () => {
  const { log } = await newLog();
  const record = callback(1, { app: 'burst' });
  const received = await Promise.all(
    Array.from({ length: 8 }, (_, n) => log.receive({ ...record, receivedAt: minute(7 + n) }, body)),
  );
  expect(new Set(received.map(({ receivedAt }) => receivedAt)).size).toBe(1);
  expect(await bodies('callbacks/burst/')).toHaveLength(1);
  expect(await log.readBody('burst', record.id)).toBe(body);
});

test('I8 what is not there, or another app’s, is not found', async () => {
  const { log } = await newLog();
  await log.receive(callback(1, { app: 'other' }), body);
  expect(await log.find('sparky', 'stripe:evt_1')).toBeUndefined();
  expect(await log.readBody('sparky', 'stripe:evt_1')).toBeUndefined();
  await log.conclude('sparky', 'stripe:evt_1', { outcome: 'handled' });
  expect(await log.find('sparky', 'stripe:evt_1')).toBeUndefined();
});

const idsOf = async (list: (cursor?: string) => Promise<CallbackPage>) => {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    pages.push(page.records.map(({ id }) => id.replace('stripe:evt_', '')));
    cursor = page.next;
  } while (cursor !== undefined && pages.length < 9);
  return pages.filter((page) => page.length > 0);
};

test('callbacks are listed newest first, page by page: all, of one outcome, of one payment', async () => {
  const { log } = await newLog();
  for (let n = 1; n <= 5; n += 1) {
    await log.receive(callback(n), body);
    const outcome: CallbackOutcome = n % 2 ? 'unmatched' : 'handled';
    await log.conclude('sparky', `stripe:evt_${n}`, { outcome, ...(n > 2 ? { owner, paymentId: 'pay_1' } : {}) });
  }
  await log.receive(callback(9, { app: 'other' }), body);
  const at = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });
  expect(await idsOf((cursor) => log.list('sparky', { limit: 2, ...at(cursor) }))).toEqual([
    ['5', '4'],
    ['3', '2'],
    ['1'],
  ]);
  expect(await idsOf((cursor) => log.list('sparky', { limit: 2, outcome: 'unmatched', ...at(cursor) }))).toEqual([
    ['5', '3'],
    ['1'],
  ]);
  expect(await idsOf((cursor) => log.list('sparky', { limit: 9, outcome: 'ignored', ...at(cursor) }))).toEqual([]);
  expect(await idsOf((cursor) => log.listOfPayment('sparky', 'pay_1', { limit: 2, ...at(cursor) }))).toEqual([
    ['5', '4'],
    ['3'],
  ]);
  expect(await idsOf((cursor) => log.listOfPayment('other', 'pay_1', { limit: 2, ...at(cursor) }))).toEqual([]);
  await expect(log.list('sparky', { limit: 2, cursor: 'nonsense' })).rejects.toThrow(Problem);
});

test('the bodies of a user who left are removed for good; the records and others’ bodies stay', async () => {
  const { log } = await newLog();
  for (const n of [11, 12, 13]) {
    await log.receive(callback(n, { app: 'left' }), body);
    await log.conclude('left', `stripe:evt_${n}`, {
      outcome: 'handled',
      owner: { app: 'left', user: n === 13 ? stranger.user : owner.user },
    });
  }
  const leaver = { app: 'left', user: owner.user };
  for (const _again of [1, 2]) expect(await log.removeBodies(leaver)).toBe(2);
  await log.receive(callback(11, { app: 'left' }), body);
  expect(await bodies('callbacks/left/')).toEqual(['callbacks/left/2026-11-21/stripe:evt_13.json']);
  expect(await log.readBody('left', 'stripe:evt_11')).toBeUndefined();
  expect(await log.find('left', 'stripe:evt_11')).toMatchObject({ outcome: 'handled', user: 'user-1' });
  expect(await log.removeBodies({ ...leaver, app: 'sparky' })).toBe(0);
});
