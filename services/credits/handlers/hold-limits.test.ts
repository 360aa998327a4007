/** What generation hears of a plan's limits and price, over an event store in memory. */
import { expect, test } from '@jest/globals';
import { plan } from '#apps/build.ts';
import type { AppDefinition, Plan } from '#services/catalog/contracts.ts';
import { verifyStream } from '#shared/eventsourcing/verify-stream.ts';
import { type HoldAnswer, type HoldRequest, holdAnswer } from '../contracts.ts';
import { account } from '../domain/account.ts';
import { changePlan, later, policyAt, settleHold } from '../test/commands.ts';
import { catalogWith, keptLog, meta, newAccounts, owner, stream } from '../test/doubles.ts';
import { holdCredits } from './hold-credits.ts';

const bought = { amount_minor: 999, currency: 'USD', interval: 'month' } as const;

/** An app whose default plan `free` limits what it is told, and whose plan `bought` limits less. */
const newHold = async (limits: Partial<Plan['limits']>) => {
  const accounts = newAccounts();
  const definition = {
    ...(await catalogWith(100).app(owner.app)),
    default_plan: 'free',
    plans: [
      plan({ id: 'free', name: 'Free', limits: { jobs_per_hour: null, concurrent_jobs: null, ...limits } }),
      plan({ id: 'bought', name: 'Bought', price: bought, limits: { jobs_per_hour: 100, concurrent_jobs: null } }),
    ],
  } as AppDefinition;
  const clock = { afterS: 0 };
  const answer = holdCredits({
    handle: accounts.handle,
    catalog: { app: async () => definition },
    logger: keptLog().logger,
    now: () => later(clock.afterS),
  });
  const hold = async (holdId: string, more: Partial<HoldRequest> = {}): Promise<HoldAnswer> => {
    const asked = { ...owner, holdId, credits: 1, tool: 'chat', expiresAt: later(7_200), correlationId: 'r', ...more };
    // As it travels.
    return holdAnswer.parse(JSON.parse(JSON.stringify(await answer(asked))));
  };
  return { ...accounts, clock, hold };
};

test('PP11 one too many in an hour is refused, and told when to ask again', async () => {
  const { clock, hold } = await newHold({ jobs_per_hour: 2 });
  await hold('gen_1');
  await hold('gen_2', { credits: 0 });
  clock.afterS = 100;
  const refused = { status: 'refused', rejection: 'rate-limited', available: 99, retryAfterSeconds: 3_800 };
  expect(await hold('gen_3', { credits: 0 })).toEqual(refused);
  expect(await hold('gen_2', { credits: 0 })).toMatchObject({ status: 'held' });
  clock.afterS += 3_800;
  expect(await hold('gen_3')).toMatchObject({ status: 'held', available: 98 });
});

test('PP11 one too many at once is refused until one has ended', async () => {
  const { handle, hold } = await newHold({ concurrent_jobs: 1 });
  await hold('gen_1');
  const refused = { status: 'refused', rejection: 'jobs-too-many', available: 99, retryAfterSeconds: 30 };
  expect(await hold('gen_2')).toEqual(refused);
  await handle(stream, settleHold('gen_1', 1), meta);
  expect(await hold('gen_2')).toMatchObject({ status: 'held' });
});

test.each([{ jobs_per_hour: 1 }, { concurrent_jobs: 1 }])(
  'PP11 I6 of several holds at the same time %j lets one through, and the stream verifies',
  async (limits) => {
    const { store, openWith, hold } = await newHold(limits);
    await openWith(10);
    const answers = await Promise.all(['gen_1', 'gen_2', 'gen_3'].map((id) => hold(id)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['held', 'refused', 'refused']);
    const events = await store.read(stream, { limit: 100 });
    expect(events.filter(({ event }) => event.type === 'CreditsHeld')).toHaveLength(1);
    expect(verifyStream(account, events)).toBeUndefined();
  },
);

test('who pays for a plan is told to be paying, from the moment the plan is theirs', async () => {
  const { handle, hold } = await newHold({});
  expect(await hold('gen_1')).toMatchObject({ status: 'held', paying: false });
  const policy = policyAt();
  const plans = { ...policy.plans, ...(policy.plans.free ? { bought: policy.plans.free } : {}) };
  await handle(stream, changePlan('bought', { policy: { ...policy, plans } }), meta);
  expect(await hold('gen_1')).toMatchObject({ status: 'held', paying: true });
  expect(await hold('gen_2', { credits: 0 })).toMatchObject({ status: 'held', paying: true });
});

test('what cannot be cured by waiting names no time', async () => {
  const { hold } = await newHold({});
  expect(await hold('gen_1', { credits: 101 })).toEqual({
    status: 'refused',
    rejection: 'credits-insufficient',
    available: 100,
  });
});

test('an answer of a version that tells less is one still', () => {
  expect(holdAnswer.parse({ status: 'held', available: 1 })).toEqual({ status: 'held', available: 1 });
  const refused = { status: 'refused', rejection: 'rate-limited', available: 1 };
  expect(holdAnswer.parse(refused)).toEqual(refused);
});
