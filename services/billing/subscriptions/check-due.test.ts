/** The clock, page by page, and the rows that it finds users by. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import type { SubscriptionCommand } from '../domain/subscription-commands.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import type { Subscription } from '../domain/subscription-state.ts';
import { subscriptionHandler } from '../handle-subscription.ts';
import { anObserved, day, observe, recordPaid, recordPrepaid } from '../test/subscriptions.ts';
import { subscriptionRow } from './due-table.ts';
import { meta, newClock, newTable, streamOf } from './testing/clock.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

describe('the clock', () => {
  test('SP13 takes what was prepaid from everybody whose period is over, page by page', async () => {
    const clock = await newClock(dynamoDb);
    const users = Array.from({ length: 13 }, (_, index) => `user-${index}`);
    for (const user of users) await clock.tell(user, recordPrepaid(day(0)));
    await clock.tell('longer', recordPrepaid(day(5)));
    expect(await clock.run(day(30))).toBe(4);
    expect(await clock.run(day(31))).toBeGreaterThan(7);
    expect(await Promise.all(users.map(clock.planOf))).toEqual(users.map(() => null));
    expect(await clock.planOf('longer')).toBe('plus');
    expect(clock.counted).toMatchObject({ EntitlementsChangedByClock: 13, DueSubscriptionsNotChecked: 0 });
    expect(clock.asked).toEqual([]);
    await clock.project();
    expect(await clock.due(day(31))).toEqual([]);
  });

  test('FS8 ends the grace of an overdue payment, and leaves those alone who have paid meanwhile', async () => {
    const clock = await newClock(dynamoDb);
    const late = [observe(day(0), 0), recordPaid(day(0)), observe(day(31), 1, { status: 'past_due' })] as const;
    await clock.tell('late', ...late);
    await clock.tell('mended', ...late);
    await clock.project();
    const next = { paymentId: 'pay_2', from: day(31), until: day(59) };
    await clock.tell('mended', observe(day(33), 2), recordPaid(day(33), next));
    clock.says.set('sub_1', anObserved({ status: 'past_due' }));
    await clock.run(day(38));
    expect([await clock.planOf('late'), await clock.planOf('mended')]).toEqual([null, 'plus']);
    expect(clock.counted).toMatchObject({ EntitlementsChangedByClock: 1, DueSubscriptionsNotChecked: 0 });
  });

  test('goes on behind somebody who cannot be looked at, and comes again', async () => {
    const clock = await newClock(dynamoDb, { broken: 'user-1' });
    for (const user of ['user-0', 'user-1', 'user-2']) await clock.tell(user, recordPrepaid(day(0)));
    await clock.run(day(32));
    expect(clock.counted).toMatchObject({ EntitlementsChangedByClock: 2, DueSubscriptionsNotChecked: 1 });
    await clock.project();
    expect(await clock.due(day(32))).toEqual(['sparky#user-1']);
  });

  test('finds rows that are behind their streams, and does no harm', async () => {
    const clock = await newClock(dynamoDb);
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
    const due = await newTable(dynamoDb);
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
    expect(await rowAfter(observe(day(0), 0))).toEqual({ ...row, version: 1, plan: null });
    const due = { dueShard: expect.stringMatching(/^d[0-3]$/), dueAt: day(38) };
    expect(await rowAfter(recordPaid(day(0)))).toEqual({ ...row, version: 3, ...due });
    expect(await rowAfter(observe(day(30), 1, { status: 'past_due' }))).toEqual({
      ...row,
      version: 4,
      status: 'past_due',
      ...due,
      dueAt: day(37),
    });
  });
});
