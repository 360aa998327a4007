/** What the reference is made of: every service's route tables, problems, schemas and published events, found by where they lie. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { ProblemSpec } from '#shared/http/problem.ts';
import type { Route, RouteTable } from '#shared/http/route.ts';

export const root = join(import.meta.dirname, '..');

export interface NamedRoute {
  readonly service: string;
  readonly name: string;
  readonly route: Route;
  /** The table it stands in, as `routes.ts` exports it. */
  readonly table: string;
}

export interface ServiceSource {
  readonly name: string;
  /** The first sentence of `routes.ts`: what its interface is for. */
  readonly purpose: string;
  readonly routes: readonly NamedRoute[];
  readonly problems: Readonly<Record<string, ProblemSpec>>;
}

export interface NamedSchema {
  readonly service: string;
  readonly file: string;
  /** As it is exported. */
  readonly name: string;
  readonly schema: z.ZodType;
}

const filesOf = (pattern: string): string[] =>
  globSync(pattern, { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .toSorted();

const load = async (file: string): Promise<Readonly<Record<string, unknown>>> =>
  (await import(pathToFileURL(join(root, file)).href)) as Readonly<Record<string, unknown>>;

const serviceOf = (file: string): string => file.split('/')[1] ?? '';

const isRoute = (value: unknown): value is Route =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'replies' in value;
const isTable = (value: unknown): value is RouteTable =>
  typeof value === 'object' && value !== null && Object.values(value).length > 0 && Object.values(value).every(isRoute);

/** What a module says of itself, without the line breaks. */
const conceptOf = (file: string): string => {
  const [, comment = ''] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(root, file), 'utf8')) ?? [];
  return comment.replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim();
};

const problemsOf = async (service: string): Promise<Record<string, ProblemSpec>> => {
  const all: Record<string, ProblemSpec> = {};
  for (const file of filesOf(`services/${service}/{problems.ts,*/problems.ts}`))
    Object.assign(all, (await load(file)).problems);
  return all;
};

/** A table may be a part of another one: a route is listed once, in the first of them by name that has all of it. */
export const readServices = async (): Promise<ServiceSource[]> => {
  const services: ServiceSource[] = [];
  for (const file of filesOf('services/*/routes.ts')) {
    const service = serviceOf(file);
    const routes = new Map<Route, NamedRoute>();
    for (const [table, value] of Object.entries(await load(file)))
      if (isTable(value))
        for (const [name, route] of Object.entries(value))
          if (!routes.has(route)) routes.set(route, { service, name, route, table });
    const problems = await problemsOf(service);
    services.push({ name: service, purpose: conceptOf(file), routes: [...routes.values()], problems });
  }
  return services;
};

/** Where schemas that deserve a name are exported. */
const schemaFiles = () =>
  filesOf('services/*/{contracts.ts,views.ts,*-shapes.ts,definition/*.ts,*/views.ts}').filter(
    (file) => !file.includes('/handlers/'),
  );

const isSchema = (value: unknown): value is z.ZodType => value instanceof z.ZodType;

/** A schema that several modules export is that of the first one: where it is defined comes before where it is shown again. */
export const readSchemas = async (): Promise<NamedSchema[]> => {
  const found = new Map<z.ZodType, NamedSchema>();
  for (const file of schemaFiles())
    for (const [name, schema] of Object.entries(await load(file)))
      if (isSchema(schema) && !found.has(schema)) found.set(schema, { service: serviceOf(file), file, name, schema });
  return [...found.values()];
};

const envelope = z.object({
  type: z.instanceof(z.ZodLiteral),
  schemaVersion: z.instanceof(z.ZodLiteral),
  correlationId: z.instanceof(z.ZodType),
  data: z.instanceof(z.ZodType),
});

export interface PublishedSchema extends NamedSchema {
  /** As the bus names it: `JobSucceeded`. */
  readonly type: string;
  readonly version: number;
  readonly schema: z.ZodObject;
}

/** Every event that some service's contracts say is published. */
export const readEvents = async (): Promise<PublishedSchema[]> =>
  (await readSchemas())
    .flatMap(({ schema, ...named }) => {
      if (!named.file.endsWith('/contracts.ts') || !(schema instanceof z.ZodObject)) return [];
      const shape = envelope.safeParse(schema.shape).data;
      if (!shape) return [];
      return [{ ...named, schema, type: String(shape.type.value), version: Number(shape.schemaVersion.value) }];
    })
    .toSorted((a, b) => (`${a.service}/${a.type}` < `${b.service}/${b.type}` ? -1 : 1));
