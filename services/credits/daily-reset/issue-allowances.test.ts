/** FS11, I5-like for allowances: a day's is issued once, whoever asks, how often, how late. */
import type { AccountCommand } from '../domain/commands.ts';
import { policyOf } from '../domain/policy.ts';
import { available, epochSeconds } from '../domain/state.ts';
import { changePlan, holdCredits, later, noon } from '../test/commands.ts';
import { catalogWithDaily, definitionWithDaily } from '../test/daily-app.ts';
import { keptLog, meta, newAccounts, stream } from '../test/doubles.ts';
import { issueAllowances } from './issue-allowances.ts';
import type { IssueMessage } from './messages.ts';

const message: IssueMessage = { app: 'sparky', users: ['user-1'], correlationId: 'run-1' };
/** Seconds from the tests' noon to the next midnight in UTC. */
const halfDay = 12 * 3_600;
const day = 86_400;

const newIssue = async ({ zone = 'UTC', openedAt = noon } = {}) => {
  const accounts = newAccounts();
  const clock = { at: openedAt };
  const policyThen = () => policyOf({ ...definitionWithDaily, zone }, clock.at);
  const send = async (command: AccountCommand, to = stream) => {
    const handled = await accounts.handle(to, command, meta);
    expect(handled).toMatchObject({ accepted: true });
    return handled;
  };
  const openOnDaily = async (to = stream) => {
    await send({ type: 'OpenAccount', at: clock.at, welcomeCredits: 10 }, to);
    await send(changePlan('daily', { at: clock.at, policy: policyThen() }), to);
    await send({ type: 'IssueDaily', at: clock.at, policy: policyThen() }, to);
  };
  await openOnDaily();
  const { logger, lines } = keptLog();
  const issue = issueAllowances({
    handle: accounts.handle,
    catalog: catalogWithDaily(zone),
    logger,
    now: () => clock.at,
  });
  const dailyGrants = async () =>
    (await accounts.events()).flatMap((event) =>
      event.type === 'CreditsGranted' && event.kind === 'daily' ? [event.grantId] : [],
    );
  const balance = async () => {
    const tail = await accounts.store.load(stream);
    return tail ? available(tail.state, epochSeconds(clock.at)) : 0;
  };
  return { ...accounts, issue, clock, policyThen, send, openOnDaily, dailyGrants, balance, lines };
};

test("the new day's allowance replaces what was left of the old one, and nothing else", async () => {
  const { issue, clock, dailyGrants, balance } = await newIssue();
  expect(await balance()).toBe(15);
  clock.at = later(halfDay);
  await issue(message);
  expect(await dailyGrants()).toEqual(['daily-2026-11-05', 'daily-2026-11-06']);
  expect(await balance()).toBe(15);
});

test('two schedulers at once, and a command at midnight between them: one grant', async () => {
  const { issue, clock, send, policyThen, dailyGrants, balance } = await newIssue();
  clock.at = later(halfDay);
  await Promise.all([
    issue(message),
    send(holdCredits('gen_1', 2, { at: clock.at, policy: policyThen(), expiresAt: epochSeconds(later(day)) })),
    issue(message),
  ]);
  expect(await dailyGrants()).toEqual(['daily-2026-11-05', 'daily-2026-11-06']);
  expect(await balance()).toBe(13);
});

test('a command decided just before midnight and written after it issues nothing for the day that is over', async () => {
  const { issue, clock, send, policyThen, dailyGrants } = await newIssue();
  clock.at = later(halfDay - 1);
  const before = holdCredits('gen_1', 2, { at: clock.at, policy: policyThen(), expiresAt: epochSeconds(later(day)) });
  clock.at = later(halfDay);
  await issue(message);
  await send(before);
  expect(await dailyGrants()).toEqual(['daily-2026-11-05', 'daily-2026-11-06']);
});

test('the same message days later issues for the day it is worked on, once, and never for a day gone by', async () => {
  const { issue, clock, dailyGrants } = await newIssue();
  clock.at = later(halfDay);
  await issue(message);
  clock.at = later(halfDay + 5 * day);
  await issue(message);
  await issue(message);
  expect(await dailyGrants()).toEqual(['daily-2026-11-05', 'daily-2026-11-06', 'daily-2026-11-11']);
});

test('a clock that went back issues nothing', async () => {
  const { issue, clock, events } = await newIssue();
  const before = await events();
  clock.at = later(-day);
  await issue(message);
  expect(await events()).toEqual(before);
});

test('a closed account and one that never was are passed over, one whose plan has no allowance gets none', async () => {
  const { issue, clock, send, openOnDaily, policyThen, store } = await newIssue();
  await openOnDaily('sparky#closed');
  await send({ type: 'CloseAccount', at: noon, reason: 'asked' }, 'sparky#closed');
  await openOnDaily('sparky#free');
  await send(changePlan('free', { at: noon, policy: policyThen() }), 'sparky#free');
  const closedAt = (await store.load('sparky#closed'))?.version;
  clock.at = later(halfDay);
  await issue({ ...message, users: ['closed', 'never', 'free', 'user-1'] });
  expect((await store.load('sparky#closed'))?.version).toBe(closedAt);
  expect(await store.load('sparky#never')).toBeUndefined();
  expect((await store.load('sparky#free'))?.state).toMatchObject({ dailyDay: 20_261_105 });
  expect((await store.load(stream))?.state).toMatchObject({ dailyDay: 20_261_106 });
});

test('an account that fails keeps none of the others from theirs, and the message comes again', async () => {
  const { handle, clock, store, openOnDaily } = await newIssue();
  await openOnDaily('sparky#user-2');
  clock.at = later(halfDay);
  const { logger } = keptLog();
  const issue = issueAllowances({
    handle: async (to, command, about) => {
      if (to === stream) throw new Error('throttled');
      return handle(to, command, about);
    },
    catalog: catalogWithDaily(),
    logger,
    now: () => clock.at,
  });
  await expect(issue({ ...message, users: ['user-1', 'user-2'] })).rejects.toThrow('1 allowances of sparky');
  expect((await store.load('sparky#user-2'))?.state).toMatchObject({ dailyDay: 20_261_106 });
});

test.each([
  ['Africa/Cairo', '2026-04-24T00:30:00.000Z', 'clocks go from 00:00 to 01:00: that midnight does not exist'],
  ['America/Sao_Paulo', '2018-11-04T03:30:00.000Z', 'a day of 23 hours'],
  ['Europe/Berlin', '2026-10-25T23:30:00.000Z', 'after a day of 25 hours'],
])('%s: one a day (%s, %s)', async (zone, at) => {
  const openedAt = new Date(Date.parse(at) - 2 * day * 1_000).toISOString();
  const { issue, clock, dailyGrants, balance } = await newIssue({ zone, openedAt });
  const hours = Array.from({ length: 5 * 24 }, (_, hour) =>
    new Date(Date.parse(openedAt) + hour * 3_600_000).toISOString(),
  );
  for (const hour of hours) {
    clock.at = hour;
    await issue(message);
    expect(await balance()).toBe(15);
  }
  const days = new Set(hours.map((hour) => policyOf({ ...definitionWithDaily, zone }, hour).day));
  const grants = await dailyGrants();
  expect(grants).toHaveLength(days.size);
  expect(new Set(grants).size).toBe(days.size);
});
