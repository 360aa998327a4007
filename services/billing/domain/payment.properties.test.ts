/** I5 for payments: whatever a provider tells, how often and in which order, the money and the credits come out the same. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '#shared/eventsourcing/decider.ts';
import {
  closeDispute,
  openDispute,
  recordCapture,
  recordExpiry,
  recordFailure,
  recordPending,
  refundOne,
  refundTotal,
  requested,
  requireAction,
} from '../test/payment-words.ts';
import { clawedBackOf } from './clawback.ts';
import { payment } from './payment.ts';
import type { PaymentCommand } from './payment-commands.ts';
import { type PaymentEvent, paymentEvent } from './payment-events.ts';
import type { KnownPayment, Order, Payment } from './payment-state.ts';

const known = (state: Payment): KnownPayment => {
  if (state.status === 'unknown') throw new Error('nobody asked for it');
  return state;
};

/** Gives the commands; what is refused for it came too early comes again behind the others, as a queue's message does. */
const play = (order: Partial<Order>, commands: readonly PaymentCommand[]): readonly PaymentEvent[] => {
  const events: PaymentEvent[] = [requested(order)];
  let state = fold(payment, events);
  const give = (command: PaymentCommand): boolean => {
    const decision = payment.decide(command, state);
    if (!decision.accepted) return false;
    events.push(...decision.events);
    state = decision.events.reduce(payment.evolve, state);
    return true;
  };
  const early = commands.filter((command) => !give(command));
  for (const command of early) give(command);
  return events;
};

/** Credits taken back, as the events tell it. */
const takenBack = (events: readonly PaymentEvent[]): number =>
  events.reduce((sum, event) => {
    if (event.type === 'PaymentRefunded' || event.type === 'DisputeOpened') return sum + event.credits;
    return event.type === 'DisputeClosed' ? sum - event.credits : sum;
  }, 0);

/** What ought to be taken back of a payment as it stands. */
const due = (state: KnownPayment): number => {
  const standing = state.disputes.filter(({ status }) => status !== 'won');
  const disputedMinor = standing.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  return clawedBackOf(state, { refundedMinor: state.refundedMinor, disputedMinor });
};

const permutations = <Item>(items: readonly Item[]): Item[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest): Item[] => [item, ...rest]));

const currencies = [
  { currency: 'EGP', amountMinor: 10_000, credits: 500 },
  { currency: 'USD', amountMinor: 999, credits: 333 },
  { currency: 'JPY', amountMinor: 1500, credits: 7 },
  { currency: 'KWD', amountMinor: 3070, credits: 2_000_000 },
] as const;

/** What a provider tells of one purchase. */
const purchase = (
  { currency, amountMinor }: { currency: string; amountMinor: number },
  { refunds, outcome }: { refunds: readonly number[]; outcome: 'won' | 'lost' },
): PaymentCommand[] => [
  recordPending('pi_1'),
  recordFailure('declined', { reference: 'ch_1' }),
  recordCapture('pi_1', { amountMinor, currency }),
  ...refunds.map((part) => refundTotal(Math.floor(amountMinor * part))),
  openDispute('dp_1', amountMinor),
  closeDispute('dp_1', outcome, amountMinor),
];
const byOtherEvent = ({ currency, amountMinor }: { currency: string; amountMinor: number }): PaymentCommand =>
  recordCapture('pi_1', { amountMinor, currency, receiptUrl: 'https://receipts.example/1' });

const moneyOf = (events: readonly PaymentEvent[]) => {
  const { status, reference, refundedMinor, clawedBack } = known(fold(payment, events));
  const captures = events.filter(({ type }) => type === 'PaymentCaptured').length;
  return { status, reference, refundedMinor, clawedBack, takenBack: takenBack(events), captures };
};

/** Each of the items once to four times, in any order. */
const shuffled = <Item>(items: readonly Item[]): fc.Arbitrary<Item[]> => {
  const often = items.flatMap((item) => [item, item, item]);
  return fc
    .shuffledSubarray(often, { minLength: items.length, maxLength: often.length })
    .map((some) => [...some, ...items.filter((item) => !some.includes(item))]);
};

const captured = { status: 'captured', reference: 'pi_1', captures: 1 };

test.each(['won', 'lost'] as const)(
  "FS8 I5 every order of a purchase's events, each twice, ends the same: refunded, dispute %s",
  (outcome) => {
    const [order] = currencies;
    const all = { refundedMinor: order.amountMinor, clawedBack: order.credits, takenBack: order.credits };
    const again = (command: PaymentCommand) => (command.type === 'RecordCapture' ? byOtherEvent(order) : command);
    for (const commands of permutations(purchase(order, { refunds: [0.3, 1], outcome }))) {
      const twice = commands.flatMap((command) => [command, again(command)]);
      expect(moneyOf(play(order, twice))).toEqual({ ...captured, ...all });
    }
  },
);

test.each(currencies)(
  'FS8 I5 random orders, each event several times, end at what was refunded and lost: $currency',
  (order) =>
    fc.assert(
      fc.property(
        fc
          .constantFrom('won' as const, 'lost' as const)
          .chain((outcome) =>
            fc.tuple(
              fc.constant(outcome),
              shuffled([...purchase(order, { refunds: [0.3, 0.6], outcome }), byOtherEvent(order)]),
            ),
          ),
        ([outcome, commands]) => {
          const refundedMinor = Math.floor(order.amountMinor * 0.6);
          const disputedMinor = outcome === 'won' ? 0 : order.amountMinor;
          const taken = clawedBackOf(order, { refundedMinor, disputedMinor });
          const end = { refundedMinor, clawedBack: taken, takenBack: taken };
          expect(moneyOf(play(order, commands))).toEqual({ ...captured, ...end });
        },
      ),
      { numRuns: 50 },
    ),
);

const amount = fc.integer({ min: 1, max: 1_000_000_000 });
const anyOrder = fc.record({ amountMinor: amount, credits: fc.integer({ min: 0, max: 2_000_000 }) });
/** A part of the payment's money, or more than all of it. */
const part = fc.integer({ min: 1, max: 1100 }).map((thousandths) => thousandths / 1000);

test('X5 whatever is refunded, in however many parts, the credits taken are exactly in proportion', () =>
  fc.assert(
    fc.property(anyOrder, fc.array(part, { maxLength: 20 }), (order, parts) => {
      const capture = recordCapture('pi_1', { amountMinor: order.amountMinor });
      const refunds = parts.map((share, index) => refundOne(`re_${index}`, Math.ceil((order.amountMinor * share) / 8)));
      for (let count = 0; count <= refunds.length; count += 1) {
        const events = play(order, [capture, ...refunds.slice(0, count)]);
        const state = known(fold(payment, events));
        const exact = (BigInt(order.credits) * BigInt(state.refundedMinor)) / BigInt(order.amountMinor);
        expect([takenBack(events), state.clawedBack]).toEqual([Number(exact), Number(exact)]);
      }
    }),
    { numRuns: 100 },
  ));

const anyCommand = (amountMinor: number): fc.Arbitrary<PaymentCommand> => {
  const minor = part.map((share) => Math.min(1_000_000_000, Math.ceil(amountMinor * share)));
  const dispute = fc.constantFrom('dp_1', 'dp_2', 'dp_3');
  const reference = fc.constantFrom('pi_1', 'pi_2');
  return fc.oneof(
    fc
      .tuple(reference, fc.constantFrom(amountMinor, amountMinor, 7))
      .map(([id, paid]) => recordCapture(id, { amountMinor: paid })),
    fc.tuple(minor, fc.option(reference, { nil: undefined })).map(([total, id]) => refundTotal(total, id)),
    fc.tuple(fc.constantFrom('re_1', 're_2'), minor).map(([id, value]) => refundOne(id, value)),
    fc.tuple(dispute, minor).map(([id, value]) => openDispute(id, value)),
    fc
      .tuple(dispute, fc.constantFrom('won' as const, 'lost' as const), minor)
      .map(([id, outcome, value]) => closeDispute(id, outcome, value)),
    fc.constantFrom(recordPending('pi_1'), recordFailure('declined'), recordExpiry, requireAction('cs_1')),
  );
};
const anyHistory = anyOrder.chain((order) =>
  fc.record({ order: fc.constant(order), commands: fc.array(anyCommand(order.amountMinor), { maxLength: 25 }) }),
);

test('I5 whatever is told: captured at most once, credits taken between none and all, and as the state says', () =>
  fc.assert(
    fc.property(anyHistory, ({ order, commands }) => {
      const events = play(order, commands);
      for (let count = 1; count <= events.length; count += 1) {
        const history = events.slice(0, count);
        const { clawedBack } = known(fold(payment, history));
        expect(clawedBack).toBe(takenBack(history));
        expect(clawedBack).toBeGreaterThanOrEqual(0);
        expect(clawedBack).toBeLessThanOrEqual(order.credits);
      }
      expect(events.filter(({ type }) => type === 'PaymentCaptured').length).toBeLessThanOrEqual(1);
      for (const event of events) expect(paymentEvent.parse(event)).toEqual(event);
    }),
    { numRuns: 300 },
  ));

test('X5 refunds and disputes take exactly in proportion; a won dispute leaves at most a credit of rounding too many', () =>
  fc.assert(
    fc.property(
      anyOrder,
      fc.array(fc.tuple(fc.constantFrom('refund', 'open', 'won', 'lost'), part), { maxLength: 12 }),
      (order, told) => {
        // One dispute at a time: several about the same money are in the test above.
        let dispute = 0;
        const commands = told.map(([what, share], index): PaymentCommand => {
          const minor = Math.ceil((order.amountMinor * share) / 4);
          if (what === 'refund') return refundOne(`re_${index}`, minor);
          if (what === 'open') return openDispute(`dp_${dispute}`, minor);
          dispute += 1;
          return closeDispute(`dp_${dispute - 1}`, what === 'won' ? 'won' : 'lost', minor);
        });
        const events = play(order, [recordCapture('pi_1', { amountMinor: order.amountMinor }), ...commands]);
        for (let count = 2; count <= events.length; count += 1) {
          const state = known(fold(payment, events.slice(0, count)));
          const excess = state.clawedBack - due(state);
          const won = state.disputes.filter(({ status }) => status === 'won').length;
          expect(excess).toBeGreaterThanOrEqual(0);
          expect(excess).toBeLessThanOrEqual(won);
        }
      },
    ),
    { numRuns: 300 },
  ));
