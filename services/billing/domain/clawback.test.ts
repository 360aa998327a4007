import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clawedBackOf } from './clawback.ts';

const gone = (refundedMinor: number, disputedMinor = 0) => ({ refundedMinor, disputedMinor });

test.each([
  ['nothing went back', 10, 1000, gone(0), 0],
  ['a part went back: rounded down', 10, 1000, gone(399), 3],
  ['a part went back and a part is disputed', 10, 1000, gone(300, 250), 5],
  ['all went back', 10, 1000, gone(1000), 10],
  ['more is disputed than is left', 10, 1000, gone(300, 1000), 10],
  ['nothing was paid', 10, 0, gone(0, 5), 0],
  ['nothing was granted', 0, 1000, gone(1000), 0],
] as const)('X5 %s', (_, credits, amountMinor, wentBack, expected) =>
  expect(clawedBackOf({ credits, amountMinor }, wentBack)).toBe(expected),
);

test('X5 the largest amounts are exact to the credit', () => {
  const most = { credits: 2_000_000, amountMinor: 999_999_999 };
  expect(clawedBackOf(most, gone(999_999_998))).toBe(1_999_999);
  expect(clawedBackOf({ credits: 1_999_999, amountMinor: 1_000_000_000 }, gone(500_000_000))).toBe(999_999);
});

test('X5 never below 0, never above what was granted, and never less for more', () =>
  fc.assert(
    fc.property(
      fc.record({ credits: fc.nat(2_000_000), amountMinor: fc.nat(1_000_000_000) }),
      fc.nat(1_000_000_000),
      fc.nat(1_000_000_000),
      (payment, refundedMinor, more) => {
        const taken = clawedBackOf(payment, gone(refundedMinor));
        expect(taken).toBeGreaterThanOrEqual(0);
        expect(clawedBackOf(payment, gone(refundedMinor, more))).toBeGreaterThanOrEqual(taken);
        expect(clawedBackOf(payment, gone(refundedMinor, more))).toBeLessThanOrEqual(payment.credits);
      },
    ),
  ));
