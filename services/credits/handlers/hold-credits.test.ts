import type { AppDefinition } from '#services/catalog/contracts.ts';
import type { HoldRequest } from '../contracts.ts';
import { available } from '../domain/state.ts';
import { closeAccount, later, noon } from '../test/commands.ts';
import { catalogWith, keptLog, newAccounts, owner, stream } from '../test/doubles.ts';
import { holdCredits } from './hold-credits.ts';

/** The free plan gives 20 a month, of which as many roll over. */
const monthlyApp = {
  default_plan: 'monthly',
  plans: [
    {
      id: 'monthly',
      name: 'Monthly',
      monthly_credits: 20,
      daily_cap: null,
      daily_credits: 0,
      max_rollover: 20,
      limits: { jobs_per_hour: null, concurrent_jobs: null },
    },
  ],
};

const request = (more: Partial<HoldRequest> = {}): HoldRequest => ({
  ...owner,
  holdId: 'gen_1',
  credits: 4,
  tool: 'photo-filter',
  expiresAt: later(3_600),
  correlationId: 'request-1',
  ...more,
});

const newHold = (welcomeCredits = 10) => {
  const accounts = newAccounts();
  const { logger } = keptLog();
  const hold = holdCredits({
    handle: accounts.handle,
    catalog: catalogWith(welcomeCredits),
    logger,
    now: () => noon,
  });
  return { ...accounts, hold };
};

test('a user seen for the first time gets an account, the welcome credits and the hold', async () => {
  const { hold, events } = newHold();
  expect(await hold(request())).toEqual({ status: 'held', available: 6, paying: false });
  expect((await events()).map(({ type }) => type)).toEqual(['AccountOpened', 'CreditsGranted', 'CreditsHeld']);
});

test("the hold's event says who asked and in which request", async () => {
  const { hold, store } = newHold();
  await hold(request());
  expect(await store.read(stream, { direction: 'backward', limit: 1 })).toMatchObject([
    { at: noon, meta: { actor: 'user-1', correlationId: 'request-1' }, event: { holdId: 'gen_1', day: 20_261_105 } },
  ]);
});

test('the same hold again is the same answer and no second hold', async () => {
  const { hold, events } = newHold();
  const first = await hold(request());
  expect(await hold(request())).toEqual(first);
  expect(await events()).toHaveLength(3);
});

test('too few credits: refused, with what there is', async () => {
  const { hold } = newHold(3);
  expect(await hold(request())).toEqual({ status: 'refused', rejection: 'credits-insufficient', available: 3 });
});

test('I7 what was due is written also when the hold is refused, month after month, and repays what is owed', async () => {
  const { handle, store, openWith } = newHold();
  await openWith(1);
  const definition = { ...(await catalogWith(0).app(owner.app)), ...monthlyApp } as AppDefinition;
  const hold = (at: string) =>
    holdCredits({
      handle,
      catalog: { app: async () => definition },
      logger: keptLog().logger,
      now: () => at,
    })(request({ holdId: `gen_${at}`, credits: 30, expiresAt: '2027-01-01T00:00:00.000Z' }));
  expect(await hold('2026-11-05T12:00:00.000Z')).toMatchObject({ status: 'refused', available: 21 });
  expect(available((await store.load(stream))?.state ?? { status: 'unopened' })).toBe(21);
  expect(await hold('2026-12-05T12:00:00.000Z')).toMatchObject({ status: 'held', available: 11 });
});

test('a closed account: refused', async () => {
  const { hold, handle, openWith } = newHold();
  await openWith(100);
  await handle(stream, closeAccount(), { actor: 'user-1', correlationId: 'request-0' });
  expect(await hold(request())).toEqual({ status: 'refused', rejection: 'account-closed', available: 0 });
});

test('an app that is not served: refused, and nothing is opened', async () => {
  const { hold, store } = newHold();
  expect(await hold(request({ app: 'unknown-app' }))).toEqual({
    status: 'refused',
    rejection: 'app-unknown',
    available: 0,
  });
  expect(await store.load('unknown-app#user-1')).toBeUndefined();
});

test.each([
  ['no request at all', undefined],
  ['credits below none', request({ credits: -1 })],
  ['a fraction of a credit', request({ credits: 1.5 })],
  ['an unknown field', { ...request(), free: true }],
  ['no such user id', request({ user: 'a#b' })],
])('%s is an error, not an answer', async (_, payload) => {
  const { hold, events } = newHold();
  await expect(hold(payload)).rejects.toThrow();
  expect(await events()).toEqual([]);
});

test('fifty holds at once with credits for ten: ten are held, and no credit is lost', async () => {
  const { hold, events, store } = newHold(10);
  const holdUntilAnswered = async (number: number) => {
    for (let tries = 0; tries < 100; tries += 1) {
      try {
        return await hold(request({ holdId: `gen_${number}`, credits: 1 }));
      } catch (error) {
        if ((error as Error).name !== 'ContentionError') throw error;
      }
    }
    throw new Error('no answer');
  };
  const answers = await Promise.all(Array.from({ length: 50 }, (_, number) => holdUntilAnswered(number)));
  expect(answers.filter(({ status }) => status === 'held')).toHaveLength(10);
  expect((await events()).filter(({ type }) => type === 'CreditsHeld')).toHaveLength(10);
  expect((await store.load(stream))?.version).toBe(12);
});
