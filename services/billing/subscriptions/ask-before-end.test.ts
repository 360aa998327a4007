/** What the clock asks of Stripe before it ends a plan, and what it does without an answer. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import type { SubscriptionCommand } from '../domain/subscription-commands.ts';
import { ProviderFailure } from '../providers/provider.ts';
import { anObserved, day, observe, recordPaid, recordPrepaid, revokePeriod } from '../test/subscriptions.ts';
import { dueShards } from './due-table.ts';
import { newClock } from './testing/clock.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

describe('FS8 the clock, before it ends what a subscription at Stripe gave', () => {
  const subscribed = [observe(day(0), 0), recordPaid(day(0))] as const;
  const newDue = async (...commands: readonly SubscriptionCommand[]) => {
    const clock = await newClock(dynamoDb);
    await clock.tell('user-1', ...subscribed, ...commands);
    return clock;
  };

  test('asks how it stands, and records an end that was never heard of', async () => {
    const clock = await newDue();
    clock.says.set('sub_1', anObserved({ status: 'canceled' }));
    await clock.run(day(37));
    expect(clock.asked).toEqual([]);
    await clock.run(day(38));
    expect(await clock.stateOf('user-1')).toMatchObject({ entitledTo: null, observed: { status: 'canceled' } });
    expect(clock.counted).toEqual({
      EntitlementsChangedByClock: 1,
      DueSubscriptionsNotChecked: 0,
      RenewalsNotHeardOf: 0,
    });
    const { length } = clock.asked;
    await clock.run(day(39));
    expect(clock.asked).toHaveLength(length);
  });

  test('leaves the plan where a payment is overdue that was never heard of, for its grace', async () => {
    const clock = await newDue();
    clock.says.set('sub_1', anObserved({ status: 'past_due' }));
    await clock.run(day(38));
    expect(await clock.stateOf('user-1')).toMatchObject({ entitledTo: 'plus', overdueSince: day(38) });
    await clock.run(day(45));
    expect(await clock.planOf('user-1')).toBeNull();
  });

  test('ends the plan and rings where Stripe goes on and no payment of it came', async () => {
    const clock = await newDue();
    clock.says.set('sub_1', anObserved({ currentPeriodEnd: day(59) }));
    await clock.run(day(38));
    expect(await clock.planOf('user-1')).toBeNull();
    expect(clock.counted).toMatchObject({ EntitlementsChangedByClock: 1, RenewalsNotHeardOf: 1 });
  });

  test('ends it by what is known where Stripe knows no such subscription', async () => {
    const clock = await newDue(observe(day(3), 1, { cancelAtPeriodEnd: true }));
    await clock.run(day(32));
    expect([clock.asked, await clock.planOf('user-1')]).toEqual([['sub_1'], null]);
  });

  test.each<[string, (clock: Awaited<ReturnType<typeof newDue>>) => void]>([
    ['does not answer', ({ says }) => says.set('sub_1', new ProviderFailure('unavailable', 'HTTP 503'))],
    ['refuses', ({ says }) => says.set('sub_1', new ProviderFailure('refused', 'the key is revoked'))],
    ['has no keys here', ({ loseKeys }) => loseKeys()],
  ])('comes again while Stripe %s, for seven days', async (_, fail) => {
    const clock = await newDue();
    fail(clock);
    for (const at of [38, 44.9]) {
      await clock.run(day(at));
      expect(await clock.planOf('user-1')).toBe('plus');
      expect(await clock.due(day(at))).toEqual(['sparky#user-1']);
    }
    expect(clock.counted).toMatchObject({ DueSubscriptionsNotChecked: 2 });
    await clock.run(day(45));
    expect(await clock.planOf('user-1')).toBeNull();
    expect(clock.counted).toMatchObject({ EntitlementsChangedByClock: 1, DueSubscriptionsNotChecked: 2 });
  });

  test('waits for no answer twice on one page', async () => {
    const clock = await newClock(dynamoDb, { pageSize: 50 });
    const users = Array.from({ length: 9 }, (_, index) => `user-${index}`);
    for (const user of users) await clock.tell(user, ...subscribed);
    clock.says.set('sub_1', new ProviderFailure('unavailable', 'no answer'));
    await clock.run(day(38));
    expect(clock.asked.length).toBeLessThanOrEqual(dueShards.length);
    expect(clock.counted).toMatchObject({ DueSubscriptionsNotChecked: 9 });
  });

  test('asks nothing where only something prepaid ends', async () => {
    const clock = await newDue(revokePeriod(day(5), 'pay_1'), recordPrepaid(day(6)));
    await clock.run(day(37));
    expect([clock.asked, await clock.planOf('user-1')]).toEqual([[], null]);
  });
});
