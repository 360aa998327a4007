import { describe, expect, test } from '@jest/globals';
import { productStudio } from '#apps/product-studio.ts';
import { sparky } from '#apps/sparky.ts';
import {
  type AppDefinition,
  appDefinition,
  appOffer,
  costOf,
  issuer,
  offerOf,
  settingsOf,
  storedOffer,
  type Tool,
} from './contracts.ts';

const faultsOf = (definition: unknown): string[] =>
  (appDefinition.safeParse(definition).error?.issues ?? []).map(
    ({ path, message }) => `/${path.join('/')}: ${message}`,
  );

const productPhoto = productStudio.tools[0] as Tool;
const withTool = (changes: Readonly<Record<string, unknown>>) => ({
  ...productStudio,
  tools: [{ ...productPhoto, ...changes }],
});
const freeUse = { tool: 'photo-filter', limit: 3, period: 'day', plans: ['free'] };
const withAllowance = (changes: Partial<typeof freeUse>) => ({ ...sparky, allowances: [{ ...freeUse, ...changes }] });
const byType = (credits: Record<string, number>): Tool['cost'] => ({
  kind: 'by-parameter',
  parameter: 'generation_type',
  credits,
});

const styles = sparky.options.hairstyle ?? [];
const withOptions = (kind: string, list: readonly unknown[]) => ({
  ...sparky,
  options: { ...sparky.options, [kind]: list },
});
const withPlan = (changes: Readonly<Record<string, unknown>>) => ({
  ...sparky,
  plans: [...sparky.plans.slice(0, 2), { ...sparky.plans[2], ...changes }],
});
const withPack = (changes: Readonly<Record<string, unknown>>) => ({
  ...sparky,
  packs: [{ ...sparky.packs[0], ...changes }],
});
const without = (texts: AppDefinition['texts'][string] = {}, key: string) =>
  Object.fromEntries(Object.entries(texts).filter(([name]) => name !== key));
const withIssuer = (changes: Readonly<Record<string, unknown>>) => ({
  ...sparky,
  issuers: [{ ...sparky.issuers[0], ...changes }],
});

describe('SP7 SP8 PP14 a definition is refused whole for', () => {
  test.each([
    ['an unknown field in a tool', withTool({ secret: 'x' }), '/tools/0: Unrecognized key: "secret"'],
    [
      'an unknown field in an option',
      withOptions('hairstyle', [{ ...styles[0], colour: 'red' }]),
      '/options/hairstyle/0: Unrecognized key: "colour"',
    ],
    [
      'an option twice',
      withOptions('hairstyle', [...styles, styles[0]]),
      `/options/hairstyle/${styles.length}/id: "bob" occurs twice`,
    ],
    ['a language twice', { ...sparky, locales: ['en', 'ar', 'en'] }, '/locales: has one twice'],
    [
      'a missing translation',
      { ...sparky, texts: { ...sparky.texts, ar: without(sparky.texts.ar, 'hairstyles.bob.name') } },
      '/texts/ar/hairstyles.bob.name: has no text',
    ],
    [
      'texts in a language that is not listed',
      { ...sparky, texts: { ...sparky.texts, fr: {} } },
      '/texts/fr: is not among the locales',
    ],
    [
      'no English',
      { ...sparky, locales: ['ar'], texts: { ar: sparky.texts.ar } },
      '/locales: has no "en", the language of last resort',
    ],
    [
      'a parameter of an option kind that is none',
      withTool({ option_params: { scene_preset: 'scenery' } }),
      '/tools/0/option_params/scene_preset: there are no options "scenery"',
    ],
    [
      'an option kind named like a part of every object',
      withTool({ option_params: { scene_preset: 'constructor' } }),
      '/tools/0/option_params/scene_preset: there are no options "constructor"',
    ],
    [
      'options for a parameter that is none',
      withTool({ option_params: { scenery: 'scene-preset' } }),
      '/tools/0/option_params/scenery: "scenery" is not a parameter of type string',
    ],
    [
      'options that their parameter does not let pass',
      withTool({
        params: {
          ...productPhoto.params,
          properties: { ...(productPhoto.params.properties as object), pose_preset: { type: 'string', maxLength: 7 } },
        },
      }),
      `/tools/0/option_params/pose_preset: the parameter's schema refuses the options "standing", "close-up"`,
    ],
    [
      'parameters that are no JSON Schema',
      withTool({ params: { type: 'object', additionalProperties: false, properties: { a: { type: 'words' } } } }),
      '/tools/0/params: is not a JSON Schema: Unsupported type: words',
    ],
    [
      'a price without an amount',
      withPlan({ price: { currency: 'EGP', interval: 'month' } }),
      '/plans/2/price/amount_minor: Invalid input: expected number, received undefined',
    ],
    [
      'a pack without a price',
      withPack({ price: undefined }),
      '/packs/0/price: Invalid input: expected object, received undefined',
    ],
    [
      'a plan whose price cannot be charged',
      withPlan({ price: { amount_minor: 1_005, currency: 'KWD', interval: 'month' } }),
      '/plans/2/price/amount_minor: KWD is charged in multiples of 10 only',
    ],
    [
      'a pack whose price cannot be charged',
      withPack({ price: { amount_minor: 150, currency: 'MGA' } }),
      '/packs/0/price/amount_minor: MGA is charged in multiples of 100 only',
    ],
    ['a pack of nothing', withPack({ credits: 0 }), '/packs/0/credits: Too small: expected number to be >=1'],
    [
      'half a credit',
      withTool({ cost: { kind: 'fixed', credits: 0.5 } }),
      '/tools/0/cost/credits: Invalid input: expected int, received number',
    ],
    [
      'an issuer with neither audience nor parties',
      withIssuer({ audience: undefined }),
      '/issuers/0/audience: is needed, or authorized_parties where tokens have none; not both',
    ],
    [
      'an issuer with both',
      withIssuer({ authorized_parties: ['https://sparky.example'] }),
      '/issuers/0/audience: is needed, or authorized_parties where tokens have none; not both',
    ],
    [
      'keys over plain HTTP',
      withIssuer({ jwks_url: 'http://sparky.example/jwks' }),
      '/issuers/0/jwks_url: must be https',
    ],
    [
      'one issuer twice in the same way',
      { ...sparky, issuers: [sparky.issuers[0], sparky.issuers[0]] },
      '/issuers/1/issuer: "https://sparky.supabase.co/auth/v1 ES256" occurs twice',
    ],
    ...['https://sparky.example/', 'https://sparky.example/app', 'http://sparky.example', 'ftp://sparky.example'].map(
      (address): [string, unknown, string] => [
        `${address} as an origin`,
        { ...sparky, urls: undefined, origins: [address] },
        '/origins/0: is not an https origin',
      ],
    ),
    [
      'users sent to somebody else’s pages',
      { ...sparky, urls: { ...sparky.urls, checkout_success: 'https://sparky.example.org/done' } },
      "/urls/checkout_success: is on none of the app's origins",
    ],
    [
      'a picture that is a script',
      withOptions('hairstyle', [{ ...styles[0], image_url: 'javascript:alert(1)' }, ...styles.slice(1)]),
      '/options/hairstyle/0/image_url: Invalid URL',
    ],
    ['a default plan that is none', { ...sparky, default_plan: 'gold' }, '/default_plan: there is no plan "gold"'],
    ['a plan twice', { ...sparky, plans: [...sparky.plans, sparky.plans[0]] }, '/plans/3/id: "free" occurs twice'],
    [
      'a tool twice',
      { ...sparky, tools: [sparky.tools[0], sparky.tools[0]] },
      '/tools/1/id: "hairstyle-changer" occurs twice',
    ],
    ['a pack twice', { ...sparky, packs: [sparky.packs[0], sparky.packs[0]] }, '/packs/1/id: "pack-20" occurs twice'],
    ['a zone that is none', { ...sparky, zone: 'Mars/Olympus' }, '/zone: is not an IANA time zone'],
    ['an unknown field', { ...sparky, colour: 'red' }, '/: Unrecognized key: "colour"'],
    [
      'fewer images at most than at least',
      withTool({ input: { images: { min: 2, max: 1 } } }),
      '/tools/0/input/images/min: is more than max',
    ],
    [
      'a value without a price',
      withTool({ cost: byType({ standard: 1, campaign: 4 }) }),
      '/tools/0/cost/credits/high-resolution: has no price',
    ],
    [
      'a price without a value',
      withTool({ cost: byType({ standard: 1, 'high-resolution': 2, campaign: 4, huge: 9 }) }),
      '/tools/0/cost/credits/huge: is not a value of "generation_type"',
    ],
    [
      'a price by a parameter that is free text',
      withTool({ cost: { kind: 'by-parameter', parameter: 'prompt', credits: {} } }),
      '/tools/0/cost/parameter: "prompt" is not a parameter with an enum',
    ],
    [
      'a price by a parameter that may be left out',
      withTool({ params: { ...productPhoto.params, required: [] } }),
      '/tools/0/params/required: "generation_type" sets the price and must be required',
    ],
    [
      'an allowance of a tool that is none',
      withAllowance({ tool: 'nothing' }),
      '/allowances/0/tool: there is no tool "nothing"',
    ],
    [
      'an allowance for a plan that is none',
      withAllowance({ plans: ['free', 'gold'] }),
      '/allowances/0/plans/1: there is no plan "gold"',
    ],
    [
      'two allowances of a plan for one tool',
      { ...sparky, allowances: [freeUse, { ...freeUse, period: 'month', plans: ['plus', 'free'] }] },
      '/allowances/1/plans/1: "free" has an allowance of "photo-filter" already',
    ],
  ])('%s', (_name, definition, fault) => {
    expect(faultsOf(definition)).toEqual([fault]);
  });
  test('a cost or a pack below zero', () => {
    expect(faultsOf(withTool({ cost: { kind: 'fixed', credits: -1 } }))).toEqual([
      '/tools/0/cost/credits: Too small: expected number to be >=0',
    ]);
    expect(faultsOf(withPack({ bonus_credits: -1 }))).toEqual([
      '/packs/0/bonus_credits: Too small: expected number to be >=0',
    ]);
  });
  test('several faults at once, each at its place', () => {
    expect(
      faultsOf({
        ...sparky,
        default_plan: 'gold',
        packs: [...sparky.packs, sparky.packs[0]],
        texts: { ...sparky.texts, fr: {} },
      }),
    ).toEqual([
      '/packs/2/id: "pack-20" occurs twice',
      '/default_plan: there is no plan "gold"',
      '/texts/fr: is not among the locales',
    ]);
  });
});

describe('SP15 the two halves of a definition', () => {
  test.each([sparky, productStudio])('are all of it', (definition) => {
    expect({ ...settingsOf(definition), ...offerOf(definition) }).toEqual(definition);
  });
  test('an offer is checked as a whole definition is, and takes no settings', () => {
    const offer = offerOf(sparky);
    expect(appOffer.safeParse(offer).success).toBe(true);
    expect(appOffer.safeParse({ ...offer, default_plan: 'gold' }).error?.issues[0]?.path).toEqual(['default_plan']);
    expect(appOffer.safeParse({ ...offer, origins: sparky.origins }).success).toBe(false);
  });
});

describe('FS3 a price', () => {
  test.each([
    [1_010, 'KWD'],
    [1_005, 'EGP'],
    [1_005, 'JPY'],
    [1_500, 'MGA'],
  ])('of %d in %s is taken', (amount_minor, currency) =>
    expect(faultsOf(withPack({ price: { amount_minor, currency } }))).toEqual([]),
  );
  test('that cannot be charged is refused by every way an offer is made, and served where it was made before', () => {
    const offer = { ...offerOf(sparky), packs: withPack({ price: { amount_minor: 1_001, currency: 'TND' } }).packs };
    expect(appOffer.safeParse(offer).error?.issues[0]?.path).toEqual(['packs', 0, 'price', 'amount_minor']);
    expect(storedOffer.parse(offer)).toEqual(offer);
    expect(storedOffer.safeParse({ ...offer, default_plan: 'gold' }).success).toBe(false);
  });
});

describe('an issuer', () => {
  const es = { algorithm: 'ES256', issuer: 'https://a.example', audience: 'a', jwks_url: 'https://a.example/jwks' };

  test.each(['https://a.example/jwks', 'http://127.0.0.1:9999/jwks', 'http://localhost/jwks'])(
    'keys at %s',
    (jwks_url) => {
      expect(issuer.safeParse({ ...es, jwks_url }).success).toBe(true);
    },
  );
  test.each(['http://a.example/jwks', 'file:///etc/keys', 'not a url'])('no keys at %s', (jwks_url) => {
    expect(issuer.safeParse({ ...es, jwks_url }).success).toBe(false);
  });
  test('NB1 names parties in place of an audience', () => {
    const { audience: _, ...rest } = es;
    expect(issuer.safeParse({ ...rest, authorized_parties: ['https://app.example'] }).success).toBe(true);
    expect(issuer.safeParse({ ...rest, authorized_parties: [] }).success).toBe(false);
  });
  test('has a secret only with HS256, and then no key set', () => {
    expect(issuer.safeParse({ ...es, algorithm: 'HS256' }).success).toBe(false);
    expect(issuer.safeParse({ ...es, secret_name: 's' }).success).toBe(false);
  });
});

describe('the cost of a run', () => {
  test('is fixed, or set by the parameter', () => {
    expect(costOf(sparky.tools[0] as Tool, {})).toBe(1);
    expect(costOf(productPhoto, { generation_type: 'campaign' })).toBe(4);
  });
  test.each([
    {},
    { generation_type: 'unknown' },
    { generation_type: 'constructor' },
    { generation_type: ['standard'] },
  ])('is nothing for %p: such a run is refused', (params) => {
    expect(costOf(productPhoto, params)).toBeUndefined();
  });
});
