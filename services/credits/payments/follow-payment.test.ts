/** I5 FS8: what was paid for is granted once, what went back is taken back exactly, and the newest word of billing decides the plan. */
import { describe, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import type { Catalog } from '#services/catalog/contracts.ts';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import { closeAccount, holdCredits, later, noon, openAccount, setTopUp } from '../test/commands.ts';
import { catalogWith, keptLog, meta, newAccounts, stream } from '../test/doubles.ts';
import { granted, planChanged, revoked } from '../test/events.ts';
import { captured, disputed, entitled, failed, paymentId, refunded, renewed, won } from '../test/payment-events.ts';
import { followPayment, type PaymentEvent, paymentEvent } from './follow-payment.ts';

const [app] = definitions;
if (!app) throw new Error('no app');

const world = ({ catalog = catalogWith(0) }: { catalog?: Catalog } = {}) => {
  const accounts = newAccounts();
  const { lines, logger } = keptLog();
  const counted: string[] = [];
  const count = (alarm: string) => void counted.push(alarm);
  const follow = followPayment({ handle: accounts.handle, catalog, logger, count, now: () => noon });
  /** What these lead to, behind the opening. */
  const eventsAfter = async (...events: readonly PaymentEvent[]) => {
    for (const event of events) await follow(event);
    return (await accounts.events()).filter(({ type }) => type !== 'AccountOpened');
  };
  return { ...accounts, follow, eventsAfter, lines, counted };
};

describe('FS8 a pack that was paid', () => {
  test('is granted once by the payment’s id, also to a user who was never seen', async () => {
    const { eventsAfter, store, events } = world();
    expect(await eventsAfter(captured(), captured())).toEqual([granted(paymentId, 100)]);
    expect((await events())[0]).toEqual({ type: 'AccountOpened' });
    const [, grant] = await store.read(stream, { limit: 2 });
    expect(grant?.meta).toEqual({ actor: 'system:on-payment', correlationId: 'request-1', causationId: 'event-1' });
  });
  test('of a million credits and as many as a bonus is granted whole', async () => {
    expect(await world().eventsAfter(captured({ credits: 2_000_000 }))).toEqual([granted(paymentId, 2_000_000)]);
  });
  test('a plan’s payment, or one without credits, grants nothing by itself', async () => {
    const { eventsAfter } = world();
    expect(await eventsAfter(captured({ purpose: 'plan' }), captured({ credits: 0 }))).toEqual([]);
  });
  test('that failed grants nothing', async () => {
    expect(await world().eventsAfter(failed())).toEqual([]);
  });
});

describe('X11 an automatic top-up', () => {
  const topUpId = 'topup-202611-1';
  const asked = async () => {
    const opened = world();
    await opened.handle(stream, openAccount(10), meta);
    await opened.handle(stream, setTopUp({ below: 20, packId: 'pack-100', maxPerMonth: 3 }), meta);
    const before = await opened.events();
    const next = async (...events: readonly PaymentEvent[]) =>
      (await opened.eventsAfter(...events)).slice(before.length - 1);
    return { ...opened, next };
  };
  test('that was paid is granted first and then over, once', async () => {
    const { next } = await asked();
    const paid = captured({ topUpId });
    expect(await next(paid, paid, failed({ topUpId }))).toEqual([
      granted(paymentId, 100),
      { type: 'TopUpEnded', topUpId, outcome: 'paid', notBefore: expect.any(Number) },
    ]);
  });
  test('that was granted, by a worker that died then, is over when it is told again', async () => {
    const { next, handle } = await asked();
    await handle(stream, { type: 'GrantCredits', at: noon, grantId: paymentId, kind: 'pack', credits: 100 }, meta);
    expect((await next(captured({ topUpId }))).map(({ type }) => type)).toEqual(['CreditsGranted', 'TopUpEnded']);
  });
  test('that was declined is over, and its pause begins', async () => {
    const { next } = await asked();
    expect(await next(failed({ topUpId }), failed({ topUpId }))).toEqual([
      { type: 'TopUpEnded', topUpId, outcome: 'declined', notBefore: expect.any(Number) },
    ]);
  });
});

describe('I5 X5 what goes back', () => {
  test('of a refund is taken from the payment’s grant, once', async () => {
    const { eventsAfter } = world();
    expect(await eventsAfter(captured(), refunded(30), refunded(30))).toEqual([
      granted(paymentId, 100),
      revoked(`${paymentId}.r300`, 30, { [paymentId]: 30 }, { grantId: paymentId }),
    ]);
  });
  test('of a dispute is taken, and given back when it is won, each once', async () => {
    const { eventsAfter, store } = world();
    const told = [captured(), disputed(100), won(100), disputed(100), won(100)];
    expect((await eventsAfter(...told)).map(({ type }) => type)).toEqual([
      'CreditsGranted',
      'GrantRevoked',
      'GrantReinstated',
    ]);
    expect((await store.load(stream))?.state).toMatchObject({
      grants: { 'reinstated-dp_1': { kind: 'pack', left: 100 } },
    });
  });
  test('of a plan’s period is its grant’s, and comes back as a plan’s credits', async () => {
    const { eventsAfter, store } = world();
    const ofPlan = { purpose: 'plan', grantId: `plan-${paymentId}` } as const;
    await eventsAfter(renewed(), disputed(100, ofPlan), won(100, ofPlan));
    expect((await store.load(stream))?.state).toMatchObject({
      grants: { 'reinstated-dp_1': { kind: 'plan', left: 100 } },
    });
  });
  test('with no credits in it changes nothing', async () => {
    expect(await world().eventsAfter(refunded(0), disputed(0), won(0))).toEqual([]);
  });
  test('a dispute’s end before its opening comes again', async () => {
    const { follow, eventsAfter } = world();
    await follow(captured());
    await expect(follow(won(100))).rejects.toThrow(ComesAgain);
    const told = await eventsAfter(disputed(100), won(100));
    expect(told.at(-1)).toMatchObject({ type: 'GrantReinstated', credits: 100 });
  });
  test('before the payment itself is owed, and repaid by it', async () => {
    const { eventsAfter, store } = world();
    expect((await eventsAfter(refunded(30), captured())).map(({ type }) => type)).toEqual([
      'GrantRevoked',
      'CreditsGranted',
      'DebtRepaid',
    ]);
    expect((await store.load(stream))?.state).toMatchObject({ grants: { [paymentId]: { left: 70 } } });
  });
});

describe('SP1 a paid period', () => {
  test('is granted once, as the plan’s credits', async () => {
    const expected = granted(`plan-${paymentId}`, 100, { kind: 'plan', plan: 'monthly' });
    expect(await world().eventsAfter(renewed(), renewed())).toEqual([{ ...expected, order: 2 }]);
  });
  test('without credits grants nothing', async () => {
    expect(await world().eventsAfter(renewed({ credits: 0 }))).toEqual([]);
  });
  test('leaves of the periods before what may stay, all of it where nothing is said', async () => {
    const second = { paymentId: 'pay_2' };
    expect(await world().eventsAfter(renewed(), renewed({ ...second, maxRollover: 20 }))).toContainEqual({
      type: 'GrantsExpired',
      rows: { [`plan-${paymentId}`]: 80 },
    });
    const told = await world().eventsAfter(renewed(), renewed({ ...second, maxRollover: null }));
    expect(told.map(({ type }) => type)).toEqual(['CreditsGranted', 'CreditsGranted']);
  });
});

describe('BM11 FS7 the plan by what is paid', () => {
  const paid = app.plans.find(({ id }) => id !== app.default_plan)?.id ?? '';
  test('is the one that billing names, and the default one for none', async () => {
    const told = await world().eventsAfter(entitled(paid, 3), entitled(null, 7));
    expect(told.filter(({ type }) => type === 'PlanChanged')).toEqual([
      { ...planChanged(paid), reason: 'paid', order: 3 },
      { ...planChanged(app.default_plan), reason: 'ended', order: 7 },
    ]);
  });
  test('that the app no longer has is an error: people add it, and send the event again', async () => {
    await expect(world().follow(entitled('gone', 3))).rejects.toThrow('plan-unknown');
  });
  test('that the app no longer has, told late, is none', async () => {
    const { follow, eventsAfter } = world();
    await follow(entitled(paid, 4));
    expect(await eventsAfter(entitled('gone', 3))).toEqual([{ ...planChanged(paid), reason: 'paid', order: 4 }]);
  });
});

describe('FS8 where nothing can be booked', () => {
  const closedWorld = async () => {
    const closed = world();
    await closed.handle(stream, openAccount(0), meta);
    await closed.handle(stream, closeAccount(), meta);
    return closed;
  };
  test.each([
    ['a purchase', captured({ topUpId: 'topup-202611-1' }), 1],
    ['a refund', refunded(30), 0],
    ['a dispute that was won', won(30), 0],
    ['a period', renewed(), 1],
  ])('%s of who left is warned of, and done; money that came rings', async (_, event, rings) => {
    const { follow, events, lines, counted } = await closedWorld();
    await follow(event);
    expect((await events()).map(({ type }) => type)).toEqual(['AccountOpened', 'AccountClosed']);
    expect(lines).toEqual([{ level: 'warn', message: 'money of a closed account' }]);
    expect(counted).toEqual(Array(rings).fill('PaymentsOfClosedAccounts'));
  });
  test('the end of a plan of who left is nothing to look at', async () => {
    const { follow, lines } = await closedWorld();
    await follow(entitled(null, 3));
    expect(lines.map(({ level }) => level)).toEqual(['info']);
  });
  test('money of an app that is not known is an error', async () => {
    await expect(world({ catalog: { app: async () => undefined } }).follow(captured())).rejects.toThrow('unknown app');
  });
  test('while the catalog cannot be read nothing is done', async () => {
    const broken: Catalog = {
      app: async () => {
        throw new Error('catalog not read');
      },
    };
    const { follow, events } = world({ catalog: broken });
    await expect(follow(captured())).rejects.toThrow('catalog not read');
    expect(await events()).toEqual([]);
  });
  test('a job that runs keeps what it holds', async () => {
    const { follow, handle, store } = world();
    await follow(captured());
    await handle(stream, holdCredits('gen_1', 60, { at: later(1) }), meta);
    await follow(refunded(100));
    expect((await store.load(stream))?.state).toMatchObject({
      debt: 60,
      holds: { gen_1: { rows: { [paymentId]: 60 } } },
    });
  });
});

test('every event that is followed is as billing’s contract has it', () => {
  const all = [captured(), failed(), refunded(1), disputed(1), won(1), renewed(), entitled(null, 1)];
  for (const event of all) expect(paymentEvent.parse(event)).toEqual(event);
  expect(new Set(all.map(({ type }) => type)).size).toBe(paymentEvent.options.length);
});
