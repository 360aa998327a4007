/** Accounts that come over: balances to the credit, no second welcome, once however often, and never what was spent here. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { definitions } from '#apps';
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import { preview } from '../domain/account.ts';
import type { AccountCommand } from '../domain/commands.ts';
import type { AccountEvent } from '../domain/events.ts';
import { policyOf } from '../domain/policy.ts';
import { type Account, available, epochSeconds } from '../domain/state.ts';
import { accountHandler, handleOpening, openOnFirstSight } from '../handle-account.ts';
import { compareAccount, compareBalance, importAccount, importBalance } from './import-account.ts';
import type { Brought, BroughtPlan, ImportBook } from './import-book.ts';
import type { ImportAccountDeps } from './import-outcome.ts';

const definitionOf = (app: string): AppDefinition => {
  const definition = definitions.find(({ id }) => id === app);
  if (!definition) throw new Error(`no app ${app}`);
  return definition;
};
const morning = '2026-11-21T08:00:00.000Z';
const nextDay = '2026-11-22T08:00:00.000Z';
const meta = { actor: 'user-1', correlationId: 'request-1' };
const user = 'user-1';

const memoryBook = (): ImportBook => {
  const rows = new Map<string, Brought>();
  const plans = new Map<string, BroughtPlan>();
  return {
    read: async (owner) => rows.get(owner),
    async write(owner, next, before) {
      const there = rows.get(owner);
      if (there?.seq !== before?.seq || there?.version !== before?.version) throw new Error('another import');
      rows.set(owner, next);
    },
    readPlan: async (owner) => plans.get(owner),
    async writePlan(owner, next, before) {
      if (plans.get(owner)?.seq !== before?.seq) throw new Error('another import');
      plans.set(owner, next);
    },
  };
};

const world = (app = 'flirt-studio', wrap: (deps: ImportAccountDeps) => ImportAccountDeps = (deps) => deps) => {
  const definition = definitionOf(app);
  const store = memoryEventStore<Account, AccountEvent>();
  const handle = accountHandler(store);
  const clock = { at: morning };
  const plain = { store, handle, book: memoryBook(), definition, correlationId: 'import-1', now: () => clock.at };
  const deps = wrap(plain);
  const stream = `${app}#${user}`;
  return {
    deps,
    plain,
    clock,
    bring: (balance: number) => importBalance(deps, { user, balance }),
    compare: (balance: number) => compareBalance(plain, { user, balance }),
    balance: async () => {
      const account = await store.load(stream);
      return (
        account && available(preview(account.state, policyOf(definition, clock.at), clock.at), epochSeconds(clock.at))
      );
    },
    state: async () => (await store.load(stream))?.state,
    types: async () => (await store.read(stream, { limit: 100 })).map(({ event }) => event.type),
    /** As the user, who is opened an account where there is none. */
    does: (command: AccountCommand) => handleOpening(handle, stream, definition, { command, meta }),
    meets: () => openOnFirstSight(handle, stream, definition, { at: clock.at, meta }),
    spend: async (credits: number, holdId = 'gen_1') => {
      const hold = { holdId, tool: 'short-chat', credits };
      const expiresAt = epochSeconds(clock.at) + 600;
      const policy = policyOf(definition, clock.at);
      await handle(stream, { type: 'HoldCredits', at: clock.at, ...hold, expiresAt, policy }, meta);
      await handle(stream, { type: 'SettleHold', at: clock.at, ...hold }, meta);
    },
  };
};

describe('a balance', () => {
  test.each(['flirt-studio', 'sparky', 'product-studio', 'nano-banana'])(
    'of %s, whatever it is and whatever the plan, is exactly the exported one (I1)',
    async (app) => {
      const plans = definitionOf(app).plans.map(({ id }) => id);
      await fc.assert(
        fc.asyncProperty(fc.nat(1_000_000), fc.constantFrom(...plans), async (balance, plan) => {
          const { deps, bring, balance: now, state, compare } = world(app);
          await importAccount(deps, { user, plan });
          expect(await bring(balance)).toEqual({ status: 'written' });
          expect(await now()).toBe(balance);
          expect(await compare(balance)).toMatchObject({ verdict: 'equal' });
          const account = await state();
          if (account?.status !== 'open') throw new Error('not open');
          const { granted, spent, expired = 0, revoked = 0 } = account.totals;
          expect(granted).toBe(available(account) + spent + expired + revoked);
        }),
        { numRuns: 40 },
      );
    },
  );

  test('FS11 of a tier with daily credits begins anew at midnight, and what was bought stays', async () => {
    const { deps, clock, bring, balance } = world();
    await importAccount(deps, { user, plan: 'premium' });
    await bring(230);
    expect(await balance()).toBe(230);
    clock.at = nextDay;
    expect(await balance()).toBe(230);
    const other = world();
    await other.bring(12);
    expect(await other.balance()).toBe(12);
    other.clock.at = nextDay;
    expect(await other.balance()).toBe(50);
  });

  test('brought twice is brought once', async () => {
    const { bring, types } = world();
    await bring(77);
    const before = await types();
    expect(await bring(77)).toEqual({ status: 'unchanged' });
    expect(await types()).toEqual(before);
  });

  test('PP1 NB2 FS10 of whoever comes over has no second welcome, whatever they do first', async () => {
    const { bring, meets, balance, types } = world('product-studio');
    await bring(3);
    await meets();
    expect(await balance()).toBe(3);
    expect(await types()).toEqual(['AccountOpened', 'CreditsGranted']);
  });

  test('of whoever signed in here before counts the welcome credits that they had there too', async () => {
    const { bring, meets, balance } = world('product-studio');
    await meets();
    expect(await balance()).toBe(10);
    await bring(25);
    expect(await balance()).toBe(25);
  });

  test('has no notification: grants say that they are imported, or are of kinds that nobody is told of', async () => {
    const { deps, plain, bring } = world();
    await importAccount(deps, { user, plan: 'premium' });
    await bring(300);
    const events = (await plain.store.read(`flirt-studio#${user}`, { limit: 100 })).map(({ event }) => event);
    const told = events.flatMap((event) =>
      event.type === 'CreditsGranted' ? [[event.kind, event.imported ?? false]] : [],
    );
    expect(told).toEqual([
      ['daily', false],
      ['pack', true],
    ]);
  });
});

describe('a cut-over while users are here already', () => {
  test('never gives back what was spent here', async () => {
    const { bring, spend, balance, compare } = world('product-studio');
    await bring(20);
    await spend(5);
    expect(await bring(20)).toEqual({ status: 'unchanged' });
    expect(await balance()).toBe(15);
    expect(await compare(20)).toMatchObject({ verdict: 'moved', here: 15 });
  });

  test('gives what was bought there since, and takes what was spent there', async () => {
    const { bring, spend, balance } = world('product-studio');
    await bring(20);
    await spend(5);
    expect(await bring(120)).toEqual({ status: 'written' });
    expect(await balance()).toBe(115);
    expect(await bring(118)).toEqual({ status: 'written' });
    expect(await balance()).toBe(113);
    expect(await bring(118)).toEqual({ status: 'unchanged' });
  });

  test('names what was spent on both sides, and leaves nobody below nothing (I2)', async () => {
    const { bring, spend, balance, compare } = world('product-studio');
    await bring(20);
    await spend(15);
    expect(await bring(2)).toEqual({ status: 'refused', reason: expect.stringContaining('13 credits') });
    expect(await balance()).toBe(0);
    expect(await compare(2)).toMatchObject({ verdict: 'different' });
    expect(await bring(2)).toEqual({ status: 'unchanged' });
  });

  test('leaves a plan that was changed here as it is', async () => {
    const { deps, does, plain, clock, state } = world();
    await importAccount(deps, { user, plan: 'premium' });
    const policy = policyOf(plain.definition, clock.at);
    await does({ type: 'ChangePlan', at: clock.at, plan: 'ultimate', policy });
    expect(await importAccount(deps, { user, plan: 'premium' })).toEqual({ status: 'unchanged' });
    expect(await state()).toMatchObject({ plan: 'ultimate' });
  });

  test.each([
    ['premium', 'pro'],
    ['premium', 'ultimate'],
    ['pro', 'premium'],
  ])('follows an export that says %s first and %s later, once', async (first, later) => {
    const { deps, state, types } = world();
    await importAccount(deps, { user, plan: first });
    expect(await compareAccount(deps, { user, plan: later })).toEqual({ here: first, verdict: 'different' });
    expect(await importAccount(deps, { user, plan: later })).toEqual({ status: 'written' });
    expect(await state()).toMatchObject({ plan: later });
    expect(await compareAccount(deps, { user, plan: later })).toEqual({ here: later, verdict: 'equal' });
    const before = await types();
    expect(await importAccount(deps, { user, plan: later })).toEqual({ status: 'unchanged' });
    expect(await types()).toEqual(before);
    expect(await importAccount(deps, { user, plan: first })).toEqual({ status: 'written' });
    expect(await state()).toMatchObject({ plan: first });
  });

  test('leaves a plan that was paid for here, whatever the export says later', async () => {
    const { deps, does, plain, clock, state } = world();
    await importAccount(deps, { user, plan: 'premium' });
    const policy = policyOf(plain.definition, clock.at);
    await does({ type: 'ChangePlan', at: clock.at, plan: 'ultimate', policy, order: 1 });
    await does({ type: 'ChangePlan', at: clock.at, plan: 'premium', policy, order: 2 });
    expect(await importAccount(deps, { user, plan: 'pro' })).toEqual({ status: 'unchanged' });
    expect(await state()).toMatchObject({ plan: 'premium' });
    expect(await compareAccount(deps, { user, plan: 'pro' })).toEqual({ here: 'premium', verdict: 'moved' });
  });

  test('is refused for whoever has left here', async () => {
    const { bring, does, clock, balance } = world('product-studio');
    await bring(20);
    await does({ type: 'CloseAccount', at: clock.at, reason: 'user left' });
    expect(await bring(30)).toEqual({ status: 'refused', reason: expect.stringContaining('left') });
    expect(await balance()).toBe(0);
  });
});

describe('an import that breaks off', () => {
  /** Breaks at the nth call that writes, before or after it. */
  const breaking = (at: number, moment: 'before' | 'after') => {
    let calls = 0;
    const broken = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
      calls += 1;
      const breaks = calls === at;
      if (breaks && moment === 'before') throw new Error('broken off');
      const answer = await call();
      if (breaks) throw new Error('broken off');
      return answer;
    };
    return (deps: ImportAccountDeps): ImportAccountDeps => ({
      ...deps,
      handle: (...args) => broken(() => deps.handle(...args)),
      book: {
        ...deps.book,
        write: (...args) => broken(() => deps.book.write(...args)),
        writePlan: (...args) => broken(() => deps.book.writePlan(...args)),
      },
    });
  };
  const cuts = [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((at) => [[at, 'before'] as const, [at, 'after'] as const]);

  test.each(cuts)('at its call %i, %s it, comes to the same when it is run again', async (at, moment) => {
    const { deps, plain, balance, types } = world('flirt-studio', breaking(at, moment));
    const run = async (by: ImportAccountDeps) => {
      await importAccount(by, { user, plan: 'premium' });
      await importBalance(by, { user, balance: 230 });
    };
    await run(deps).catch((error: Error) => expect(error.message).toBe('broken off'));
    await run(plain);
    expect(await balance()).toBe(230);
    expect((await types()).toSorted()).toEqual(['AccountOpened', 'CreditsGranted', 'CreditsGranted', 'PlanChanged']);
  });

  test.each(cuts)('at call %i of a later one, %s it, gives the difference once', async (at, moment) => {
    const { plain, bring, spend, balance } = world('product-studio');
    await bring(20);
    await spend(5);
    const broken = breaking(at, moment)(plain);
    await importBalance(broken, { user, balance: 50 }).catch((error: Error) =>
      expect(error.message).toBe('broken off'),
    );
    // The export has moved on before anybody tries again.
    await importBalance(plain, { user, balance: 60 });
    expect(await balance()).toBe(55);
  });
});
