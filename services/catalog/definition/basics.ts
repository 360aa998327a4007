/** The small parts that a definition is made of. */
import * as z from 'zod';

/** Lower-case words joined by hyphens. */
export const slug = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens');

/** A key of the app's texts, as in `tools.hairstyle.name`. */
export const i18nKey = z
  .string()
  .max(120)
  .regex(/^[a-z0-9_]+(\.[a-z0-9_]+)*$/i, 'must be letters, digits and _, in parts joined by dots');

/** A language, or one as a country speaks it: `en`, `ar`, `pt-BR`. */
export const locale = z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/);

/** Where clients load a picture from. */
export const pictureUrl = z.url({ protocol: /^https$/ }).max(500);

/** What came over plain HTTP could be anybody's; on the machine itself nobody is in between. */
export const isPrivateChannel = (address: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
};

/** Credits are whole. */
export const credits = z.int().min(0).max(1_000_000);

/** An amount in the currency's smallest unit: cents, piastres, whole yen. */
export const price = z.strictObject({
  amount_minor: z.int().min(1).max(100_000_000),
  currency: z.string().regex(/^[A-Z]{3}$/),
});

/** Card networks take two digits behind the point, also where a currency has three; ariary are charged whole. */
const chargeSteps: ReadonlyMap<string, number> = new Map([
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 10] as const),
  ['MGA', 100] as const,
]);

/** What an amount has to be a multiple of to be charged by card. @example chargeStep('KWD') // 10 */
export const chargeStep = (currency: string): number => chargeSteps.get(currency) ?? 1;

/** Whom users can pay. */
export const paymentProvider = z.enum(['stripe', 'paymob']);
export type PaymentProvider = z.infer<typeof paymentProvider>;

/** What is wrong with a definition beyond the shape of its fields. */
export type Fault = readonly [path: readonly (string | number)[], message: string];

/** The second and later of equal values. */
export const repeated = (list: string, key: string, values: readonly string[]): Fault[] =>
  values.flatMap((value, index): Fault[] =>
    values.indexOf(value) === index ? [] : [[[...list.split('/'), index, key], `"${value}" occurs twice`]],
  );

export const idsOf = (things: readonly { readonly id: string }[]): string[] => things.map(({ id }) => id);
