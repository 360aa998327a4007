import type { AppDefinition } from '#services/catalog/contracts.ts';
import type { AccountCommand } from '../domain/commands.ts';
import {
  changePlan,
  closeAccount,
  grantCredits,
  holdCredits,
  issueDaily,
  later,
  settleHold,
} from '../test/commands.ts';
import { definitionWithDaily } from '../test/daily-app.ts';
import { meta, newAccounts, stream } from '../test/doubles.ts';
import { balanceOf, holdShards, sortableCredits } from './balances.ts';

const rowAfter = (...commands: readonly AccountCommand[]) => rowIn(definitionWithDaily, ...commands);

const rowIn = async (definition: AppDefinition, ...commands: readonly AccountCommand[]) => {
  const { handle, openWith, store } = newAccounts();
  await openWith(20);
  for (const command of commands) expect(await handle(stream, command, meta)).toMatchObject({ accepted: true });
  const [newest] = await store.read(stream, { direction: 'backward', limit: 1 });
  if (!newest) throw new Error('no events');
  return balanceOf(newest, definition);
};

test('a balance is read off the newest event', async () => {
  const row = await rowAfter(
    holdCredits('gen_1', 7),
    settleHold('gen_1', 3),
    holdCredits('gen_2', 2),
    grantCredits('pay_2', 1, { at: later(60) }),
  );
  expect(row).toEqual({
    owner: 'sparky#user-1',
    app: 'sparky',
    user: 'user-1',
    status: 'open',
    plan: 'free',
    available: 16,
    held: 2,
    spent: 3,
    granted: 21,
    debt: 0,
    version: 6,
    updated: later(60),
    holdShard: expect.stringMatching(/^h[0-3]$/),
    nextHoldExpiry: later(3_600),
    balanceKey: '000000000000016#user-1',
    spentKey: '000000000000003#user-1',
  });
});

describe('FS11 the index of daily allowances', () => {
  test('has an account whose plan has one, under the day it was last issued', async () => {
    expect(await rowAfter(changePlan('daily'))).toMatchObject({ plan: 'daily', dailyKey: '0#user-1' });
    expect(await rowAfter(changePlan('daily'), issueDaily())).toMatchObject({ dailyKey: '20261105#user-1' });
  });

  test('has no account of another plan, nor a closed one', async () => {
    expect(await rowAfter(changePlan('monthly'))).not.toHaveProperty('dailyKey');
    expect(await rowAfter(changePlan('daily'), closeAccount())).not.toHaveProperty('dailyKey');
  });

  test('has an account whose plan left the catalog, if the default plan has one', async () => {
    const { plans } = definitionWithDaily;
    const without = { ...definitionWithDaily, plans: plans.filter(({ id }) => id !== 'monthly') };
    expect(await rowIn({ ...without, default_plan: 'daily' }, changePlan('monthly'))).toMatchObject({
      plan: 'daily',
      dailyKey: '0#user-1',
    });
    const row = await rowIn(without, changePlan('monthly'));
    expect(row).toMatchObject({ plan: without.default_plan });
    expect(row).not.toHaveProperty('dailyKey');
  });

  test('an account of an app that is not served any more is in no such list', async () => {
    const { openWith, store } = newAccounts();
    await openWith(20);
    const [newest] = await store.read(stream, { direction: 'backward', limit: 1 });
    const row = newest && balanceOf(newest, undefined);
    expect(row).not.toHaveProperty('dailyKey');
    expect(row).not.toHaveProperty('plan');
  });
});

describe('the index of holds', () => {
  test('has the earliest expiry of the open ones', async () => {
    const row = await rowAfter(
      holdCredits('gen_1', 1, { expiresAt: holdCredits('x', 1).expiresAt + 60 }),
      holdCredits('gen_2', 1),
      holdCredits('gen_3', 1, { expiresAt: holdCredits('x', 1).expiresAt + 30 }),
    );
    expect(row.nextHoldExpiry).toBe(later(3_600));
    expect(holdShards).toContain(row.holdShard);
  });

  test('has no account without an open hold', async () => {
    const row = await rowAfter(holdCredits('gen_1', 1), settleHold('gen_1', 1));
    expect(row).not.toHaveProperty('nextHoldExpiry');
    expect(row).not.toHaveProperty('holdShard');
  });
});

test('credits sort as text as they do as numbers', () => {
  const credits = [1_000_000_000_000, 0, 10, 9, 999, 1_000];
  const sorted = credits.toSorted((one, other) => one - other).map(sortableCredits);
  expect(credits.map(sortableCredits).toSorted()).toEqual(sorted);
});
