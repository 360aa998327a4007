import { describe, expect, test } from '@jest/globals';
import { sparky } from '#apps/sparky.ts';
import { appDefinition, type Tool } from '../contracts.ts';

const faultsOf = (definition: unknown): string[] =>
  (appDefinition.safeParse(definition).error?.issues ?? []).map(
    ({ path, message }) => `/${path.join('/')}: ${message}`,
  );

describe('SP7 a schema of parameters that cannot be read is a fault, never an error', () => {
  const filter = sparky.tools.find(({ id }) => id === 'photo-filter') as Tool;
  const faultsWith = (property: object, changes: object = {}) => {
    const params = { ...filter.params, properties: { filter: property }, ...changes };
    const option_params = { filter: 'hairstyle' };
    return faultsOf({ ...sparky, tools: [{ ...filter, params, option_params }] });
  };
  const at = '/tools/0/option_params/filter';
  test('one that refers to itself without an end', () => {
    const [fault] = faultsWith({ type: 'string', $ref: '#/properties/filter' });
    expect(fault).toMatch(/^\/tools\/0\/params: is not a JSON Schema: /);
    expect(faultsWith({ type: 'string', $ref: '#' })).toContain(`${at}: the parameter's schema cannot be read`);
  });
  test('definitions of draft 7 are read as those of today', () => {
    const draft = { $schema: 'http://json-schema.org/draft-07/schema#' };
    const named = { type: 'string', $ref: '#/definitions/s' };
    expect(faultsWith(named, { ...draft, definitions: { s: { type: 'string' } } })).toEqual([]);
    const [fault] = faultsWith(named, { ...draft, definitions: { s: { enum: ['bob'] } } });
    expect(fault).toContain(`${at}: the parameter's schema refuses the options`);
    expect(faultsWith(named, { $defs: { s: {} } })).toHaveLength(1);
  });
  test('options named as what every object has, free of charge: there are none', () => {
    const tools = [{ ...filter, cost: { kind: 'fixed', credits: 0 }, option_params: { filter: 'constructor' } }];
    expect(faultsOf({ ...sparky, tools })).toEqual([`${at}: there are no options "constructor"`]);
  });
  test('a parameter that is required and not described', () => {
    const params = { ...filter.params, required: ['filter', 'ghost'] };
    expect(faultsOf({ ...sparky, tools: [{ ...filter, params }] })).toEqual([
      '/tools/0/params/required: "ghost" is not among the properties',
    ]);
  });
});
