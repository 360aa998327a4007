/** What invoices paid for. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { day } from '../test/subscriptions.ts';
import { type PlanInvoice, periodEnd, periodOf, type SoldPlan, type Terms } from './paid-period.ts';

const aPlan = (id: string, credits: number, amount: number | null, currency = 'USD'): SoldPlan => ({
  id,
  monthly_credits: credits,
  max_rollover: credits / 2,
  price: amount === null ? null : { amount_minor: amount, currency, interval: 'month' },
});
const plans = [aPlan('mini', 100, 500), aPlan('plus', 300, 1_000), aPlan('pro', 1_000, 2_000), aPlan('old', 50, null)];

type Line = PlanInvoice['lines'][number];
const line = (plan: string | undefined, amountMinor: number, changes: Partial<Line> = {}): Line => ({
  plan,
  amountMinor,
  proration: false,
  from: day(0),
  until: day(31),
  ...changes,
});
const prorated = (plan: string, amountMinor: number): Line =>
  line(plan, amountMinor, { proration: true, from: day(10) });
const read = (lines: readonly Line[], terms?: Terms, currency = 'USD') => periodOf({ currency, lines }, plans, terms);
const terms = (plan: string, amountMinor: number, currency = 'USD'): Terms => ({ plan, amountMinor, currency });

const period = {
  kind: 'period',
  plan: 'plus',
  credits: 300,
  maxRollover: 150,
  from: day(0),
  until: day(31),
} as const;

describe('FS8 an invoice of a period', () => {
  test('gives the credits of its plan, at the catalog’s price', () =>
    expect(read([line('plus', 1_000)])).toEqual({ outcome: 'paid', period }));

  test('is paid by the price that the subscription was seen with, too', () => {
    expect(read([line('plus', 800)], terms('plus', 800))).toEqual({ outcome: 'paid', period });
    expect(read([line('plus', 1_000)], terms('plus', 800))).toEqual({ outcome: 'paid', period });
    expect(read([line('plus', 900)], terms('plus', 900, 'EUR'), 'EUR')).toEqual({ outcome: 'paid', period });
    expect(read([line('old', 300)], terms('old', 300))).toMatchObject({ outcome: 'paid', period: { credits: 50 } });
  });

  test('FS7 may hold prorations and other things besides: the whole period counts', () =>
    expect(read([prorated('pro', -400), line(undefined, 77), line('plus', 1_000)])).toEqual({
      outcome: 'paid',
      period,
    }));

  const expected = { amountMinor: 1_000, currency: 'USD' };
  test.each<[string, readonly Line[], Terms | undefined, string, 'amount' | 'currency']>([
    ['of less', [line('plus', 999)], undefined, 'USD', 'amount'],
    ['of more', [line('plus', 1_001)], undefined, 'USD', 'amount'],
    ['of another plan’s old price', [line('plus', 800)], terms('mini', 800), 'USD', 'amount'],
    ['in another currency', [line('plus', 1_000)], undefined, 'EGP', 'currency'],
    [
      'in another currency by an amount that was seen in this one',
      [line('plus', 800)],
      terms('plus', 800),
      'EGP',
      'currency',
    ],
    ['of two periods', [line('plus', 1_000), line('plus', 1_000)], undefined, 'USD', 'amount'],
  ])('%s is a mismatch', (_, lines, seen, currency, why) =>
    expect(read(lines, seen, currency)).toEqual({ outcome: 'mismatched', why, expected, period }),
  );

  test('of a plan that is not the catalog’s, or was never for sale, is unknown', () => {
    expect(read([line('gone', 500)])).toEqual({ outcome: 'mismatched', why: 'plan-unknown', plan: 'gone' });
    expect(read([line('old', 500)])).toEqual({ outcome: 'mismatched', why: 'plan-unknown', plan: 'old' });
  });

  test.each<[string, readonly Line[]]>([
    ['a trial', [line('plus', 0)]],
    ['other things', [line(undefined, 1_000)]],
    ['nothing', []],
    ['a plan for no time', [line('plus', 1_000, { until: day(0) })]],
    ['only what is given back', [prorated('plus', -500)]],
  ])('of %s pays for no period', (_, lines) => expect(read(lines)).toEqual({ outcome: 'nothing' }));
});

describe('FS7 an invoice of an upgrade', () => {
  test('gives the credits of the rest of the period, less those of the old plan’s rest', () => {
    const upgrade = { kind: 'upgrade', plan: 'pro', credits: 350, maxRollover: null, from: day(10), until: day(31) };
    expect(read([prorated('plus', -500), prorated('pro', 1_000)])).toEqual({ outcome: 'paid', period: upgrade });
  });

  test('gives none for a plan with fewer credits, and never takes any', () =>
    expect(read([prorated('pro', -1_000), prorated('plus', 500)])).toMatchObject({
      outcome: 'paid',
      period: { kind: 'upgrade', plan: 'plus', credits: 0 },
    }));

  test('counts an old plan that has no price any more by the new one’s', () =>
    expect(read([prorated('gone', -200), prorated('pro', 1_000)])).toMatchObject({ period: { credits: 400 } }));

  test('is measured by the price the subscription was seen with where that is the higher one', () => {
    expect(read([prorated('pro', 2_500)], terms('pro', 5_000))).toMatchObject({
      outcome: 'paid',
      period: { credits: 500 },
    });
  });

  test('is a mismatch in another currency, for more than the plan costs, or of an unknown plan', () => {
    expect(read([prorated('pro', 100)], undefined, 'EGP')).toMatchObject({ outcome: 'mismatched', why: 'currency' });
    expect(read([prorated('pro', 2_001)])).toMatchObject({ outcome: 'mismatched', why: 'amount' });
    expect(read([prorated('gone', 100)])).toEqual({ outcome: 'mismatched', why: 'plan-unknown', plan: 'gone' });
  });

  test('rounds in the user’s favour, by less than one credit, however large the amounts', () => {
    const large = fc.integer({ min: 1, max: 1_000_000_000 });
    const credits = fc.integer({ min: 0, max: 2_000_000 });
    fc.assert(
      fc.property(
        large,
        large,
        credits,
        credits,
        large,
        large,
        (oldPrice, newPrice, oldCredits, newCredits, back, paid) => {
          const [given, owed] = [Math.min(back, oldPrice), Math.min(paid, newPrice)];
          const sold = [aPlan('a', oldCredits, oldPrice), aPlan('b', newCredits, newPrice)];
          const found = periodOf(
            { currency: 'USD', lines: [prorated('a', -given), prorated('b', owed)] },
            sold,
            undefined,
          );
          const got = found.outcome === 'paid' ? BigInt(found.period.credits) : -1n;
          const scale = BigInt(oldPrice) * BigInt(newPrice);
          const due = BigInt(newCredits) * BigInt(owed) * BigInt(oldPrice);
          const exact = due - BigInt(oldCredits) * BigInt(given) * BigInt(newPrice);
          expect(got >= 0n && (exact <= 0n ? got === 0n : got * scale >= exact && (got - 1n) * scale < exact)).toBe(
            true,
          );
        },
      ),
    );
  });
});

describe('a period ends', () => {
  test.each([
    ['2027-01-31T10:00:00.000Z', 'month', '2027-02-28T10:00:00.000Z'],
    ['2028-01-31T10:00:00.000Z', 'month', '2028-02-29T10:00:00.000Z'],
    ['2027-12-31T23:59:59.999Z', 'month', '2028-01-31T23:59:59.999Z'],
    ['2027-03-31T00:00:00.000Z', 'month', '2027-04-30T00:00:00.000Z'],
    ['2028-02-29T00:00:00.000Z', 'year', '2029-02-28T00:00:00.000Z'],
    ['2027-05-05T00:00:00Z', 'year', '2028-05-05T00:00:00.000Z'],
  ] as const)('%s and a %s later on %s', (from, interval, end) => expect(periodEnd(from, interval)).toBe(end));
});
