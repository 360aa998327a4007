/**
 * What the other services know of the catalog: an app's definition. One deployment serves many apps; a definition says
 * everything that differs between them.
 */
import * as z from 'zod';
import { appId } from '#shared/owner.ts';

/** Lower-case words joined by hyphens. */
export const slug = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);

/** A key of the client's translations, as in `tools.hairstyle.name`. */
export const i18nKey = z
  .string()
  .max(120)
  .regex(/^[a-z0-9_]+(\.[a-z0-9_]+)*$/i);

/** Credits are whole. */
export const credits = z.int().min(0).max(1_000_000);

/** An identity provider whose tokens an app accepts. The algorithm is fixed here and never read from a token. */
export const issuer = z.discriminatedUnion('algorithm', [
  z.strictObject({
    algorithm: z.enum(['ES256', 'RS256']),
    /** The token's `iss`, to the letter. */
    issuer: z.url(),
    audience: z.string().min(1),
    jwks_url: z.url(),
  }),
  z.strictObject({
    algorithm: z.literal('HS256'),
    issuer: z.url(),
    audience: z.string().min(1),
    /** Name of the secret in Secrets Manager that holds the shared key. */
    secret_name: z.string().min(1).max(512),
  }),
]);
export type Issuer = z.infer<typeof issuer>;

/** What one run costs: always the same, or by the value of one parameter. */
export const toolCost = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed'), credits }),
  z.strictObject({ kind: z.literal('by-parameter'), parameter: z.string(), credits: z.record(z.string(), credits) }),
]);

export const providerChoice = z.strictObject({
  provider: slug,
  /** Tried in order: the next one when a model is missing, overloaded or failing. */
  models: z.array(z.string().min(1).max(100)).min(1).max(8),
});

export const outputKind = z.enum(['image', 'audio', 'video', 'text', 'json']);

export const tool = z.strictObject({
  id: slug,
  type: z.enum(['TRANSFORMATION', 'FILTER', 'ANALYSIS', 'GENERATION']),
  name_key: i18nKey,
  description_key: i18nKey,
  icon_name: z.string().max(60),
  cover_image_url: z.url().optional(),
  /** An inactive tool is not listed and cannot be run. */
  active: z.boolean(),
  sort_order: z.int(),
  input: z.strictObject({ images: z.strictObject({ min: z.int().min(0).max(8), max: z.int().min(0).max(8) }) }),
  output: outputKind,
  /** JSON Schema of the tool's parameters: an object that takes no others. */
  params: z.looseObject({ type: z.literal('object'), additionalProperties: z.literal(false) }),
  cost: toolCost,
  providers: z.array(providerChoice).min(1).max(4),
  /** A job that has not ended by then fails and costs nothing. */
  deadline_seconds: z.int().min(10).max(3_600),
});
export type Tool = z.infer<typeof tool>;

export const plan = z.strictObject({
  id: slug,
  name: z.string().max(60),
  monthly_credits: credits,
  daily_cap: credits.nullable(),
});
export const pack = z.strictObject({
  id: slug,
  name: z.string().max(60),
  credits,
  bonus_credits: credits,
  price: z.strictObject({ amount_minor: z.int().min(1), currency: z.string().regex(/^[A-Z]{3}$/) }),
});

export const appDefinition = z.strictObject({
  id: appId,
  name: z.string().min(1).max(60),
  issuers: z.array(issuer).min(1).max(5),
  /** IANA zone whose midnight begins the app's day. */
  zone: z.string(),
  /** Browser origins that may call the API. */
  origins: z.array(z.url()).max(20),
  welcome_credits: credits,
  default_plan: slug,
  plans: z.array(plan).min(1).max(20),
  packs: z.array(pack).max(50),
  tools: z.array(tool).min(1).max(200),
});
export type AppDefinition = z.infer<typeof appDefinition>;

/** Where services read definitions from. */
export interface Catalog {
  /** Nothing for an app that this deployment does not serve. */
  app(id: string): Promise<AppDefinition | undefined>;
}

/** What this run of a tool costs. Nothing when the parameter names no price: such a run is refused, never free. */
export const costOf = ({ cost }: Tool, params: Readonly<Record<string, unknown>>): number | undefined =>
  cost.kind === 'fixed' ? cost.credits : cost.credits[String(params[cost.parameter])];
