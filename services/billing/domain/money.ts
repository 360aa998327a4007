/** Amounts in a currency's smallest unit: how many digits that is, how people read it, and how Stripe counts it. */

/**
 * ISO 4217's digits behind the point, where they are not two. Not taken from Intl: it tells the digits that people write, so that
 * forints and rupiahs have none there, and it changes with the runtime.
 */
const isoDigits: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);

/**
 * Where Stripe counts otherwise: it kept two digits for krónur and shillings when these lost theirs, and counts whole ariary.
 * https://docs.stripe.com/currencies#special-cases
 */
const stripeDigits: ReadonlyMap<string, number> = new Map([
  ['ISK', 2],
  ['UGX', 2],
  ['MGA', 0],
]);

/** Digits behind the point. @example minorDigits('KWD') // 3 */
export const minorDigits = (currency: string): number => isoDigits.get(currency) ?? 2;

/** For people. @example formatMoney(1050, 'EGP') // 'EGP 10.50' */
export const formatMoney = (amountMinor: number, currency: string): string => {
  const digits = minorDigits(currency);
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
    .format(amountMinor / 10 ** digits)
    .replaceAll('\u00a0', ' ');
};

/** `why` is for operators: the catalog has a price that Stripe cannot charge. */
export type StripeAmount =
  | { readonly ok: true; readonly amount: number }
  | { readonly ok: false; readonly why: string };

/** An amount as Stripe's API takes it. @example toStripeAmount(500, 'ISK') // { ok: true, amount: 50_000 } */
export const toStripeAmount = (amountMinor: number, currency: string): StripeAmount => {
  const digits = minorDigits(currency);
  const more = (stripeDigits.get(currency) ?? digits) - digits;
  // The card networks take two digits: of three, the last is to be 0.
  const step = more < 0 ? 10 ** -more : digits === 3 ? 10 : 1;
  if (amountMinor % step !== 0) return { ok: false, why: `Stripe charges ${currency} in steps of ${step} only` };
  return { ok: true, amount: more < 0 ? amountMinor / step : amountMinor * 10 ** more };
};

/**
 * An amount as Stripe's API told it; either case of the currency's letters will do. Krónur and shillings are whole in all that was
 * charged; only a line of an invoice may have a fraction, and is rounded.
 */
export const fromStripeAmount = (amount: number, currency: string): number => {
  const code = currency.toUpperCase();
  const less = minorDigits(code) - (stripeDigits.get(code) ?? minorDigits(code));
  // The sum spares a caller the number -0.
  return less < 0 ? Math.round(amount / 10 ** -less) + 0 : amount * 10 ** less;
};
