import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { postmanCollection } from './postman.ts';
import { root } from './sources.ts';

/** What the published JSON Schema of collections v2.1.0 asks of the parts that are used here. */
const field = z.strictObject({
  key: z.string(),
  value: z.string(),
  description: z.string().optional(),
  disabled: z.boolean().optional(),
});
const variable = z.strictObject({
  key: z.string().min(1),
  value: z.string(),
  type: z.enum(['string', 'any']).optional(),
});
const auth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('noauth') }),
  z.strictObject({ type: z.literal('bearer'), bearer: z.array(variable) }),
  z.strictObject({ type: z.literal('apikey'), apikey: z.array(variable) }),
]);
const request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  description: z.string(),
  auth: auth.optional(),
  header: z.array(field),
  body: z
    .strictObject({
      mode: z.literal('raw'),
      raw: z.string(),
      options: z.strictObject({ raw: z.strictObject({ language: z.literal('json') }) }),
    })
    .optional(),
  url: z.strictObject({
    raw: z.string(),
    host: z.array(z.string()),
    path: z.array(z.string().min(1)),
    query: z.array(field).optional(),
    variable: z.array(z.strictObject({ key: z.string(), value: z.string() })).optional(),
  }),
});
const item = z.strictObject({ id: z.uuid(), name: z.string(), request, response: z.array(z.never()) });
const collection = z.strictObject({
  info: z.strictObject({
    _postman_id: z.uuid(),
    name: z.string(),
    description: z.string(),
    schema: z.literal('https://schema.getpostman.com/json/collection/v2.1.0/collection.json'),
  }),
  auth,
  variable: z.array(variable),
  item: z.array(z.strictObject({ name: z.string(), description: z.string(), item: z.array(item) })),
});

const document = JSON.parse(readFileSync(join(root, 'docs/api/openapi.json'), 'utf8'));
const made = collection.parse(postmanCollection(document));
const requests = made.item.flatMap((folder) => folder.item);

describe('FS13 the Postman collection', () => {
  test('has each operation once, in the folder of its tag', () => {
    const operations = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>);
    const ids = operations.flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    expect(requests.map(({ name }) => name).toSorted()).toEqual(ids.toSorted());
    expect(new Set(requests.map(({ id }) => id)).size).toBe(requests.length);
  });
  test('uses no variable that it does not set', () => {
    const known = new Set(made.variable.map(({ key }) => key));
    const used = [...JSON.stringify(made).matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });
  test('sends a key of its own with each act, a body as the example has it, and credentials as the route asks', () => {
    const generation = requests.find(({ name }) => name === 'createGeneration');
    expect(generation?.request.header).toContainEqual({ key: 'Idempotency-Key', value: '{{$guid}}', disabled: false });
    expect(JSON.parse(generation?.request.body?.raw ?? '')).toMatchObject({ tool: 'photo-filter' });
    expect(generation?.request.auth).toBeUndefined();
    expect(requests.find(({ name }) => name === 'getCatalog')?.request.auth).toEqual({ type: 'noauth' });
    expect(requests.find(({ name }) => name === 'listAccounts')?.request.auth?.type).toBe('apikey');
  });
});
