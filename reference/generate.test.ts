import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import type * as z from 'zod';
import { mediaTypeOf } from '#shared/http/route.ts';
import { whenOf } from './events/event-schemas.ts';
import { generate } from './generate.ts';
import type { Json } from './json.ts';
import { readSources, type Sources } from './read-sources.ts';
import { type NamedRoute, root } from './sources.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Json[];
  readonly security: readonly Record<string, unknown>[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Json; readonly example?: unknown }> };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly example?: unknown }> }>;
}

let files: ReadonlyMap<string, string>;
let sources: Sources;
let routes: readonly NamedRoute[];
let paths: Record<string, Record<string, Operation>>;
let schemas: Record<string, Json>;
beforeAll(async () => {
  sources = await readSources();
  files = generate(sources);
  routes = sources.services.flatMap((service) => service.routes);
  const document = JSON.parse(files.get('docs/api/openapi.json') ?? '{}');
  paths = document.paths;
  schemas = document.components.schemas;
}, 120_000);

const operationOf = ({ route }: NamedRoute): Operation => {
  const operation = paths[route.path]?.[route.method.toLowerCase()];
  if (!operation) throw new Error(`${route.method} ${route.path} is not in the document`);
  return operation;
};

const lint = async (path: string, rules: Record<string, 'off'> = {}) => {
  const config = await createConfig({ extends: ['recommended'], rules });
  const found = await lintFromString({ source: files.get(path) ?? '', absoluteRef: join(root, path), config });
  return found.map(({ ruleId, message, location: [where] }) => `${ruleId}: ${message} (${where?.pointer})`);
};

test('FS13 what is committed is what the code says: else run npm run openapi', () => {
  const stale = [...files].filter(([path, text]) => readFileSync(join(root, path), 'utf8') !== text);
  expect(stale.map(([path]) => path)).toEqual([]);
});

describe('FS13 NB10 the OpenAPI document', () => {
  test('keeps every recommended rule, its examples those of their schemas', async () => {
    expect(await lint('docs/api/openapi.json')).toEqual([]);
  });
  test('has every route of every table, under its name, and nothing else', () => {
    const written = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { operationId }]) => `${operationId}: ${method.toUpperCase()} ${path}`),
    );
    const expected = routes.map(({ name, route }) => `${name}: ${route.method} ${route.path}`);
    expect(written.toSorted()).toEqual(expected.toSorted());
  });
  test('every status that a route can answer: its successes, and what its handler can refuse', () => {
    const { code, services } = sources;
    expect(routes.filter(({ service, name }) => !code.rejections.has(`${service}/${name}`))).toEqual([]);
    for (const named of routes) {
      const own = services.find(({ name }) => name === named.service)?.problems ?? {};
      const refused = (code.rejections.get(`${named.service}/${named.name}`) ?? []).map((slug) => own[slug]?.status);
      const statuses = Object.keys(operationOf(named).responses).map(Number);
      expect(statuses).toEqual(expect.arrayContaining([...Object.keys(named.route.replies).map(Number), ...refused]));
      expect(statuses).toEqual(expect.arrayContaining([400, 500, 503]));
      expect(statuses.includes(401) || named.route.auth === 'public').toBe(true);
    }
  });
  test('what only some may call says so', () => {
    for (const named of routes) {
      const schemes = operationOf(named).security.flatMap((one) => Object.keys(one));
      const expected = { public: [], user: ['userToken'], admin: ['userToken', 'adminKey'], operator: ['operatorKey'] };
      expect([named.name, schemes]).toEqual([named.name, expected[named.route.auth]]);
    }
  });
  test('bodies take no field that the code refuses', () => {
    for (const named of routes.filter(({ route }) => route.body)) {
      const schema = operationOf(named).requestBody?.content['application/json']?.schema;
      const shown = schemas[String(schema?.$ref).replace(/^.*\//, '')] ?? schema;
      expect([named.name, shown?.additionalProperties]).toEqual([named.name, false]);
    }
  });
  test('examples of bodies and answers are what the code takes and answers', () => {
    const faults: string[] = [];
    const check = (place: string, schema: z.ZodType, example: unknown) => {
      const { error } = schema.safeParse(example);
      if (error) faults.push(`${place}: ${JSON.stringify(error.issues[0])}`);
    };
    for (const named of routes) {
      const { requestBody, responses } = operationOf(named);
      const { body, replies } = named.route;
      if (body) check(`${named.name} body`, body, requestBody?.content['application/json']?.example);
      for (const [status, reply] of Object.entries(replies)) {
        const content = responses[status]?.content?.['application/json'];
        if (content && !mediaTypeOf(reply)) check(`${named.name} ${status}`, reply, content.example);
      }
    }
    expect(faults).toEqual([]);
  });
  test('says of fields what the comments say, and of numbers in a query that they are numbers', () => {
    const { properties } = schemas.NewGeneration as { properties: Record<string, Json> };
    expect(properties.refresh?.description).toBe('Runs anew, even where the result of an equal request is kept.');
    const list = paths['/v1/generations']?.get;
    expect(list?.parameters.find(({ name }) => name === 'limit')).toEqual({
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    });
  });
});

describe('FS13 the catalogue of events', () => {
  test('tells of every published event when it is told', () => {
    const { code, events } = sources;
    expect(events.length).toBeGreaterThan(40);
    expect(events.filter((event) => whenOf(event, code) === undefined).map(({ type }) => type)).toEqual([]);
  });
  test('the AsyncAPI document keeps the recommended rules', async () => {
    // Who may tell or hear is IAM's on the bus, and the token's on a socket, as its channel says.
    expect(await lint('docs/events/asyncapi.json', { 'security-defined': 'off' })).toEqual([]);
  });
  test('the AsyncAPI document has each event once, in its service’s channel', () => {
    const { events } = sources;
    const { channels } = JSON.parse(files.get('docs/events/asyncapi.json') ?? '{}');
    for (const service of new Set(events.map((event) => event.service))) {
      const own = events.filter((event) => event.service === service).map(({ type }) => type);
      expect(Object.keys(channels[service].messages)).toEqual(own);
    }
  });
});
