/** What invoices paid for. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { day } from '../test/subscriptions.ts';
import type { EarlierPeriod } from './credits-of-change.ts';
import { type PlanInvoice, periodOf, type SoldPlan, type Terms } from './paid-period.ts';

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
const read = (lines: readonly Line[], terms?: Terms, currency = 'USD', before: readonly EarlierPeriod[] = []) =>
  periodOf({ currency, lines }, plans, { terms, before });
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

  test('FS7 may hold prorations of the period before, and other things: the whole period counts', () => {
    const next = { from: day(31), until: day(62) };
    expect(read([prorated('pro', -400), line(undefined, 77), line('plus', 1_000, next)])).toEqual({
      outcome: 'paid',
      period: { ...period, ...next },
    });
  });

  test('FS7 that begins inside another one gives so many credits less as that one’s money was given back for', () => {
    const change = (back: string, amount: number, before: readonly EarlierPeriod[] = []) =>
      read([prorated(back, -amount), line('pro', 2_000, { from: day(10), until: day(375) })], undefined, 'USD', before);
    // Half of the old plan's 300; what it left stays.
    expect(change('plus', 500)).toMatchObject({ outcome: 'paid', period: { credits: 850, maxRollover: null } });
    expect(change('plus', 9_999)).toMatchObject({ period: { credits: 700 } });
    // Nobody knows what it gave: in proportion to the money.
    expect(change('gone', 500)).toMatchObject({ period: { credits: 750 } });
    // Of the same plan before, half over, and given back for another one in between.
    const again = { plan: 'pro', from: day(-10), until: day(30) };
    expect(change('plus', 500, [again])).toMatchObject({ period: { credits: 350 } });
    expect(change('plus', 500, [{ ...again, from: day(10) }])).toMatchObject({ period: { credits: 850 } });
  });

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

  test('gives the difference of what the plans give, whatever the old one’s money comes to', () => {
    for (const back of [1, 500, 9_999])
      expect(read([prorated('plus', -back), prorated('pro', 1_000)])).toMatchObject({ period: { credits: 350 } });
    expect(read([prorated('old', -200), prorated('pro', 1_000)])).toMatchObject({ period: { credits: 475 } });
  });

  test.each<[string, readonly Line[]]>([
    ['where nothing is given back', [prorated('pro', 1_000)]],
    ['of a plan that is not known any more', [prorated('gone', -200), prorated('pro', 1_000)]],
    ['of the same plan', [prorated('pro', -900), prorated('pro', 1_000)]],
  ])('%s gives none', (_, lines) => expect(read(lines)).toMatchObject({ outcome: 'paid', period: { credits: 0 } }));

  test('of several changes at once gives what the last plan gives more than the first', () =>
    expect(
      read([prorated('mini', -250), prorated('plus', 500), prorated('plus', -499), prorated('pro', 1_000)]),
    ).toMatchObject({ period: { credits: 450 } }));

  test('gives nothing again to who went down and up in one period', () => {
    const up = [prorated('mini', -250), prorated('pro', 1_000)];
    const running = { plan: 'pro', from: day(0), until: day(31) };
    expect(read(up, undefined, 'USD', [running])).toMatchObject({ period: { credits: 0 } });
    const plus = { ...running, plan: 'plus' };
    expect(read(up, undefined, 'USD', [plus])).toMatchObject({ period: { credits: 350 } });
    // Of another period.
    const past = { ...running, until: day(10) };
    expect(read(up, undefined, 'USD', [past])).toMatchObject({ period: { credits: 450 } });
  });

  test('is measured by the price the subscription was seen with where that is the higher one', () => {
    expect(read([prorated('plus', -1), prorated('pro', 2_500)], terms('pro', 5_000))).toMatchObject({
      outcome: 'paid',
      period: { credits: 350 },
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
      fc.property(large, large, credits, credits, large, (oldPrice, newPrice, oldCredits, newCredits, paid) => {
        const owed = Math.min(paid, newPrice);
        const sold = [aPlan('a', oldCredits, oldPrice), aPlan('b', newCredits, newPrice)];
        const lines = [prorated('a', -1), prorated('b', owed)];
        const found = periodOf({ currency: 'USD', lines }, sold, { terms: undefined });
        const got = found.outcome === 'paid' ? BigInt(found.period.credits) : -1n;
        const scale = BigInt(newPrice);
        const exact = BigInt(Math.max(0, newCredits - oldCredits)) * BigInt(owed);
        expect(got >= 0n && got * scale >= exact && (got === 0n || (got - 1n) * scale < exact)).toBe(true);
      }),
    );
  });
});
