/** Names for what routes take and answer: what has none of its own is called after its operation, and a list after what it lists. */
import * as z from 'zod';
import type { Route } from '#shared/http/route.ts';
import type { NamedRoute, ServiceSource } from '../sources.ts';

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** What `pageOf` makes: the schema of its items. */
const itemOfPage = (schema: z.ZodType): z.ZodType | undefined => {
  if (!(schema instanceof z.ZodObject)) return undefined;
  const { data, next_cursor, ...others } = schema.shape;
  const isPage = data instanceof z.ZodArray && next_cursor !== undefined && Object.keys(others).length === 0;
  return isPage ? (data.element as z.ZodType) : undefined;
};

const isStructured = (schema: z.ZodType): boolean => schema instanceof z.ZodObject || schema instanceof z.ZodUnion;

export interface RouteNames {
  readonly names: ReadonlyMap<z.ZodType, string>;
  /** Equal lists are one schema: the first one that was met. */
  readonly sameAs: (schema: z.ZodType) => z.ZodType;
}

/** @throws Error where two different schemas would have one name. */
export const nameRoutes = (services: readonly ServiceSource[], known: ReadonlyMap<z.ZodType, string>): RouteNames => {
  const names = new Map(known);
  const byName = new Map([...known].map(([schema, name]) => [name, schema] as const));
  const same = new Map<z.ZodType, z.ZodType>();
  const give = (schema: z.ZodType, name: string): void => {
    if (names.has(schema) || same.has(schema) || !isStructured(schema)) return;
    const other = byName.get(name);
    if (other && itemOfPage(other) && itemOfPage(other) === itemOfPage(schema)) {
      same.set(schema, other);
      return;
    }
    if (other) throw new Error(`two schemas would be called ${name}`);
    names.set(schema, name);
    byName.set(name, schema);
  };
  const nameReply = ({ name }: NamedRoute, reply: z.ZodType): void => {
    const item = itemOfPage(reply);
    const itemName = item && names.get(item);
    give(reply, itemName === undefined ? `${capital(name)}Reply` : `${itemName}Page`);
  };
  for (const named of services.flatMap(({ routes }) => routes)) {
    const { body, replies }: Route = named.route;
    if (body) give(body, `${capital(named.name)}Body`);
    for (const reply of Object.values(replies)) nameReply(named, reply);
  }
  return { names, sameAs: (schema) => same.get(schema) ?? schema };
};
