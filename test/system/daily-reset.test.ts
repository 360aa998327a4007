/** FS11 the daily reset on the whole system: by the schedule, twice at once, interrupted, asked for by an admin. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { CallFault } from '#local/contracts.ts';
import type { AccountCommand } from '#services/credits/domain/commands.ts';
import { epochSeconds } from '#services/credits/domain/state.ts';
import { forEach, type Ledger, lab, ledgerOf, policyAt, scheduleName, secondsFromNow } from './ledger.ts';
import { type Stack, startStack } from './stack.ts';

let stack: Stack;
let ledger: Ledger;
let midnight: string;
beforeAll(async () => {
  stack = await startStack();
  ledger = ledgerOf(stack);
  midnight = scheduleName(stack, 'Midnightsandboxlab');
}, 60_000);
afterEach(async () => {
  stack.account.faults.clear();
  expect((await stack.check()).violations).toEqual([]);
  const { actual, expected } = await ledger.readModels();
  expect(actual).toEqual(expected);
});
afterAll(() => stack.close());

const functionOf = (entry: string) => stack.account.functionName(`services/credits/handlers/${entry}.ts`);
const yesterday = () => secondsFromNow(-86_400);
/** Today's grant. The suite may run at midnight, so it is asked for when it is needed. */
const todaysGrant = () => `daily-${String(policyAt(secondsFromNow(0)).day).replace(/(....)(..)(..)/, '$1-$2-$3')}`;

/** Accounts of the day before, on this plan; `issued`: they had that day's allowance. */
const openYesterday = async (users: readonly string[], { plan = 'daily', issued = true } = {}) => {
  const at = yesterday();
  const policy = policyAt(at);
  const opened: readonly AccountCommand[] = [
    { type: 'OpenAccount', at, welcomeCredits: 10 },
    { type: 'ChangePlan', at, plan, policy },
  ];
  await forEach(users, (user) =>
    ledger.send(user, ...opened, ...(issued ? [{ type: 'IssueDaily' as const, at, policy }] : [])),
  );
  await stack.account.drain();
  stack.account.calls.clear();
};

const named = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

/** How often each daily grant was given to this user. */
const dailyGrants = async (user: string) => {
  const grants = (await ledger.eventsOf(user)).flatMap(({ event }) =>
    event.type === 'CreditsGranted' && event.kind === 'daily' ? [event.grantId] : [],
  );
  expect(new Set(grants).size).toBe(grants.length);
  return grants;
};

const callsOf = (entry: string, operation: string) =>
  stack.account.calls.of({ caller: functionOf(entry), operation }).length;

test('two schedulers firing at once, and a command at midnight between them: one grant for each account', async () => {
  const users = named('race', 12);
  await openYesterday(users);
  stack.account.faults.onDelivery('duplicate', { function: functionOf('issue-daily'), probability: 1, seed: 3 });
  const hold = (user: string) =>
    stack.account.invoke('credits/hold', {
      app: lab,
      user,
      holdId: `gen_${user}`,
      credits: 7,
      tool: 'slow',
      expiresAt: secondsFromNow(3_600),
      correlationId: 'request-1',
    });
  const [, , ...answers] = await Promise.all([
    stack.account.fireSchedule(midnight),
    stack.account.fireSchedule(midnight),
    ...users.slice(0, 4).map(hold),
  ]);
  await stack.account.drain();

  expect(answers.map(({ payload }) => payload)).toEqual(Array(4).fill({ status: 'held', available: 8, paying: false }));
  for (const user of users) {
    const grants = await dailyGrants(user);
    expect(grants).toHaveLength(2);
    expect(grants[1]).toBe(todaysGrant());
  }
  await forEach(users.slice(0, 4), (user) =>
    ledger.send(user, {
      type: 'ReleaseHold',
      at: secondsFromNow(0),
      holdId: `gen_${user}`,
      tool: 'slow',
      reason: 'failed',
    }),
  );
  await stack.account.drain();
  // Bought and given credits are as they were; yesterday's allowance is gone, today's is there.
  const [newest] = (await ledger.eventsOf('race-11')).slice(-1);
  expect(newest?.state).toMatchObject({ totals: { granted: 20, expired: 5 }, grants: { welcome: { left: 10 } } });
}, 30_000);

test('accounts that are not due cost the reset nothing', async () => {
  await openYesterday(['other-plan'], { plan: 'monthly' });
  await openYesterday(['is-closed', 'is-due']);
  await ledger.send('is-closed', { type: 'CloseAccount', at: secondsFromNow(0), reason: 'asked' });
  await stack.account.drain();
  stack.account.calls.clear();
  await stack.account.fireSchedule(midnight);
  await stack.account.drain();
  expect(callsOf('issue-daily', 'Query')).toBe(1);
  expect(await dailyGrants('is-due')).toContain(todaysGrant());
  expect(await ledger.typesOf('other-plan')).toEqual(['AccountOpened', 'CreditsGranted', 'PlanChanged']);
}, 30_000);

const interruptions: readonly (readonly [accounts: number, operation: string, fault: CallFault])[] = [
  // In the midst of a page: its accounts were handed on, and nobody has heard of it.
  [25, 'SendMessageBatch', 'kill-after'],
  // Between two pages: the second was not asked for yet.
  [105, 'SendMessage', 'kill'],
];
test.each(interruptions)(
  '%d accounts, killed at %s (%s): none is left out and none gets it twice',
  async (accounts, operation, fault) => {
    const users = named(`killed-${accounts}`, accounts);
    await openYesterday(users, { issued: false });
    const struck = stack.account.faults.onCall({ caller: functionOf('reset-daily'), service: 'sqs', operation }, fault);
    await stack.account.fireSchedule(midnight);
    await stack.account.drain();
    expect(struck.struck).toBe(1);
    // A page is a hundred accounts at most, handed on in one call; those issued before it is done again are not in it any more.
    expect(callsOf('reset-daily', 'Query')).toBeGreaterThanOrEqual(2);
    expect(callsOf('reset-daily', 'Query')).toBeLessThanOrEqual(3);
    expect(callsOf('reset-daily', 'SendMessageBatch')).toBeLessThanOrEqual(3);
    const { accounts: all } = await stack.check();
    const grants = users.map((user) =>
      (all.get(`${lab}#${user}`) ?? []).flatMap(({ event }) =>
        event.type === 'CreditsGranted' ? [event.grantId] : [],
      ),
    );
    expect(grants).toEqual(users.map(() => ['welcome', todaysGrant()]));
  },
  60_000,
);

test('an admin starts the same reset by the same message', async () => {
  await openYesterday(['admins']);
  const sqs = new SQSClient(stack.account.operatorConfig);
  const QueueUrl = stack.account.functions.find(({ entry }) => entry.endsWith('credits/handlers/api.ts'))?.environment
    .DAILY_RESET_QUEUE_URL;
  const message = { kind: 'page', app: lab, actor: 'admin:7', correlationId: 'request-7' };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
  await stack.account.drain();
  sqs.destroy();
  expect((await ledger.eventsOf('admins')).at(-1)).toMatchObject({
    event: { type: 'CreditsGranted', grantId: todaysGrant() },
    meta: { actor: 'admin:7', correlationId: 'request-7' },
  });
});

test('the allowance ends at the next midnight of the app', async () => {
  const granted = (await ledger.eventsOf('is-due')).flatMap(({ event }) =>
    event.type === 'CreditsGranted' && event.kind === 'daily' ? [event] : [],
  );
  const last = granted.at(-1);
  expect(last?.expiresAt).toBe(policyAt(secondsFromNow(0)).dayEndsAt);
  expect(epochSeconds(secondsFromNow(0))).toBeLessThan(last?.expiresAt ?? 0);
});
