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

/** Keys that came over plain HTTP could be anybody's; on the machine itself nobody is in between. */
const isPrivateChannel = (address: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
};

/** An identity provider whose tokens an app accepts. The algorithm is fixed here and never read from a token. */
export const issuer = z.discriminatedUnion('algorithm', [
  z.strictObject({
    algorithm: z.enum(['ES256', 'RS256']),
    /** The token's `iss`, to the letter. */
    issuer: z.url(),
    audience: z.string().min(1),
    jwks_url: z.url().refine(isPrivateChannel, 'must be https'),
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

/** What a deployment trusts: issuers by app. An app without an entry takes no tokens. */
export const issuersByApp = z.record(appId, z.array(issuer).min(1).max(5));
export type IssuersByApp = z.infer<typeof issuersByApp>;

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
  /** A job that has not ended by then fails and costs nothing. A dead worker's job is taken over after 70 s, so less would be too little for that. */
  deadline_seconds: z.int().min(180).max(3_600),
});
export type Tool = z.infer<typeof tool>;

export const plan = z.strictObject({
  id: slug,
  name: z.string().max(60),
  /** Of the default plan: given each calendar month. Of others: each paid period. */
  monthly_credits: credits,
  /** What may be left of a period's credits when the next period's come; the rest expires. */
  max_rollover: credits,
  /** Given anew each day of the app's zone; what is left expires at midnight. */
  daily_credits: credits,
  /** Most credits that may be spent in a day. */
  daily_cap: credits.nullable(),
});

/** Free use of a tool, counted apart from credits. */
export const allowance = z.strictObject({
  tool: slug,
  /** Each use is remembered until the period ends, so that a request sent twice counts once. */
  limit: z.int().min(1).max(1_000),
  /** Of the app's zone. */
  period: z.enum(['day', 'month']),
  /** Whom it is for. */
  plans: z.array(slug).min(1).max(20),
});
export type Allowance = z.infer<typeof allowance>;

export const pack = z.strictObject({
  id: slug,
  name: z.string().max(60),
  credits,
  bonus_credits: credits,
  price: z.strictObject({ amount_minor: z.int().min(1), currency: z.string().regex(/^[A-Z]{3}$/) }),
});

const isZone = (zone: string): boolean => {
  try {
    return Intl.DateTimeFormat(undefined, { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
};

type Fault = readonly [path: readonly (string | number)[], message: string];

const enumerated = z.object({ enum: z.array(z.string()) });
const parametersOf = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

/** A price by parameter holds only if every value that passes the parameter's schema has one. */
const costFaults = ({ cost, params }: Tool): Fault[] => {
  if (cost.kind === 'fixed') return [];
  const { parameter, credits } = cost;
  const parsed = parametersOf.safeParse(params);
  const values = enumerated.safeParse(parsed.data?.properties[parameter]).data?.enum;
  if (values === undefined) return [[['cost', 'parameter'], `"${parameter}" is not a parameter with an enum`]];
  const faults: Fault[] = [];
  if (!parsed.data?.required.includes(parameter))
    faults.push([['params', 'required'], `"${parameter}" sets the price and must be required`]);
  for (const value of values)
    if (!Object.hasOwn(credits, value)) faults.push([['cost', 'credits', value], 'has no price']);
  for (const value of Object.keys(credits))
    if (!values.includes(value)) faults.push([['cost', 'credits', value], `is not a value of "${parameter}"`]);
  return faults;
};

/** The second and later of equal values. */
const repeated = (list: string, key: string, values: readonly string[]): Fault[] =>
  values.flatMap((value, index): Fault[] =>
    values.indexOf(value) === index ? [] : [[[list, index, key], `"${value}" occurs twice`]],
  );

const definitionFields = z.strictObject({
  id: appId,
  name: z.string().min(1).max(60),
  /** For trying things out: not shown to the public, and no issuer is configured for it in production. */
  internal: z.boolean().optional(),
  issuers: z.array(issuer).min(1).max(5),
  /** IANA zone whose midnight begins the app's day. */
  zone: z.string().refine(isZone, 'is not an IANA time zone'),
  /** Browser origins that may call the API. */
  origins: z.array(z.url()).max(20),
  welcome_credits: credits,
  default_plan: slug,
  plans: z.array(plan).min(1).max(20),
  allowances: z.array(allowance).max(200),
  packs: z.array(pack).max(50),
  tools: z.array(tool).min(1).max(200),
});
export type AppDefinition = z.infer<typeof definitionFields>;

/** An allowance is of a tool and plans that exist, and a plan has one for a tool: to check and count it is one write. */
const allowanceFaults = ({ allowances, plans, tools }: AppDefinition): Fault[] => {
  const seen = new Set<string>();
  return allowances.flatMap(({ tool, plans: planIds }, index) => {
    const faults: Fault[] = [];
    if (!tools.some(({ id }) => id === tool))
      faults.push([['allowances', index, 'tool'], `there is no tool "${tool}"`]);
    planIds.forEach((plan, place) => {
      const path = ['allowances', index, 'plans', place];
      if (!plans.some(({ id }) => id === plan)) faults.push([path, `there is no plan "${plan}"`]);
      const key = `${tool} ${plan}`;
      if (seen.has(key)) faults.push([path, `"${plan}" has an allowance of "${tool}" already`]);
      seen.add(key);
    });
    return faults;
  });
};

/** What only the fields together can break. */
const crossFieldFaults = (definition: AppDefinition): Fault[] => {
  const { default_plan, plans, packs, tools, issuers } = definition;
  const ids = (things: readonly { readonly id: string }[]) => things.map(({ id }) => id);
  const faults = [
    ...repeated('plans', 'id', ids(plans)),
    ...repeated('packs', 'id', ids(packs)),
    ...repeated('tools', 'id', ids(tools)),
    ...repeated(
      'issuers',
      'issuer',
      issuers.map(({ issuer }) => issuer),
    ),
  ];
  if (!ids(plans).includes(default_plan)) faults.push([['default_plan'], `there is no plan "${default_plan}"`]);
  faults.push(...allowanceFaults(definition));
  tools.forEach((tool, index) => {
    const { min, max } = tool.input.images;
    if (min > max) faults.push([['tools', index, 'input', 'images', 'min'], 'is more than max']);
    for (const [path, message] of costFaults(tool)) faults.push([['tools', index, ...path], message]);
  });
  return faults;
};

export const appDefinition = definitionFields.superRefine((definition, { addIssue }) => {
  for (const [path, message] of crossFieldFaults(definition)) addIssue({ code: 'custom', path: [...path], message });
});

/** Where services read definitions from. */
export interface Catalog {
  /** Nothing for an app that this deployment does not serve. */
  app(id: string): Promise<AppDefinition | undefined>;
}

/** What this run of a tool costs. Nothing when the parameter names no price: such a run is refused, never free. */
export const costOf = ({ cost }: Tool, params: Readonly<Record<string, unknown>>): number | undefined => {
  if (cost.kind === 'fixed') return cost.credits;
  const value = params[cost.parameter];
  return typeof value === 'string' && Object.hasOwn(cost.credits, value) ? cost.credits[value] : undefined;
};
