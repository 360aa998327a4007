/** I5 whatever order billing's events come in, and however often: granted once, taken back exactly, the newest plan. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { definitions } from '#apps';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import { available, held } from '../domain/state.ts';
import { holdCredits, later, openAccount, settleHold } from '../test/commands.ts';
import { catalogWith, keptLog, meta, newAccounts, stream } from '../test/doubles.ts';
import { ledgerOf } from '../test/events.ts';
import { captured, disputed, entitled, paymentId, refunded, renewed, won } from '../test/payment-events.ts';
import { followPayment, type PaymentEvent } from './follow-payment.ts';

const amountMinor = 1_000;
const credits = 97;
const runs = { numRuns: 60 };

type Act = { readonly act: 'refund' | 'dispute' | 'win'; readonly part: number };
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.record({ act: fc.constantFrom('refund', 'dispute', 'win'), part: fc.integer({ min: 1, max: amountMinor }) }),
  { maxLength: 6 },
);

/** What billing tells of such a payment, by its rule: at any time the credits taken back are the money gone, in proportion. */
const historyOf = (acted: readonly Act[]) => {
  const events: PaymentEvent[] = [captured({ credits })];
  const disputes: { id: string; amount: number; took: number; isOpen: boolean }[] = [];
  let refundedMinor = 0;
  let takenBack = 0;
  const due = (): number => {
    const disputedMinor = disputes.filter(({ isOpen }) => isOpen).reduce((sum, { amount }) => sum + amount, 0);
    return Math.floor((credits * Math.min(amountMinor, refundedMinor + disputedMinor)) / amountMinor);
  };
  for (const { act, part } of acted) {
    if (act === 'refund' && refundedMinor < amountMinor) {
      refundedMinor = Math.min(amountMinor, refundedMinor + part);
      const more = Math.max(0, due() - takenBack);
      takenBack += more;
      events.push(refunded(more, { revocationId: `${paymentId}.r${refundedMinor}`, totalMinor: refundedMinor }));
    }
    if (act === 'dispute') {
      const dispute = { id: `dp_${disputes.length}`, amount: part, took: 0, isOpen: true };
      disputes.push(dispute);
      dispute.took = Math.max(0, due() - takenBack);
      takenBack += dispute.took;
      events.push(disputed(dispute.took, { revocationId: dispute.id }));
    }
    const open = disputes.find(({ isOpen }) => isOpen);
    if (act === 'win' && open) {
      open.isOpen = false;
      const back = Math.min(open.took, Math.max(0, takenBack - due()));
      takenBack -= back;
      events.push(won(back, { revocationId: open.id }));
    }
  }
  return { events, takenBack };
};

/** Every event at least once, in any order; what is to come again comes again behind the others. */
const deliver = async (follow: (event: PaymentEvent) => Promise<void>, queue: readonly PaymentEvent[]) => {
  let waiting = queue;
  for (let round = 0; waiting.length > 0; round += 1) {
    if (round > 3) throw new Error('events wait for ever');
    const again: PaymentEvent[] = [];
    for (const event of waiting)
      await follow(event).catch((error: unknown) => {
        if (!(error instanceof ComesAgain)) throw error;
        again.push(event);
      });
    waiting = again;
  }
};

/** A shuffling of the events, some of them twice. */
const shuffled = <Item>(items: readonly Item[], keys: readonly number[]): Item[] =>
  [...items, ...items.filter((_, index) => (keys[index] ?? 0) % 2 === 0)]
    .map((item, index) => ({ item, key: keys[index + 7] ?? 0 }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
const keys = fc.array(fc.nat(), { minLength: 30, maxLength: 30 });

const world = () => {
  const accounts = newAccounts();
  const { logger } = keptLog();
  const follow = followPayment({
    ...accounts,
    catalog: catalogWith(0),
    logger,
    count: () => undefined,
    now: () => later(60),
  });
  const states = async () => (await accounts.store.read(stream, { limit: 1_000 })).map(({ state }) => state);
  return { ...accounts, follow, states };
};

test('I5 X5 I1 I2: purchase, refunds and disputes in any order and repetition are booked once and exactly', () =>
  fc.assert(
    fc.asyncProperty(acts, keys, fc.integer({ min: 0, max: 20 }), async (acted, order, spends) => {
      const { handle, follow, events, states } = world();
      await handle(stream, openAccount(20), meta);
      await handle(stream, holdCredits('gen_1', spends), meta);
      await handle(stream, settleHold('gen_1', spends), meta);
      const { events: told, takenBack } = historyOf(acted);
      await deliver(follow, shuffled(told, order));
      const booked = await events();
      const sum = (read: (event: (typeof booked)[number]) => number) =>
        booked.reduce((all, event) => all + read(event), 0);
      expect(sum((event) => (event.type === 'CreditsGranted' && event.grantId === paymentId ? event.credits : 0))).toBe(
        credits,
      );
      const revoked = sum((event) => (event.type === 'GrantRevoked' ? event.credits : 0));
      const reinstated = sum((event) => (event.type === 'GrantReinstated' ? event.credits : 0));
      expect(revoked - reinstated).toBe(takenBack);
      const last = (await states()).at(-1) ?? { status: 'unopened' };
      expect(available(last) - (ledgerOf(last).debt ?? 0)).toBe(20 - spends + credits - takenBack);
      for (const state of await states()) {
        const { grants, totals, debt = 0 } = ledgerOf(state);
        const { granted, spent, expired = 0, revoked: gone = 0 } = totals;
        expect(available(state) + held(state) + spent + expired + gone).toBe(granted);
        expect([...Object.values(grants).map(({ left }) => left), gone, debt].filter((number) => number < 0)).toEqual(
          [],
        );
      }
    }),
    runs,
  ));

test('BM11 FS7: whatever order a user’s entitlements come in, and however often, the plan is the newest one', () => {
  const plans = [...(definitions[0]?.plans.map(({ id }) => id) ?? []), null];
  return fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...plans), { minLength: 1, maxLength: 6 }),
      keys,
      async (entitlements, order) => {
        const { follow, states } = world();
        const told = entitlements.map((plan, index) => entitled(plan, 3 * index + 1));
        await deliver(follow, shuffled(told, order));
        const { plan, planOrder } = ledgerOf((await states()).at(-1) ?? { status: 'unopened' });
        expect(plan).toBe(entitlements.at(-1) ?? definitions[0]?.default_plan);
        expect(planOrder).toBe(3 * entitlements.length - 2);
      },
    ),
    runs,
  );
});

test('FS7 FS8: whatever order a user’s paid periods come in, and however often, no credits of a newer one expire for an older one', () => {
  const rollovers = fc.array(fc.option(fc.integer({ min: 0, max: 150 })), { minLength: 2, maxLength: 6 });
  return fc.assert(
    fc.asyncProperty(rollovers, keys, async (kept, order) => {
      const { follow, events } = world();
      const told = kept.map((maxRollover, index) => ({
        ...renewed({ paymentId: `pay_${index}`, maxRollover }),
        version: 3 * index + 1,
      }));
      await deliver(follow, shuffled(told, order));
      const booked = await events();
      const granted = booked.flatMap((event) =>
        event.type === 'CreditsGranted' && event.kind === 'plan' ? [[event.grantId, event.order] as const] : [],
      );
      expect(granted.toSorted()).toEqual(told.map(({ version }, index) => [`plan-pay_${index}`, version]));
      const orderOf = new Map(granted);
      booked.forEach((event, index) => {
        const next = booked[index + 1];
        if (event.type !== 'GrantsExpired' || next?.type !== 'CreditsGranted') return;
        for (const id of Object.keys(event.rows)) expect(orderOf.get(id)).toBeLessThan(next.order ?? 0);
      });
    }),
    runs,
  );
});
