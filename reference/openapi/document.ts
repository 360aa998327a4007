/** The OpenAPI 3.1 document, from the route tables and what the source code says of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type Json, sortedByKey } from '../json.ts';
import type { Sources } from '../read-sources.ts';
import { namesOf, schemaWriter } from '../schemas.ts';
import { root, type ServiceSource } from '../sources.ts';
import { introduction } from './introduction.ts';
import { nameRoutes } from './names.ts';
import { type OperationContext, operationOf } from './operation.ts';
import { headers, parameters, securitySchemes } from './parts.ts';
import { problemResponses, problemSchema } from './problems.ts';
import { outgoingWebhooks } from './webhooks.ts';
import { withExamples } from './with-examples.ts';

const methods = ['get', 'post', 'put', 'patch', 'delete'];

const pathsOf = (services: readonly ServiceSource[], context: OperationContext): Json => {
  const paths: Record<string, Json> = {};
  for (const service of services)
    for (const named of service.routes) {
      const { path, method } = named.route;
      paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(named, service, context) };
    }
  const inOrder = (item: Json): Json =>
    Object.fromEntries(methods.flatMap((method) => (isObject(item[method]) ? [[method, item[method]]] : [])));
  return Object.fromEntries(Object.entries(sortedByKey(paths)).map(([path, item]) => [path, inOrder(item)]));
};

const servesUsers = ({ routes }: ServiceSource): boolean => routes.some(({ route }) => route.auth === 'user');
/** What most come for. */
const soughtFirst = ['generation', 'credits'];
/** Readers are rarely operators. */
const byInterest = (service: ServiceSource): number => {
  const place = soughtFirst.indexOf(service.name);
  if (place >= 0) return place;
  return soughtFirst.length + Number(!servesUsers(service));
};

/** What a route table says of its service: "Credits' HTTP interface: a user's own account." → "A user's own account." */
const tagsOf = (services: readonly ServiceSource[]): Json[] =>
  services
    .toSorted((a, b) => byInterest(a) - byInterest(b))
    .map(({ name, purpose }) => {
      const said = purpose.replace(/^[^:]*HTTP interface(:\s*|\.\s*)/, '');
      return { name, description: said === '' ? purpose : said.charAt(0).toUpperCase() + said.slice(1) };
    });

export const packageVersion = (): string =>
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;

/** @throws Error where two routes share a name, for operations are known by it. */
const checkNames = (services: readonly ServiceSource[]): void => {
  const names = new Set<string>();
  for (const { service, name } of services.flatMap(({ routes }) => routes)) {
    if (names.has(name)) throw new Error(`two routes are called ${name}; one of them is ${service}'s`);
    names.add(name);
  }
};

export const openApi = ({ services, schemas, code }: Pick<Sources, 'services' | 'schemas' | 'code'>): Json => {
  checkNames(services);
  const { names, sameAs } = nameRoutes(services, namesOf(schemas));
  const writer = schemaWriter(names, code);
  const problems = problemResponses();
  const draft = {
    openapi: '3.1.1',
    info: {
      title: 'Tessera',
      version: packageVersion(),
      summary: 'The backend for apps that sell AI by the credit.',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The deployment that this document comes from.' }],
    tags: tagsOf(services),
    paths: pathsOf(services, { schemas: writer, code, sameAs, problems }),
    webhooks: outgoingWebhooks(writer, code),
  };
  const { document, components } = writer.finish(draft, (name) => `#/components/schemas/${name}`);
  return withExamples({
    ...document,
    components: {
      schemas: sortedByKey({ ...components, Problem: problemSchema }),
      responses: sortedByKey(problems.components),
      parameters,
      headers,
      securitySchemes,
    },
  });
};
