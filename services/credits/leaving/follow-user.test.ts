/** PP1 FS10: an account begins with its user and ends with them, however often and in whatever order that is told. */
import { describe, expect, test } from '@jest/globals';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import { holdCredits, later, noon, openAccount, releaseHold } from '../test/commands.ts';
import { catalogWith, keptLog, meta, newAccounts, owner, stream } from '../test/doubles.ts';
import { comeAgain } from './come-again.ts';
import { followUser, type UserEvent, userEvent } from './follow-user.ts';

const envelope = {
  id: 'event-1',
  schemaVersion: 1,
  ...owner,
  version: 1,
  at: noon,
  correlationId: 'request-1',
  causationId: 'request-1',
} as const;
const registered: UserEvent = { ...envelope, type: 'UserRegistered', data: { via: 'hook' } };
const left = (pass: 1 | 2): UserEvent => ({ ...envelope, type: 'UserDeleted', data: { pass } });

const world = (now = later(60)) => {
  const accounts = newAccounts();
  const { logger } = keptLog();
  const follow = followUser({ handle: accounts.handle, catalog: catalogWith(10), logger, now: () => now });
  const types = async () => (await accounts.events()).map(({ type }) => type);
  return { ...accounts, follow, types };
};

describe('PP1 an account is opened for who registers', () => {
  test('with the welcome credits of the app, once, however often it is told', async () => {
    const { follow, types, store } = world();
    await Promise.all([follow(registered), follow(registered)]);
    await follow(registered);
    expect(await types()).toEqual(['AccountOpened', 'CreditsGranted']);
    const [opened] = await store.read(stream, { limit: 1 });
    expect(opened?.meta).toEqual({ actor: 'system:on-user', correlationId: 'request-1', causationId: 'event-1' });
  });
  test('not again for who was seen before the event came', async () => {
    const { follow, handle, types } = world();
    await handle(stream, openAccount(), meta);
    await follow(registered);
    expect(await types()).toEqual(['AccountOpened', 'CreditsGranted']);
  });
  test('not for a user of an app that is not known', async () => {
    const { follow, store } = world();
    expect(await follow({ ...registered, app: 'unknown-app' })).toBe('done');
    expect(await store.load('unknown-app#user-1')).toBeUndefined();
  });
  test('not by an event that came so late that the second pass may be over', async () => {
    expect(await world(later(50 * 60)).follow(registered)).toBe('done');
    const { follow, types } = world(later(50 * 60 + 1));
    expect(await follow(registered)).toBe('done');
    expect(await types()).toEqual([]);
  });
});

describe('an account is closed for who leaves', () => {
  test('once, at whichever pass, and what is left is forfeited', async () => {
    const { follow, handle, events } = world();
    await handle(stream, openAccount(10), meta);
    for (const pass of [1, 1, 2, 2] as const) expect(await follow(left(pass))).toBe('done');
    expect((await events()).slice(2)).toEqual([
      { type: 'AccountClosed', forfeited: { welcome: 10 }, reason: 'user left' },
    ]);
  });
  test('a user who never had one gets none', async () => {
    const { follow, types } = world();
    expect(await follow(left(1))).toBe('done');
    expect(await follow(left(2))).toBe('done');
    expect(await types()).toEqual([]);
  });
  test('told before the registration: the second pass closes what that opened', async () => {
    const { follow, types } = world();
    for (const event of [left(1), registered, left(2)]) await follow(event);
    expect(await types()).toEqual(['AccountOpened', 'CreditsGranted', 'AccountClosed']);
  });
  test('a closed account is not opened again by a registration told again', async () => {
    const { follow, types } = world();
    for (const event of [registered, left(1), registered, left(2), registered]) await follow(event);
    expect(await types()).toEqual(['AccountOpened', 'CreditsGranted', 'AccountClosed']);
  });
  test('I3 I4 not while a job may still be charged', async () => {
    const { follow, handle, types } = world();
    await handle(stream, openAccount(10), meta);
    await handle(stream, holdCredits('gen_1', 4), meta);
    expect(await follow(left(1))).toBe('holds-open');
    await handle(stream, releaseHold('gen_1', 'cancelled'), meta);
    expect(await follow(left(1))).toBe('done');
    expect((await types()).slice(2)).toEqual(['CreditsHeld', 'HoldReleased', 'AccountClosed']);
  });
  test('only users’ events are read', () => {
    expect(userEvent.safeParse(registered).success).toBe(true);
    expect(userEvent.safeParse({ ...envelope, type: 'ExportRequested', data: { exportId: 'x' } }).success).toBe(false);
  });
});

describe('the message waits for the holds', () => {
  const consume = async (pass: 1 | 2, receiveCount: number, followed: 'done' | 'holds-open' = 'holds-open') => {
    const shown: number[] = [];
    const outcome = await comeAgain({
      follow: async () => followed,
      show: async (_, seconds) => {
        shown.push(seconds);
      },
    })(left(pass), { receiptHandle: 'r', attributes: { ApproximateReceiveCount: String(receiveCount) } }).then(
      () => 'done',
      (error: unknown) => (error instanceof ComesAgain ? 'again' : 'failed'),
    );
    return [outcome, ...shown];
  };
  test('longer each time; at last the first pass leaves it to the second', async () => {
    const first = await Promise.all([1, 2, 3, 4, 5].map((count) => consume(1, count)));
    expect(first).toEqual([['again', 1], ['again', 3], ['again', 60], ['again', 300], ['done']]);
  });
  test('beyond the sweep at the second pass, which at last asks for an operator', async () => {
    const second = await Promise.all([1, 2, 3, 4, 5].map((count) => consume(2, count)));
    expect(second).toEqual([['again', 60], ['again', 600], ['again', 1_800], ['again', 3_600], ['failed']]);
  });
  test('not at all when there are none', async () => expect(await consume(1, 1, 'done')).toEqual(['done']));
});
