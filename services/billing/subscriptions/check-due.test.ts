/** The clock over a real table and its index, its messages kept by the test. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import type { Metrics } from '#shared/observability/metrics.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import type { SubscriptionCommand } from '../domain/subscription-commands.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import { type Subscription, subscriptionStream } from '../domain/subscription-state.ts';
import { subscriptionHandler } from '../handle-subscription.ts';
import { day, observe, recordPaid, recordPrepaid } from '../test/subscriptions.ts';
import { checkDue } from './check-due.ts';
import { type CheckMessage, checkMessage } from './check-message.ts';
import { byDue, dueShards, dueTable, subscriptionRow } from './due-table.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const meta = { actor: 'system:test', correlationId: 'request-0' };
const log = { info: () => undefined, error: () => undefined };
const streamOf = (user: string): string => subscriptionStream({ app: 'sparky', user });

let tablesMade = 0;
const newTable = async () => {
  tablesMade += 1;
  const TableName = `subscriptions-${tablesMade}`;
  const names = ['owner', byDue.partitionKey, byDue.sortKey] as const;
  await dynamoDb.client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      GlobalSecondaryIndexes: [
        {
          IndexName: byDue.name,
          KeySchema: [
            { AttributeName: byDue.partitionKey, KeyType: 'HASH' },
            { AttributeName: byDue.sortKey, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  return dueTable(dynamoDb.client, TableName);
};

const newClock = async ({ pageSize = 2, broken = '' } = {}) => {
  const due = await newTable();
  const store = memoryEventStore<Subscription, SubscriptionEvent>();
  const handle = subscriptionHandler(store);
  const waiting: CheckMessage[] = [];
  const counted: Record<string, number> = {};
  let clock = day(0);
  const users = new Set<string>();
  const work = checkDue({
    handle: (stream, ...rest) => {
      if (stream === streamOf(broken)) throw new Error('no answer');
      return handle(stream, ...rest);
    },
    due,
    send: async (pages) => {
      waiting.push(...pages.map((page) => checkMessage.parse(page)));
    },
    logger: log,
    metrics: {
      addMetric: (name: string, _unit: string, value: number) => {
        counted[name] = (counted[name] ?? 0) + value;
      },
      publishStoredMetrics: () => undefined,
    } as unknown as Metrics,
    now: () => clock,
    pageSize,
  });
  const project = async () => {
    for (const user of users) {
      const [newest] = await store.read(streamOf(user), { direction: 'backward', limit: 1 });
      if (newest) await due.write(subscriptionRow(newest));
    }
  };
  return {
    counted,
    tell: async (user: string, ...commands: readonly SubscriptionCommand[]) => {
      users.add(user);
      for (const command of commands) await handle(streamOf(user), command, meta);
    },
    project,
    /** Looks until nothing waits; gives the number of pages. */
    run: async (at: string): Promise<number> => {
      clock = at;
      await project();
      await work({ kind: 'start' }, { messageId: 'start-1' });
      for (let pages = 0; pages < 100; pages += 1) {
        const message = waiting.shift();
        if (!message) return pages;
        await work(message, { messageId: 'page' });
      }
      throw new Error('the check does not end');
    },
    planOf: async (user: string) => (await store.load(streamOf(user)))?.state.entitledTo,
    due: async (at: string) => {
      const pages = await Promise.all(dueShards.map((shard) => due.listDue(shard, { at, limit: 50 })));
      return pages.flatMap(({ owners }) => owners);
    },
  };
};

describe('the clock', () => {
  test('SP13 takes what was prepaid from everybody whose period is over, page by page', async () => {
    const clock = await newClock();
    const users = Array.from({ length: 13 }, (_, index) => `user-${index}`);
    for (const user of users) await clock.tell(user, recordPrepaid(day(0)));
    await clock.tell('longer', recordPrepaid(day(5)));
    expect(await clock.run(day(30))).toBe(4);
    expect(await clock.run(day(31))).toBeGreaterThan(7);
    expect(await Promise.all(users.map(clock.planOf))).toEqual(users.map(() => null));
    expect(await clock.planOf('longer')).toBe('plus');
    expect(clock.counted).toEqual({ EntitlementsChangedByClock: 13, DueSubscriptionsNotChecked: 0 });
    await clock.project();
    expect(await clock.due(day(31))).toEqual([]);
  });

  test('FS8 ends the grace of an overdue payment, and leaves those alone who have paid meanwhile', async () => {
    const clock = await newClock();
    const late = [observe(day(0), 0), recordPaid(day(0)), observe(day(31), 1, { status: 'past_due' })] as const;
    await clock.tell('late', ...late);
    await clock.tell('mended', ...late);
    await clock.project();
    await clock.tell('mended', observe(day(33), 2));
    await clock.run(day(38));
    expect([await clock.planOf('late'), await clock.planOf('mended')]).toEqual([null, 'plus']);
    expect(clock.counted).toEqual({ EntitlementsChangedByClock: 1, DueSubscriptionsNotChecked: 0 });
  });

  test('goes on behind somebody who cannot be looked at, and comes again', async () => {
    const clock = await newClock({ broken: 'user-1' });
    for (const user of ['user-0', 'user-1', 'user-2']) await clock.tell(user, recordPrepaid(day(0)));
    await clock.run(day(32));
    expect(clock.counted).toEqual({ EntitlementsChangedByClock: 2, DueSubscriptionsNotChecked: 1 });
    await clock.project();
    expect(await clock.due(day(32))).toEqual(['sparky#user-1']);
  });

  test('finds rows that are behind their streams, and does no harm', async () => {
    const clock = await newClock();
    await clock.tell('user-0', recordPrepaid(day(0)));
    await clock.project();
    await clock.tell('user-0', recordPrepaid(day(3), { paymentId: 'pay_2' }));
    expect(await clock.due(day(31))).toEqual(['sparky#user-0']);
    await clock.run(day(31));
    expect(await clock.planOf('user-0')).toBe('plus');
  });
});

describe('a subscription’s row', () => {
  const row = { owner: 'sparky#user-1', app: 'sparky', user: 'user-1', status: 'active', plan: 'plus' } as const;

  test('is replaced by newer ones only', async () => {
    const due = await newTable();
    const at = (version: number, days: number) => ({ ...row, version, dueShard: 'd0', dueAt: day(days) }) as const;
    const list = async () => (await due.listDue('d0', { at: day(5), limit: 5 })).owners;
    await due.write(at(2, 9));
    await due.write(at(1, 1));
    expect(await list()).toEqual([]);
    await due.write(at(3, 5));
    expect(await list()).toEqual(['sparky#user-1']);
    await due.write({ ...row, version: 4 });
    expect(await list()).toEqual([]);
  });

  test('NB7 says whose it is and how it stands, and is due only where the clock will change it', async () => {
    const store = memoryEventStore<Subscription, SubscriptionEvent>();
    const handle = subscriptionHandler(store);
    const rowAfter = async (...commands: readonly SubscriptionCommand[]) => {
      for (const command of commands) await handle(streamOf('user-1'), command, meta);
      const [newest] = await store.read(streamOf('user-1'), { direction: 'backward', limit: 1 });
      return newest && subscriptionRow(newest);
    };
    expect(await rowAfter(observe(day(0), 0), recordPaid(day(0)))).toEqual({ ...row, version: 3 });
    expect(await rowAfter(observe(day(31), 1, { status: 'past_due' }))).toEqual({
      ...row,
      version: 4,
      status: 'past_due',
      dueShard: expect.stringMatching(/^d[0-3]$/),
      dueAt: day(38),
    });
  });
});
