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
    return faultsOf({ ...sparky, tools: [{ ...filter, instruction: undefined, params, option_params }] });
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
  test('options named as what every object has: there are none', () => {
    const tools = [{ ...filter, option_params: { filter: 'constructor' } }];
    expect(faultsOf({ ...sparky, tools })).toEqual([`${at}: there are no options "constructor"`]);
  });
  test('SP15 a free run may have options for pro plans: the ledger is asked about it as about any other', () => {
    const [option, ...others] = sparky.options.hairstyle ?? [];
    const options = { ...sparky.options, hairstyle: [{ ...option, pro: true }, ...others] };
    const tools = sparky.tools.map((tool) => ({ ...tool, cost: { kind: 'fixed', credits: 0 } }));
    expect(faultsOf({ ...sparky, options, tools })).toEqual([]);
  });
  test('a parameter that is required and not described', () => {
    const params = { ...filter.params, required: ['filter', 'ghost'] };
    expect(faultsOf({ ...sparky, tools: [{ ...filter, params }] })).toEqual([
      '/tools/0/params/required: "ghost" is not among the properties',
    ]);
  });
});

describe('what a model is told', () => {
  const [tool] = sparky.tools as Tool[];
  const faultsWith = (changes: object) => faultsOf({ ...sparky, tools: [{ ...tool, ...changes }] });
  const path = '/tools/0';
  test('a placeholder that is no parameter is a fault, in an instruction and deep in an input', () => {
    expect(faultsWith({ instruction: 'Paint {ghost}.' })).toEqual([
      `${path}/instruction: "{ghost}" is not a parameter`,
    ]);
    const input = { prompt: '{instruction}', images: ['{image}', { more: '{ghost}' }] };
    expect(faultsWith({ providers: [{ provider: 'fal', models: ['m'], input }] })).toEqual([
      `${path}/providers/0/input/images/1/more: "{ghost}" is not a parameter`,
    ]);
  });
  test('a schema of results is for JSON, and must be one', () => {
    expect(faultsWith({ output: 'image', result_schema: { type: 'object' } })).toEqual([
      `${path}/result_schema: is for tools whose output is JSON`,
    ]);
    const [fault] = faultsWith({ output: 'json', result_schema: { $ref: '#/nowhere' } });
    expect(fault).toMatch(/^\/tools\/0\/result_schema: is not a JSON Schema: /);
  });
});
