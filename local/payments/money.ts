/** Amounts for people, from the units that each provider counts in. */

/** Stripe has its own idea of some currencies' smallest units: https://docs.stripe.com/currencies */
const noDecimals = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ');
const threeDecimals = 'BHD JOD KWD OMR TND'.split(' ');

const format = (amount: number, currency: string, digits: number): string =>
  new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    currencyDisplay: 'code',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
    .format(amount / 10 ** digits)
    .replace(/\u00a0/g, ' ');

/** Currencies whose amounts must end with 0, because cards settle two decimals only. */
export const settlesTwoDecimals = (currency: string): boolean => threeDecimals.includes(currency.toUpperCase());

export const stripeMoney = (amount: number, currency: string): string => {
  const code = currency.toUpperCase();
  return format(amount, code, noDecimals.includes(code) ? 0 : threeDecimals.includes(code) ? 3 : 2);
};

export const paymobMoney = (amountCents: number, currency: string): string => {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return format(amountCents, currency, maximumFractionDigits);
};

/** Half of it, rounded down to what can be refunded. */
export const halfOf = (amount: number, currency: string): number => {
  const half = Math.floor(amount / 2);
  return settlesTwoDecimals(currency) ? half - (half % 10) : half;
};
