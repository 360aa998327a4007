import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { meter, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import type { DeliveryStatus } from '../domain/delivery.ts';
import { maxEndpoints } from '../domain/endpoint.ts';
import { memoryDeliveries, memoryEndpoints } from '../test/memory.ts';
import { at, deliveryOf, endpointOf, later, succeeded } from '../test/samples.ts';
import { type DeliveryTable, deliveryTable } from './delivery-table.ts';
import { type EndpointTable, endpointTable } from './endpoint-table.ts';

let dynamo: TestDynamoDb;
let tables = 0;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(() => dynamo.close());
const newTable = (partition: string) => {
  tables += 1;
  return dynamo.createKeyedTable(`table-${tables}`, partition, 'id');
};
const endpointsIn = async () => endpointTable(dynamo.client, await newTable('app'));
const deliveriesIn = async () => deliveryTable(dynamo.client, await newTable('endpoint'));

const endpointTables: [name: string, make: () => Promise<EndpointTable>][] = [
  ['in memory', async () => memoryEndpoints()],
  ['in DynamoDB', endpointsIn],
];

describe.each(endpointTables)('X9 endpoints %s', (_, make) => {
  test('I8 are kept, changed and removed by their app alone', async () => {
    const endpoints = await make();
    const endpoint = endpointOf({ description: 'Ours' });
    const { app, id } = endpoint;
    expect(await endpoints.create(endpoint)).toBe('created');
    expect(await endpoints.get(app, id)).toEqual(endpoint);
    expect(await endpoints.get('nano-banana', id)).toBeUndefined();
    expect(await endpoints.change('nano-banana', id, { url: 'https://x.example', updatedAt: at })).toBeUndefined();
    expect(await endpoints.remove('nano-banana', id)).toBe(false);
    const change = { events: ['generation.failed' as const], description: null, url: undefined, updatedAt: later(1) };
    const { description, ...bare } = endpoint;
    const changed = { ...bare, events: ['generation.failed'], updatedAt: later(1) };
    for (const _again of [1, 2]) expect(await endpoints.change(app, id, change)).toEqual(changed);
    expect(await endpoints.remove(app, id)).toBe(true);
    expect(await endpoints.remove(app, id)).toBe(false);
    expect(await endpoints.change(app, id, change)).toBeUndefined();
    expect(await endpoints.get(app, id)).toBeUndefined();
  });

  test('are listed newest first, page by page', async () => {
    const endpoints = await make();
    const made = [endpointOf(), endpointOf(), endpointOf()];
    for (const endpoint of made) await endpoints.create(endpoint, { key: endpoint.id, fingerprint: 'f' });
    await endpoints.create(endpointOf({ app: 'nano-banana' }));
    const ids = made.map(({ id }) => id).toReversed();
    const first = await endpoints.list('sparky', { limit: 2 });
    expect([first.endpoints.map(({ id }) => id), first.next]).toEqual([ids.slice(0, 2), ids[1]]);
    const rest = await endpoints.list('sparky', { limit: 2, before: first.next });
    expect([rest.endpoints.map(({ id }) => id), rest.next]).toEqual([ids.slice(2), undefined]);
    expect((await endpoints.list('sparky')).endpoints).toEqual(made.toReversed());
  });

  test('are made once by a key, and no more than twenty an app', async () => {
    const endpoints = await make();
    const by = { key: 'key-1', fingerprint: 'f' };
    const first = endpointOf();
    expect(await endpoints.create(first, by)).toBe('created');
    expect(await endpoints.create(endpointOf(), by)).toMatchObject({ endpoint: first.id, fingerprint: 'f' });
    expect(await endpoints.madeBy('sparky', 'key-1')).toMatchObject({ endpoint: first.id });
    expect(await endpoints.madeBy('nano-banana', 'key-1')).toBeUndefined();
    for (let n = 1; n < maxEndpoints; n += 1) expect(await endpoints.create(endpointOf())).toBe('created');
    expect(await endpoints.create(endpointOf())).toBe('full');
    expect(await endpoints.create(endpointOf({ app: 'nano-banana' }))).toBe('created');
    await endpoints.remove('sparky', first.id);
    expect(await endpoints.create(endpointOf())).toBe('created');
    expect(await endpoints.create(endpointOf(), by)).toMatchObject({ endpoint: first.id });
  });

  test('have their secret replaced by whoever read the last one', async () => {
    const endpoints = await make();
    const endpoint = endpointOf();
    await endpoints.create(endpoint);
    const rotation = { secretVersion: 2, retired: [{ version: 1, until: later(60) }], updatedAt: later(1) };
    expect(await endpoints.rotate(endpoint, rotation)).toEqual({ ...endpoint, ...rotation });
    expect(await endpoints.rotate(endpoint, rotation)).toBeUndefined();
    expect(await endpoints.rotate(endpointOf(), rotation)).toBeUndefined();
  });

  test('are switched off by the address that was called, not by another', async () => {
    const endpoints = await make();
    const endpoint = endpointOf();
    const { app, id } = endpoint;
    await endpoints.create(endpoint);
    await endpoints.switchOff({ ...endpoint, url: 'https://old.example/' }, later(1));
    expect(await endpoints.get(app, id)).toEqual(endpoint);
    await endpoints.switchOff(endpoint, later(1));
    expect(await endpoints.get(app, id)).toEqual({ ...endpoint, active: false, gone: true, updatedAt: later(1) });
    await endpoints.switchOff(endpointOf(), later(1));
    expect((await endpoints.list(app)).endpoints).toHaveLength(1);
  });
});

const deliveryTables: [name: string, make: () => Promise<DeliveryTable>][] = [
  ['in memory', async () => memoryDeliveries()],
  ['in DynamoDB', deliveriesIn],
];

describe.each(deliveryTables)('X9 deliveries %s', (_, make) => {
  const claim = { leaseUntil: later(30), claimId: 'claim-1' };
  const progress = { status: 'pending', failures: 1, attempts: [{ at, durationMs: 5, error: 'no answer' }] } as const;

  test('are added once', async () => {
    const deliveries = await make();
    const delivery = deliveryOf();
    const { endpoint, id } = delivery;
    await deliveries.add(delivery, at);
    expect(await deliveries.get(endpoint, id)).toMatchObject(delivery);
    expect(await deliveries.get(newId('whk'), id)).toBeUndefined();
    await deliveries.claim(delivery, claim);
    await deliveries.add(delivery, later(1));
    expect(await deliveries.get(endpoint, id)).toMatchObject({ attempt: 1, leaseUntil: later(30) });
  });

  test('are claimed by one of many, whose claim is known again when its answer was lost', async () => {
    const deliveries = await make();
    const delivery = deliveryOf();
    await deliveries.add(delivery, at);
    const claims = Array.from({ length: 8 }, (_unused, n) => ({ ...claim, claimId: `claim-${n}` }));
    const got = await Promise.all(claims.map((one) => deliveries.claim(delivery, one)));
    expect(got.filter(Boolean)).toHaveLength(1);
    const winner = claims[got.findIndex(Boolean)] ?? claim;
    expect(await deliveries.claim(delivery, winner)).toMatchObject({ attempt: 1, leaseUntil: later(30) });
    expect(await deliveries.claim(delivery, { ...claim, claimId: 'late' })).toBeUndefined();
  });

  test('take an attempt’s outcome once, and not after another claim', async () => {
    const deliveries = await make();
    const delivery = deliveryOf();
    const { endpoint, id } = delivery;
    await deliveries.add(delivery, at);
    const slow = await deliveries.claim(delivery, claim);
    const quick = await deliveries.claim(slow ?? delivery, { leaseUntil: later(60), claimId: 'claim-2' });
    await deliveries.progress(slow ?? delivery, { ...progress, status: 'delivered' });
    expect(await deliveries.get(endpoint, id)).toMatchObject({ status: 'pending', attempt: 2, attempts: [] });
    await deliveries.progress(quick ?? delivery, { ...progress, dueAt: later(9) });
    await deliveries.progress(quick ?? delivery, { ...progress, status: 'failed' });
    const known = await deliveries.get(endpoint, id);
    expect(known).toMatchObject({ ...progress, attempt: 2, dueAt: later(9) });
    expect(known?.leaseUntil).toBeUndefined();
  });

  test('are restarted whatever became of them, but not in the middle of an attempt', async () => {
    const deliveries = await make();
    const delivery = deliveryOf();
    await deliveries.add(delivery, at);
    const claimed = await deliveries.claim(delivery, claim);
    if (!claimed) throw new Error('not claimed');
    const again = { at: later(10), giveUpAt: later(90) };
    expect(await deliveries.restart(claimed, again)).toBeUndefined();
    await deliveries.progress(claimed, { ...progress, status: 'delivered' });
    const restarted = { status: 'pending', attempt: 1, failures: 0, dueAt: later(10), giveUpAt: later(90) };
    expect(await deliveries.restart(claimed, again)).toMatchObject({ ...restarted, attempts: progress.attempts });
    expect(await deliveries.restart({ ...claimed, attempt: 0 }, again)).toBeUndefined();
  });

  test('are listed newest first, page by page, all or of one status', async () => {
    const deliveries = await make();
    const endpoint = endpointOf();
    const made = [0, 1, 2, 3, 4].map((n) =>
      deliveryOf(endpoint, {
        event: succeeded({ at: later(n) }),
        status: (n % 2 ? 'failed' : 'pending') as DeliveryStatus,
      }),
    );
    for (const delivery of made) await deliveries.add(delivery, at);
    await deliveries.add(deliveryOf(), at);
    const ids = made.map(({ id }) => id).toReversed();
    const read = async (limit: number, status?: DeliveryStatus) => {
      const pages: string[][] = [];
      let before: (typeof ids)[number] | undefined;
      do {
        const page = await deliveries.list(endpoint.id, { limit, before, status });
        pages.push(page.deliveries.map(({ id }) => id));
        before = page.next;
      } while (before !== undefined && pages.length < 9);
      return pages.filter((page) => page.length > 0);
    };
    expect(await read(2)).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    expect(await read(9, 'failed')).toEqual([[ids[1], ids[3]]]);
    expect(await read(2, 'pending')).toEqual([[ids[0], ids[2]], [ids[4]]]);
    expect(await read(9, 'delivered')).toEqual([]);
  });
});

test('X9 a delivery costs what it should: one put, and a read and two updates an attempt', async () => {
  const deliveries = await deliveriesIn();
  const calls = meter(dynamo.client);
  const delivery = deliveryOf();
  await deliveries.add(delivery, at);
  await deliveries.get(delivery.endpoint, delivery.id);
  const claimed = await deliveries.claim(delivery, { leaseUntil: later(30), claimId: 'c' });
  await deliveries.progress(claimed ?? delivery, { status: 'delivered', failures: 0, attempts: [] });
  expect(calls.map(({ operation, units }) => [operation, units])).toEqual([
    ['PutItem', 1],
    ['GetItem', 1],
    ['UpdateItem', 1],
    ['UpdateItem', 1],
  ]);
  dynamo.client.middlewareStack.remove('meter');
});
