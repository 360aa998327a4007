import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chargeStep } from '#services/catalog/contracts.ts';
import { formatMoney, fromStripeAmount, minorDigits, toStripeAmount } from './money.ts';

test.each([
  ['EGP', 2],
  ['USD', 2],
  ['JPY', 0],
  ['KWD', 3],
  // Written without fillér and sen, which there are.
  ['HUF', 2],
  ['IDR', 2],
  ['CLF', 4],
])("%s has ISO 4217's %d digits behind the point", (currency, digits) => expect(minorDigits(currency)).toBe(digits));

test.each([
  [1050, 'EGP', 'EGP 10.50'],
  [100_000_050, 'USD', '$1,000,000.50'],
  [500, 'JPY', '¥500'],
  [5120, 'KWD', 'KWD 5.120'],
  [149_900, 'HUF', 'HUF 1,499.00'],
  [0, 'USD', '$0.00'],
  [-250, 'USD', '-$2.50'],
  [1_000_000_000, 'KWD', 'KWD 1,000,000.000'],
])('%d of %s is written %s', (amountMinor, currency, text) => expect(formatMoney(amountMinor, currency)).toBe(text));

describe('BM10 at Stripe', () => {
  test.each([
    [1000, 'EGP', 1000],
    [1000, 'USD', 1000],
    [500, 'JPY', 500],
    [5120, 'KWD', 5120],
    [5, 'ISK', 500],
    [5, 'UGX', 500],
    [500, 'MGA', 5],
    [499_000, 'HUF', 499_000],
  ])('%d of %s is %d', (amountMinor, currency, amount) => {
    expect(toStripeAmount(amountMinor, currency)).toEqual({ ok: true, amount });
    expect(fromStripeAmount(amount, currency)).toBe(amountMinor);
    expect(fromStripeAmount(amount, currency.toLowerCase())).toBe(amountMinor);
  });

  test.each([
    [5124, 'KWD', 10],
    [1001, 'BHD', 10],
    [1001, 'JOD', 10],
    [1001, 'OMR', 10],
    [1001, 'TND', 10],
    [150, 'MGA', 100],
  ])('%d of %s cannot be charged', (amountMinor, currency, step) =>
    expect(toStripeAmount(amountMinor, currency)).toEqual({
      ok: false,
      why: `Stripe charges ${currency} in steps of ${step} only`,
    }),
  );

  test('of any currency is charged what the catalog lets an offer cost, and nothing else', () => {
    const codes = [...Intl.supportedValuesOf('currency'), 'MGA', 'LYD'];
    for (const currency of codes)
      for (const amountMinor of [1, 5, 10, 50, 100, 1_050, 1_234, 99_999])
        expect([currency, toStripeAmount(amountMinor, currency).ok]).toEqual([
          currency,
          amountMinor % chargeStep(currency) === 0,
        ]);
  });

  test('what a line gives back stays below zero, and a fraction of a króna is rounded', () => {
    expect(fromStripeAmount(-500, 'usd')).toBe(-500);
    expect(fromStripeAmount(-500, 'isk')).toBe(-5);
    expect(fromStripeAmount(551, 'isk')).toBe(6);
    expect(fromStripeAmount(-40, 'isk')).toBe(0);
  });

  test('every amount that can be charged comes back as it was', () =>
    fc.assert(
      fc.property(
        fc.nat(100_000_000),
        fc.constantFrom('EGP', 'USD', 'JPY', 'KWD', 'ISK', 'UGX', 'MGA'),
        (tens, currency) => {
          const amountMinor = currency === 'MGA' ? Math.floor(tens / 10) * 100 : tens * 10;
          const sent = toStripeAmount(amountMinor, currency);
          expect(sent.ok && fromStripeAmount(sent.amount, currency)).toBe(amountMinor);
        },
      ),
    ));
});
