import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { schemaWriter } from './schemas.ts';

const silent = { fields: new Map(), exported: new Map() };
const place = (name: string) => `#/components/schemas/${name}`;

const convert = (
  schema: z.ZodType,
  direction: 'input' | 'output',
  names = new Map<z.ZodType, string>(),
  code = silent,
) => {
  const writer = schemaWriter(names, code);
  return writer.finish(writer.convert(schema, direction), place);
};

test('what is named is written once and referred to', () => {
  const plan = z.strictObject({ id: z.string() });
  const { document, components } = convert(
    z.object({ plans: z.array(plan), one: plan }),
    'output',
    new Map([[plan, 'Plan']]),
  );
  const reference = { $ref: '#/components/schemas/Plan' };
  expect(document.properties).toEqual({ plans: { type: 'array', items: reference }, one: reference });
  expect(components).toEqual({
    Plan: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'], additionalProperties: false },
  });
});

test('what is sent differs from what is answered: two forms, also of what holds it', () => {
  const inner = z.strictObject({ tries: z.int().default(3) });
  const outer = z.strictObject({ inner });
  const writer = schemaWriter(
    new Map<z.ZodType, string>([
      [inner, 'Inner'],
      [outer, 'Outer'],
    ]),
    silent,
  );
  const draft = { sent: writer.convert(outer, 'input'), answered: writer.convert(outer, 'output') };
  const { document, components } = writer.finish(draft, place);
  expect(document).toEqual({ sent: { $ref: place('OuterInput') }, answered: { $ref: place('Outer') } });
  expect(components).toMatchObject({
    Inner: { required: ['tries'] },
    OuterInput: { properties: { inner: { $ref: place('InnerInput') } } },
  });
  expect(components.InnerInput).not.toHaveProperty('required');
});

test('answers leave room for fields to come, unless they are said to be complete; requests do as the code does', () => {
  expect(convert(z.object({}), 'output').document).not.toHaveProperty('additionalProperties');
  expect(convert(z.strictObject({}), 'output').document.additionalProperties).toBe(false);
  expect(convert(z.strictObject({}), 'input').document.additionalProperties).toBe(false);
});

test('fields may be called as keywords are', () => {
  const schema = z.object({ id: z.string(), pattern: z.string(), minimum: z.string(), $schema: z.string() });
  const { properties } = convert(schema, 'output').document as { properties: object };
  expect(Object.keys(properties)).toEqual(['id', 'pattern', 'minimum', '$schema']);
});

test('JSON of any kind is one schema, however often it is met', () => {
  const { document, components } = convert(z.object({ a: z.json(), b: z.record(z.string(), z.json()) }), 'output');
  expect(Object.keys(components)).toEqual(['JsonValue']);
  expect(document.properties).toMatchObject({ a: { $ref: place('JsonValue') } });
});

test('a description of its own comes before a comment', () => {
  const schema = z.object({ a: z.string().describe('own'), b: z.string() });
  const code = { ...silent, fields: new Map([[schema as z.ZodType, { a: 'comment on a', b: 'comment on b' }]]) };
  expect(convert(schema, 'output', new Map(), code).document.properties).toEqual({
    a: { type: 'string', description: 'own' },
    b: { type: 'string', description: 'comment on b' },
  });
});
