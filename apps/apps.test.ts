import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { catalog, definitions } from '#apps';
import { parseDefinitions } from './parse-definitions.ts';
import { productStudio } from './product-studio.ts';
import { sparky } from './sparky.ts';

test('the catalog serves every app and no other', async () => {
  for (const definition of definitions) expect(await catalog.app(definition.id)).toBe(definition);
  expect(await catalog.app('nobody')).toBeUndefined();
  expect(await catalog.app('constructor')).toBeUndefined();
});

test('every tool’s parameters are a JSON Schema that can be checked, and take nothing unknown', () => {
  for (const { tools } of definitions)
    for (const { params } of tools) {
      const schema = z.fromJSONSchema(params as z.core.JSONSchema.JSONSchema);
      expect(schema.safeParse({ 'no-such-parameter': 1 }).success).toBe(false);
    }
});

test('an app that is for trying things out has no origin and no issuer that resolves', () => {
  for (const { origins, issuers } of definitions.filter(({ internal }) => internal)) {
    expect(origins).toEqual([]);
    for (const { issuer } of issuers) expect(new URL(issuer).hostname).toMatch(/\.invalid$/);
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
  test('two apps with one issuer', () => {
    expect(faults(sparky, { ...productStudio, issuers: sparky.issuers })).toThrow(
      'product-studio: /issuers/0/issuer: https://sparky.supabase.co/auth/v1 is taken by "sparky"',
    );
  });
});
