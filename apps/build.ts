/** What app definitions have in common, so that an app's file says only what is its own. */
import type * as z from 'zod';
import type { AppOffer, AppSettings, Issuer, Option, Pack, Plan, Tool } from '#services/catalog/contracts.ts';
import type { NotificationName } from '#services/notifications/contracts.ts';

/** A Supabase project signs with ES256 and publishes its keys. */
export const supabaseIssuer = (project: string): Issuer => ({
  algorithm: 'ES256',
  issuer: `https://${project}.supabase.co/auth/v1`,
  audience: 'authenticated',
  jwks_url: `https://${project}.supabase.co/auth/v1/.well-known/jwks.json`,
});

/** Where payment pages send users back to. */
export const billingUrls = (origin: string): NonNullable<AppSettings['urls']> => ({
  checkout_success: `${origin}/billing/success`,
  checkout_cancel: `${origin}/billing/cancelled`,
  billing_return: `${origin}/billing`,
});

/** Gives nothing, limits nothing and is not for sale, but for what it says of itself. */
export const plan = (own: Pick<Plan, 'id' | 'name'> & Partial<Plan>): Plan => ({
  monthly_credits: 0,
  max_rollover: 0,
  daily_credits: 0,
  daily_cap: null,
  pro: false,
  price: null,
  limits: { jobs_per_hour: null, concurrent_jobs: null },
  ...own,
});

/** @param amountMinor cents or piastres */
export const monthly = (amountMinor: number, currency: string): Plan['price'] => ({
  amount_minor: amountMinor,
  currency,
  interval: 'month',
});

/** Packs of one currency, from rows of id, name, credits, bonus credits and price in cents or piastres. */
export const packs = (currency: string, rows: readonly [string, string, number, number, number][]): Pack[] =>
  rows.map(([id, name, credits, bonus_credits, amount_minor]) => ({
    id,
    name,
    credits,
    bonus_credits,
    price: { amount_minor, currency },
  }));

export const fixed = (credits: number): Tool['cost'] => ({ kind: 'fixed', credits });

/** So many pictures, or up to `max`. */
export const images = (min: number, max = min): Tool['input'] => ({ images: { min, max } });

/** The parameters named and no others. */
export const params = (properties: Record<string, unknown>, required: readonly string[] = []): Tool['params'] => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});

/** A parameter of free text, which must say something: blanks alone do not. */
export const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength, pattern: '\\S' });

/** What a model is told, line by line; a line whose parameters are all missing is left out. */
export const lines = (...each: readonly string[]): string => each.join('\n');

/** A result that has all of these fields and no others, as providers want it that keep to a schema. */
export const result = (properties: Record<string, z.core.util.JSONType>): NonNullable<Tool['result_schema']> => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
});

/** A parameter whose value is an option's id. */
export const choice = { type: 'string', maxLength: 60 };

/** Ids as keys of texts have them: `long-waves` is `long_waves`. */
const word = (id: string): string => id.replaceAll('-', '_');

type OwnOfTool = Pick<Tool, 'id' | 'type' | 'icon_name' | 'output' | 'params' | 'cost' | 'providers'> & Partial<Tool>;

/** In the order given, active, without pictures, options and cache, but for what they say of themselves. */
export const toolList = (tools: readonly OwnOfTool[]): Tool[] =>
  tools.map((own, index) => ({
    name_key: `tools.${word(own.id)}.name`,
    description_key: `tools.${word(own.id)}.description`,
    active: true,
    sort_order: 10 * (index + 1),
    input: images(0),
    option_params: {},
    cache_seconds: 0,
    deadline_seconds: 300,
    ...own,
  }));

type OwnOfOption = Pick<Option, 'id'> & Partial<Option> & { readonly word?: string };

/** In the order given, active and for everybody. `word`: what stands for an id that is no word. */
export const optionList = (group: string, options: readonly OwnOfOption[]): Option[] =>
  options.map(({ word: named, ...own }, index) => ({
    name_key: `${group}.${word(named ?? own.id)}.name`,
    pro: false,
    active: true,
    sort_order: 10 * (index + 1),
    ...own,
  }));

type Texts = AppOffer['texts'][string];

/** Name and description by tool. */
export const toolTexts = (byTool: Readonly<Record<string, readonly [string, string]>>): Texts =>
  Object.fromEntries(
    Object.entries(byTool).flatMap(([id, [name, description]]) => [
      [`tools.${word(id)}.name`, name],
      [`tools.${word(id)}.description`, description],
    ]),
  );

/** Names of a group's options, by id or the word that stands for it. */
export const names = (group: string, byId: Readonly<Record<string, string>>): Texts =>
  Object.fromEntries(Object.entries(byId).map(([id, name]) => [`${group}.${word(id)}.name`, name]));

/** Title and message by notification; one that is missing does not compile. */
export const notificationTexts = (byName: Readonly<Record<NotificationName, readonly [string, string]>>): Texts =>
  Object.fromEntries(
    Object.entries(byName).flatMap(([name, [title, message]]) => [
      [`notifications.${name}.title`, title],
      [`notifications.${name}.message`, message],
    ]),
  );
