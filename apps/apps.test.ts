import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definitions } from '#apps';
import { notificationName } from '#services/notifications/contracts.ts';
import { parseDefinitions } from './parse-definitions.ts';
import { productStudio } from './product-studio.ts';
import { sparky } from './sparky.ts';

test('the five apps are here, and the one for trying things out', () => {
  expect(definitions.map(({ id }) => id)).toEqual([
    'sparky',
    'product-studio',
    'baby-music',
    'nano-banana',
    'flirt-studio',
    'sandbox-lab',
  ]);
});

describe.each(definitions.map((definition) => [definition.id, definition] as const))('%s', (_id, definition) => {
  const { tools, options, texts, plans, packs, default_plan, issuers, origins } = definition;
  const keys = [
    ...tools.flatMap(({ name_key, description_key }) => [name_key, description_key]),
    ...Object.values(options).flatMap((list) => list.map(({ name_key }) => name_key)),
    ...notificationName.options.flatMap((name) => [`notifications.${name}.title`, `notifications.${name}.message`]),
  ];

  test('every key has an English text of its own, and no text is left over', () => {
    for (const key of keys) expect(texts.en?.[key]).toMatch(/ |^[A-Z]/);
    for (const key of keys) expect(texts.en?.[key]).not.toBe(key);
    for (const byKey of Object.values(texts)) expect(Object.keys(byKey).sort()).toEqual([...new Set(keys)].sort());
  });

  test('every option is of use to a tool', () => {
    const used = tools.flatMap(({ option_params }) => Object.values(option_params));
    expect(Object.keys(options).filter((kind) => !used.includes(kind))).toEqual([]);
  });

  test('the plan that everybody has is not for sale; packs get better as they get bigger', () => {
    expect(plans.find(({ id }) => id === default_plan)?.price).toBeNull();
    const each = packs.map(({ price, credits, bonus_credits }) => price.amount_minor / (credits + bonus_credits));
    expect(each).toEqual([...each].sort((a, b) => b - a));
  });

  test('no key of a provider is in the clear: secrets are named, not told', () => {
    expect(JSON.stringify(definition)).not.toMatch(/\bsk[-_]|\bAIza|whsec_|\br8_|Bearer|api[-_]?key|password/i);
    for (const issuer of issuers) if (issuer.algorithm === 'HS256') expect(issuer.secret_name).toMatch(/^tessera\//);
  });

  test('FS14 browsers may call from the app’s own origins and no other', () => {
    const place = definition.internal ? 'invalid' : 'example';
    for (const origin of origins) expect(origin).toBe(`https://${definition.id}.${place}`);
  });
});

test('every tool’s parameters are a JSON Schema that can be checked, and take nothing unknown', () => {
  for (const { tools } of definitions)
    for (const { params } of tools) {
      const schema = z.fromJSONSchema(params as z.core.JSONSchema.JSONSchema);
      expect(schema.safeParse({ 'no-such-parameter': 1 }).success).toBe(false);
    }
});

const placeholders = (value: unknown): string[] =>
  [...JSON.stringify(value ?? '').matchAll(/\{([a-z_]+)\}/g)].map(([, name = '']) => name);

test('models are told of parameters that their tool has, and in full where it is their only word', () => {
  for (const { tools } of definitions)
    for (const { params, instruction, providers } of tools) {
      const names = Object.keys(params.properties as object);
      expect(names).toEqual(expect.arrayContaining(placeholders(instruction)));
      const forInput = [...names, 'instruction', 'image', 'images'];
      expect(forInput).toEqual(expect.arrayContaining(placeholders(providers.map(({ input }) => input))));
    }
  const told = definitions.filter(({ internal }) => !internal).flatMap(({ tools }) => tools);
  for (const { instruction } of told) expect(instruction).toBeTruthy();
});

test.each(['', ' ', '\n\t'])('BM3 a text that says nothing is refused: %j', (theme) => {
  const tool = definitions.flatMap(({ tools }) => tools).find(({ id }) => id === 'lyric-generation');
  const params = z.fromJSONSchema(tool?.params as z.core.JSONSchema.JSONSchema);
  expect(params.safeParse({ theme, mood: 'dreamy' }).success).toBe(false);
  expect(params.safeParse({ theme: `${theme} a bear`, mood: 'dreamy' }).success).toBe(true);
});

test('SP12 FS2 every JSON tool of an app says what its result looks like', () => {
  const tools = definitions.filter(({ internal }) => !internal).flatMap((definition) => definition.tools);
  for (const { output, result_schema } of tools) {
    expect(result_schema !== undefined).toBe(output === 'json');
    if (result_schema) z.fromJSONSchema(result_schema as z.core.JSONSchema.JSONSchema);
  }
});

test('an app that is for trying things out has no origin and no issuer that anybody could own', () => {
  for (const { origins, issuers } of definitions.filter(({ internal }) => internal)) {
    for (const address of [...origins, ...issuers.map(({ issuer }) => issuer)])
      expect(new URL(address).hostname).toMatch(/\.invalid$/);
  }
});

describe('a bad file fails loudly, naming app and field', () => {
  const faults =
    (...raws: unknown[]) =>
    () =>
      parseDefinitions(raws);

  test('every fault at once', () => {
    expect(faults({ ...sparky, welcome_credits: -1 }, { ...productStudio, default_plan: 'gold' })).toThrow(
      /^App definitions are not valid:\nsparky: \/welcome_credits: .+\nproduct-studio: \/default_plan: there is no plan "gold"$/,
    );
  });
  test('something that is no definition', () => {
    expect(faults(sparky, undefined)).toThrow('definition 1: /: ');
  });
  test('two apps with one id', () => {
    expect(faults(sparky, { ...productStudio, id: 'sparky' })).toThrow('sparky: /id is taken by "sparky"');
  });
  test('NB1 one app may take one issuer’s tokens in two ways', () => {
    const [es256] = sparky.issuers;
    const hs256 = { algorithm: 'HS256', issuer: es256?.issuer, audience: 'authenticated', secret_name: 'tessera/jwt' };
    expect(parseDefinitions([{ ...sparky, issuers: [es256, hs256] }])).toHaveLength(1);
  });
  test('SP15 an offer that would not fit the catalog’s table', () => {
    const many = Array.from({ length: 130 }, (_, index) => [`extra_${index}`, 'é'.repeat(1_000)]);
    const texts = { ...sparky.texts, en: { ...sparky.texts.en, ...Object.fromEntries(many) } };
    expect(faults({ ...sparky, texts })).toThrow(/sparky: \/: its offer has 2\d{5} bytes as JSON; 256000 are taken/);
  });
  test('two apps with one issuer', () => {
    expect(faults(sparky, { ...productStudio, issuers: sparky.issuers })).toThrow(
      'product-studio: /issuers/0/issuer: https://sparky.supabase.co/auth/v1 is taken by "sparky"',
    );
  });
});
