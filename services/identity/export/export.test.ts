/** An export is asked for, gathered from every service in any order, and kept for its owner alone. */
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { removeObjects } from '#shared/aws/remove-objects.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { exportPartKey, writeExportPart } from '../client.ts';
import { type ExportingService, exportedBy } from '../contracts.ts';
import { removeExports } from '../deletion/remove-exports.ts';
import { leave } from '../deletion/tombstones.ts';
import { type ActiveUser, newUser } from '../domain/user.ts';
import { newApi } from '../test/api.ts';
import { userTable } from '../users/user-table.ts';
import { exportFiles, exportKey, parsePartKey } from './export-files.ts';
import { partArrived } from './part-arrived.ts';
import { profilePart } from './profile-part.ts';
import { exportAsked, exportMade, keptUntil } from './user-export.ts';

const at = '2026-11-05T10:00:00.000Z';
const later = (minutes: number) => new Date(Date.parse(at) + minutes * 60_000).toISOString();
const owner = { app: 'sparky', user: 'auth0|7' };
const exportId = '0199c2d4-0000-7000-8000-000000000001';
const otherId = '0199c2d4-0000-7000-8000-000000000002';
const begun = newUser({ owner, via: 'request', email: 'someone@example.com', at, correlationId: 'request-1' });
const preparing = { id: exportId, status: 'preparing', requested_at: at } as const;

describe('when a new one is made', () => {
  const asked = (known: ActiveUser['export'], minutes: number) =>
    'export' in exportAsked(known ? { ...begun, export: known } : begun, later(minutes), otherId);
  const ready = { ...preparing, status: 'ready', bytes: 9, made_at: later(1) } as const;
  test('where there is none', () => expect(asked(undefined, 0)).toBe(true));
  test('not while one is prepared, until it is stuck for an hour', () => {
    expect([asked(preparing, 0), asked(preparing, 59), asked(preparing, 60)]).toEqual([false, false, true]);
  });
  test('not of one that is ready, until it is a day old', () => {
    expect([asked(ready, 2), asked(ready, 24 * 60), asked(ready, 24 * 60 + 1)]).toEqual([false, false, true]);
  });
  test('it is ready once, and only if no other took its place', () => {
    const made = { bytes: 9, made_at: later(1) };
    expect(exportMade({ ...begun, export: preparing }, exportId, made)).toEqual({ export: ready });
    expect(exportMade({ ...begun, export: ready }, exportId, { ...made, bytes: 8 })).toEqual({});
    expect(exportMade({ ...begun, export: preparing }, otherId, made)).toEqual({});
    expect(exportMade(begun, exportId, made)).toEqual({});
    expect(keptUntil(made)).toBe('2026-11-12T10:01:00.000Z');
  });
});

test('only keys that a service writes are parts', () => {
  const key = (service: ExportingService) => exportPartKey({ owner, exportId, service });
  for (const service of exportedBy) expect(parsePartKey(key(service))).toEqual({ owner, exportId });
  for (const other of ['exports/sparky/u/x.json', `${key('credits')}/x`, key('credits').replace('credits', 'catalog')])
    expect(parsePartKey(other)).toBeUndefined();
});

let dynamoDb: TestDynamoDb;
let server: FauxqsServer;
let s3: S3Client;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  server = await startFauxqs({ port: 0, logger: false });
  s3 = new S3Client({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
  await dynamoDb.close();
});

let worlds = 0;
const world = async () => {
  worlds += 1;
  const table = await dynamoDb.createKeyedTable(`exported-${worlds}`, 'owner');
  const Bucket = `exports-${worlds}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  const users = userTable(dynamoDb.client, table);
  await users.open(begun);
  const stamp = { at, correlationId: 'request-2' };
  await users.change(begun, stamp, () => ({ change: { export: preparing } }));
  const files = exportFiles(s3, Bucket);
  const logger = { info: () => undefined, warn: () => undefined };
  const arrived = partArrived({ users, files, logger, now: () => later(5) });
  const write = writeExportPart(s3, Bucket);
  const event = (key: string) => ({
    id: 'bus-1',
    'detail-type': 'Object Created' as const,
    detail: { object: { key } },
  });
  return {
    users,
    stamp,
    leave: leave(dynamoDb.client, table, users),
    removeAll: removeExports(removeObjects(s3, Bucket)),
    part: (service: ExportingService, data: object = { from: service }, id = exportId) =>
      write({ owner, exportId: id, service }, { ...data }),
    tell: (service: ExportingService, id = exportId) => arrived(event(exportPartKey({ owner, exportId: id, service }))),
    tellKey: (key: string) => arrived(event(key)),
    asked: async () => {
      const record = await users.get(owner);
      return record?.status === 'active' ? record.export : undefined;
    },
    keys: async () =>
      ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key).toSorted(),
    file: async () => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: exportKey(owner, exportId) }));
      return (await Body?.transformToString()) ?? '';
    },
    write,
  };
};
type World = Awaited<ReturnType<typeof world>>;

describe('the file is made of all parts', () => {
  let one: World;
  beforeEach(async () => {
    one = await world();
  });

  test.each([
    [['identity', 'credits', 'generation', 'billing', 'notifications']],
    [['generation', 'billing', 'notifications', 'identity', 'credits']],
    [['notifications', 'billing', 'credits', 'generation', 'identity']],
  ] as const)('in the order %j', async (services) => {
    for (const [index, service] of services.entries()) {
      expect(await one.asked()).toEqual(preparing);
      await one.part(service);
      await one.tell(service);
      if (index < services.length - 1) await one.tell(service);
    }
    const text = await one.file();
    const asked = await one.asked();
    expect(asked).toEqual({
      ...preparing,
      status: 'ready',
      bytes: Buffer.byteLength(text),
      made_at: expect.any(String),
    });
    expect(JSON.parse(text)).toEqual({
      export_id: exportId,
      ...owner,
      made_at: asked?.made_at,
      profile: { from: 'identity' },
      credits: { from: 'credits' },
      generation: { from: 'generation' },
      billing: { from: 'billing' },
      notifications: { from: 'notifications' },
    });
  });

  test('once, though all are told at the same time, and again', async () => {
    await Promise.all(exportedBy.map((service) => one.part(service, { text: 'ü'.repeat(100_000) })));
    await Promise.all([...exportedBy, ...exportedBy].map((service) => one.tell(service)));
    const before = await one.users.get(owner);
    const text = await one.file();
    expect(before).toMatchObject({ export: { status: 'ready', bytes: Buffer.byteLength(text) } });
    await one.part('credits', { from: 'a second time' });
    await one.tell('credits');
    expect(await one.users.get(owner)).toEqual(before);
    expect(await one.file()).toBe(text);
  });

  test('not of parts of an older one', async () => {
    for (const service of exportedBy) await one.part(service, {}, otherId);
    for (const service of exportedBy) await one.tell(service, otherId);
    expect(await one.asked()).toEqual(preparing);
    for (const service of ['identity', 'credits'] as const) await one.part(service);
    await one.tell('credits');
    expect(await one.asked()).toEqual(preparing);
    expect((await one.keys()).some((key) => key?.startsWith('exports/'))).toBe(false);
  });

  test('nothing for any other object', async () => {
    await one.tellKey('parts/sparky/u/not-a-part.json');
    expect(await one.asked()).toEqual(preparing);
  });
});

describe('for who left meanwhile nothing is made', () => {
  test('their profile is not written, and a part that comes late is removed', async () => {
    const { users, leave, stamp, part, tell, keys, write } = await world();
    const requested = {
      id: 'event-1',
      type: 'ExportRequested',
      schemaVersion: 1,
      ...owner,
      version: 2,
      at,
      correlationId: 'c',
      causationId: 'c',
      data: { exportId },
    } as const;
    await leave(owner, stamp);
    await profilePart({ users, zoneOf: async () => 'UTC', write })(requested);
    expect(await keys()).toEqual([]);
    await part('credits');
    await tell('credits');
    await tell('credits');
    expect(await keys()).toEqual([]);
  });

  test('a file that was being made is removed', async () => {
    const { users, leave, stamp, part, keys } = await world();
    for (const service of exportedBy) await part(service);
    const files = exportFiles(s3, `exports-${worlds}`);
    const leavesMeanwhile = {
      ...files,
      write: (...file: Parameters<typeof files.write>) => leave(owner, stamp).then(() => files.write(...file)),
    };
    const logger = { info: () => undefined, warn: () => undefined };
    await partArrived({ users, files: leavesMeanwhile, logger, now: () => at })({
      id: 'bus-1',
      'detail-type': 'Object Created',
      detail: { object: { key: exportPartKey({ owner, exportId, service: 'credits' }) } },
    });
    expect((await keys()).filter((key) => key?.startsWith('exports/'))).toEqual([]);
  });

  test('all that lies there goes, and a neighbour’s stays', async () => {
    const { part, tell, keys, removeAll, write } = await world();
    for (const service of exportedBy) await part(service);
    await tell('identity');
    const neighbour = { ...owner, user: 'auth0|70' };
    await write({ owner: neighbour, exportId, service: 'credits' }, {});
    expect(await keys()).toHaveLength(exportedBy.length + 2);
    const left = {
      id: 'e',
      type: 'UserDeleted',
      schemaVersion: 1,
      ...owner,
      version: 3,
      at,
      correlationId: 'c',
      causationId: 'c',
      data: { pass: 1 },
    } as const;
    await removeAll(left);
    await removeAll(left);
    expect(await keys()).toEqual([exportPartKey({ owner: neighbour, exportId, service: 'credits' })]);
  });
});

describe('the profile', () => {
  test('is the record as the API shows it, and how it began', async () => {
    const { users, write, file, part, tell } = await world();
    const requested = {
      id: 'e',
      type: 'ExportRequested',
      schemaVersion: 1,
      ...owner,
      version: 2,
      at,
      correlationId: 'c',
      causationId: 'c',
      data: { exportId },
    } as const;
    const profile = profilePart({ users, zoneOf: async () => 'UTC', write });
    await profile({ ...requested, data: { exportId: otherId } });
    await profile(requested);
    for (const service of exportedBy) if (service !== 'identity') await part(service);
    await tell('generation');
    expect(JSON.parse(await file()).profile).toMatchObject({
      id: owner.user,
      email: 'someone@example.com',
      roles: [],
      monthly_plays: 0,
      via: 'request',
    });
  });
});

describe('GET /v1/me/export', () => {
  test('begins one, once; tells how far it is; and at last where it is', async () => {
    const { get, users, records } = await newApi(dynamoDb);
    const first = await get('/v1/me/export');
    expect([first.status, first.body]).toEqual([202, { status: 'preparing', requested_at: expect.any(String) }]);
    const [record] = await records();
    if (record?.status !== 'active' || !record.export) throw new Error('no export was begun');
    const { id } = record.export;
    const again = await Promise.all([1, 2, 3].map(() => get('/v1/me/export')));
    for (const { status, body } of again) expect([status, body]).toEqual([202, first.body]);
    expect(await records()).toEqual([record]);
    const made = { bytes: 1_234, made_at: new Date().toISOString() };
    await users.change(record, { at, correlationId: 'c' }, (user) => ({ change: exportMade(user, id, made) }));
    expect(await get('/v1/me/export')).toMatchObject({
      status: 200,
      body: {
        status: 'ready',
        url: `https://exports.example/sparky/user-1/${id}`,
        url_expires_at: expect.any(String),
        ...made,
        expires_at: keptUntil(made),
      },
    });
  });
});
