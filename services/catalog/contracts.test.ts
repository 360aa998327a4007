import { describe, expect, test } from '@jest/globals';
import { productStudio } from '#apps/product-studio.ts';
import { sparky } from '#apps/sparky.ts';
import { appDefinition, costOf, issuer, type Tool } from './contracts.ts';

const faultsOf = (definition: unknown): string[] =>
  (appDefinition.safeParse(definition).error?.issues ?? []).map(
    ({ path, message }) => `/${path.join('/')}: ${message}`,
  );

const productPhoto = productStudio.tools[0] as Tool;
const withTool = (changes: Partial<Tool>) => ({ ...productStudio, tools: [{ ...productPhoto, ...changes }] });
const freeUse = { tool: 'photo-filter', limit: 3, period: 'day', plans: ['free'] };
const withAllowance = (changes: Partial<typeof freeUse>) => ({ ...sparky, allowances: [{ ...freeUse, ...changes }] });
const byType = (credits: Record<string, number>): Tool['cost'] => ({
  kind: 'by-parameter',
  parameter: 'generation_type',
  credits,
});

describe('a definition is refused for', () => {
  test.each([
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
  test('a cost below zero', () => {
    expect(faultsOf(withTool({ cost: { kind: 'fixed', credits: -1 } }))[0]).toMatch('/tools/0/cost/credits: ');
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
