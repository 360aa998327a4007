/**
 * An app's definition has two halves. The settings come with a deployment, because API Gateway, the authorizer and the
 * schedules are made from them; the offer lives in the catalog's table, and admins change it while the app runs (docs/adr/0011).
 */
import * as z from 'zod';
import { appId } from '#shared/owner.ts';
import {
  credits,
  type Fault,
  i18nKey,
  idsOf,
  isPrivateChannel,
  locale,
  paymentProvider,
  repeated,
  slug,
} from './basics.ts';
import { issuers } from './issuer.ts';
import { options } from './option.ts';
import { allowance, allowanceFaults, pack, plan, priceFaults } from './plan.ts';
import { tool, toolFaults } from './tool.ts';

const isZone = (zone: string): boolean => {
  try {
    return Intl.DateTimeFormat(undefined, { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
};

/** `https://app.example`, as browsers send it; `http` only on the machine itself. */
const origin = z
  .url()
  .refine((address) => isPrivateChannel(address) && new URL(address).origin === address, 'is not an https origin');

const settingsFields = {
  id: appId,
  /** For trying things out: not shown to the public, and no issuer is configured for it in production. */
  internal: z.boolean().optional(),
  issuers,
  /** IANA zone whose midnight begins the app's day. */
  zone: z.string().refine(isZone, 'is not an IANA time zone'),
  /** Browser origins that may call the API. */
  origins: z.array(origin).max(20),
  /** Whom users can pay, the usual one first. Absent: Stripe. */
  payment_providers: z.array(paymentProvider).min(1).max(2).optional(),
  /** Where users are sent back to; on the app's own origins. */
  urls: z.strictObject({ checkout_success: z.url(), checkout_cancel: z.url(), billing_return: z.url() }).optional(),
} as const;

const offerFields = {
  name: z.string().min(1).max(60),
  welcome_credits: credits,
  default_plan: slug,
  plans: z.array(plan).min(1).max(20),
  allowances: z.array(allowance).max(200),
  packs: z.array(pack).max(50),
  tools: z.array(tool).min(1).max(200),
  options,
  /** `en` among them. Each has a text for every key that the offer uses. */
  locales: z.array(locale).min(1).max(20),
  texts: z.record(locale, z.record(i18nKey, z.string().min(1).max(2_000))),
} as const;

const settings = z.strictObject(settingsFields);
export type AppSettings = z.infer<typeof settings>;
const offerShape = z.strictObject(offerFields);
export type AppOffer = z.infer<typeof offerShape>;
const definitionShape = z.strictObject({ ...settingsFields, ...offerFields });
export type AppDefinition = z.infer<typeof definitionShape>;

const settingsFaults = ({
  origins,
  issuers,
  urls = {},
}: Pick<AppSettings, 'origins' | 'issuers'> & { urls?: Readonly<Record<string, string>> | undefined }): Fault[] => [
  // One `iss` may sign in two ways while its keys are being changed, but has one entry for each.
  ...repeated(
    'issuers',
    'issuer',
    issuers.map(({ issuer, algorithm }) => `${issuer} ${algorithm}`),
  ),
  ...Object.entries(urls).flatMap(([name, url]): Fault[] =>
    origins.includes(new URL(url).origin) ? [] : [[['urls', name], "is on none of the app's origins"]],
  ),
];

/** Every key that a client will look up. */
const usedKeys = ({ tools, options }: Pick<AppOffer, 'tools' | 'options'>): string[] => [
  ...new Set([
    ...tools.flatMap(({ name_key, description_key }) => [name_key, description_key]),
    ...Object.values(options).flatMap((list) => list.map(({ name_key }) => name_key)),
  ]),
];

const textFaults = (offer: AppOffer): Fault[] => {
  const { locales, texts } = offer;
  const faults: Fault[] = locales.includes('en') ? [] : [[['locales'], 'has no "en", the language of last resort']];
  for (const name of Object.keys(texts))
    if (!locales.includes(name)) faults.push([['texts', name], 'is not among the locales']);
  const keys = usedKeys(offer);
  for (const name of locales)
    for (const key of keys)
      if (!Object.hasOwn(texts[name] ?? {}, key)) faults.push([['texts', name, key], 'has no text']);
  return faults;
};

const offerFaults = (offer: AppOffer): Fault[] => {
  const { default_plan, plans, packs, tools, options, locales } = offer;
  return [
    ...repeated('plans', 'id', idsOf(plans)),
    ...repeated('packs', 'id', idsOf(packs)),
    ...repeated('tools', 'id', idsOf(tools)),
    ...Object.entries(options).flatMap(([kind, list]) => repeated(`options/${kind}`, 'id', idsOf(list))),
    ...(new Set(locales).size === locales.length ? [] : ([[['locales'], 'has one twice']] satisfies Fault[])),
    ...(idsOf(plans).includes(default_plan)
      ? []
      : ([[['default_plan'], `there is no plan "${default_plan}"`]] satisfies Fault[])),
    ...allowanceFaults(offer),
    ...tools.flatMap((tool, index) =>
      toolFaults(tool, options).map(([path, message]): Fault => [['tools', index, ...path], message]),
    ),
    ...textFaults(offer),
  ];
};

const addFaults = (
  faults: readonly Fault[],
  { addIssue }: { addIssue: (issue: { code: 'custom'; path: PropertyKey[]; message: string }) => void },
): void => {
  for (const [path, message] of faults) addIssue({ code: 'custom', path: [...path], message });
};

/** What admins change, checked as a whole. */
export const appOffer = offerShape.superRefine((offer, context) =>
  addFaults([...offerFaults(offer), ...priceFaults(offer)], context),
);

export const appDefinition = definitionShape.superRefine((definition, context) =>
  addFaults([...settingsFaults(definition), ...offerFaults(definition), ...priceFaults(definition)], context),
);

/**
 * While a deployment is under way, processes of two versions read the same table and answer each other: a field that only the
 * newer one knows is no fault to the older one, which leaves it alone.
 */
const withNewerFields = <Shape extends z.ZodType>(schema: Shape) =>
  z.unknown().transform((value, { addIssue }): z.output<Shape> => {
    const faults = (schema.safeParse(value).error?.issues ?? []).filter(({ code }) => code !== 'unrecognized_keys');
    for (const { path, message } of faults) addIssue({ code: 'custom', path: [...path], message });
    return value as z.output<Shape>;
  });

/** An offer as the table has it. One from before prices were looked at is served: at worst somebody cannot buy. */
export const storedOffer = withNewerFields(
  offerShape.superRefine((offer, context) => addFaults(offerFaults(offer), context)),
);

/** A definition as the catalog hands it out. It was checked as a whole when it came in, so its shape is enough. */
export const servedDefinition = withNewerFields(definitionShape);

/** The half that lives in the table. */
export const offerOf = (definition: AppDefinition): AppOffer => {
  const { name, welcome_credits, default_plan, plans, allowances, packs, tools, options, locales, texts } = definition;
  return { name, welcome_credits, default_plan, plans, allowances, packs, tools, options, locales, texts };
};

/** The half that comes with the deployment. */
export const settingsOf = (definition: AppDefinition): AppSettings => {
  const { id, internal, issuers, zone, origins, payment_providers, urls } = definition;
  return {
    id,
    issuers,
    zone,
    origins,
    ...(internal === undefined ? {} : { internal }),
    ...(payment_providers === undefined ? {} : { payment_providers }),
    ...(urls === undefined ? {} : { urls }),
  };
};
