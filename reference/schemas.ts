/** From zod to JSON Schema (draft 2020-12): what is named is written once and referred to; what comments say becomes a description. */
import * as z from 'zod';
import type { Code } from './code.ts';
import { isObject, type Json, rewritten, rewrittenSchema, sortedByKey } from './json.ts';
import type { NamedSchema } from './sources.ts';

/** `input`: what may be sent. `output`: what is answered or told. */
export type Direction = 'input' | 'output';

export interface Schemas {
  /** A schema as it is written where it is used: a reference where it has a name. */
  convert(schema: z.ZodType, direction: Direction): Json;
  /** Everything referred to so far, and each reference's final place. Called once, when all is converted. */
  finish(document: Json, place: (name: string) => string): { readonly document: Json; readonly components: Json };
}

const pascal = (text: string): string =>
  text.replaceAll(/(^|[-_ ])([a-z])/g, (_, __, letter: string) => letter.toUpperCase()).replaceAll(/[-_ ]/g, '');

/** Deserves a name: an object, a choice, a list of words. */
const isNamed = (schema: z.ZodType): boolean =>
  schema instanceof z.ZodObject || schema instanceof z.ZodUnion || schema instanceof z.ZodEnum;

/** By object identity. Where two services use one name, both carry their service's. */
export const namesOf = (schemas: readonly NamedSchema[]): ReadonlyMap<z.ZodType, string> => {
  const named = schemas.filter(({ schema }) => isNamed(schema));
  const plain = (name: string) => named.filter((other) => pascal(other.name) === pascal(name)).length === 1;
  return new Map(
    named.map(({ service, name, schema }) => [schema, plain(name) ? pascal(name) : pascal(service) + pascal(name)]),
  );
};

/** zod numbers what has no name and refers to itself; here that is `z.json()` alone. */
const componentName = (id: string): string => (id.startsWith('__schema') ? 'JsonValue' : id);

const marker = 'x-zod-object';
/** What a reference looks like until it is known whether both directions are the same. */
const pending = (name: string, direction: Direction) => `pending:${direction}:${name}`;

const isWhole = ({ minimum, maximum }: Json) => ({
  ...(minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
  ...(maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
});

const saysNothing = (key: string, value: unknown): boolean =>
  key === 'propertyNames' && JSON.stringify(value) === '{"type":"string"}';

/** Formats whose patterns say nothing more to a reader of answers. */
const saidByFormat = new Set(['date-time', 'date', 'email', 'uuid', 'uri']);

/** Bounds that are JavaScript's own, and patterns that a format stands for, are noise. */
const tidied =
  (direction: Direction) =>
  (node: Json): Json => {
    const { minimum, maximum, pattern, ...rest } = node;
    const bounds = node.type === 'integer' ? isWhole({ minimum, maximum }) : { minimum, maximum };
    const dropsPattern = direction === 'output' && saidByFormat.has(String(node.format));
    return Object.fromEntries(
      Object.entries({ ...rest, ...bounds, ...(dropsPattern ? {} : { pattern }) }).filter(
        ([key, value]) => value !== undefined && key !== '$schema' && key !== 'id' && !saysNothing(key, value),
      ),
    );
  };

/** The number that a text is read as. */
const numberIn = (schema: z.core.$ZodType): z.ZodType | undefined => {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'pipe' && def.out instanceof z.ZodNumber ? def.out : undefined;
};

type Found = Readonly<Record<Direction, Map<string, Json>>>;

/** What zod's own conversion does not say, or says otherwise. Objects are numbered, to be found again in what it made. */
const overriding =
  (direction: Direction, objects: z.ZodType[]) =>
  ({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: z.core.JSONSchema.BaseSchema }) => {
    const { def } = zodSchema._zod;
    const own = z.globalRegistry.get(zodSchema)?.description;
    if (own !== undefined && jsonSchema.$ref === undefined) jsonSchema.description = own;
    if (def.type === 'object') {
      // `z.object` leaves room for what a later version adds; `z.strictObject` says that nothing is added.
      if (direction === 'output' && def.catchall === undefined) delete jsonSchema.additionalProperties;
      objects.push(zodSchema as unknown as z.ZodType);
      Object.assign(jsonSchema, { [marker]: objects.length - 1 });
    }
    // A number in a query arrives as text and is one all the same; what it is by default, zod knows only of the number.
    const isDefault = def.type === 'default';
    const number = numberIn(isDefault ? def.innerType : zodSchema);
    if (number) {
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, z.toJSONSchema(number), isDefault ? { default: def.defaultValue } : {});
    }
  };

/** Gives the fields of a numbered object what comments say of them. */
const describing =
  (objects: readonly z.ZodType[], { fields }: Pick<Code, 'fields'>) =>
  (node: Json): Json => {
    const { [marker]: index, ...rest } = node;
    const schema = typeof index === 'number' ? objects[index] : undefined;
    const said = schema && fields.get(schema);
    if (!said || !isObject(rest.properties)) return rest;
    const properties = Object.fromEntries(
      Object.entries(rest.properties).map(([name, property]) => {
        const comment = said[name];
        const silent = isObject(property) && property.description === undefined;
        return [name, silent && comment !== undefined ? { description: comment, ...property } : property];
      }),
    );
    return { ...rest, properties };
  };

const refer =
  (direction: Direction) =>
  (node: Json): Json =>
    typeof node.$ref === 'string'
      ? { ...node, $ref: pending(componentName(node.$ref.replace('#/$defs/', '')), direction) }
      : node;

/** The names that need two forms, because what is sent is not what is answered: themselves, or somewhere inside. */
const splitNames = (found: Found): Set<string> => {
  const bare = (node: unknown) => JSON.stringify(node).replaceAll(/pending:(input|output):/g, '');
  const both = [...found.input.keys()].filter((name) => found.output.has(name));
  const split = new Set(both.filter((name) => bare(found.input.get(name)) !== bare(found.output.get(name))));
  for (let before = -1; before !== split.size; ) {
    before = split.size;
    for (const name of both)
      if ([...split].some((other) => JSON.stringify(found.input.get(name)).includes(`"${pending(other, 'input')}"`)))
        split.add(name);
  }
  return split;
};

/** What names and exports say of themselves, as zod's conversion asks for it. */
const metadataOf = (names: ReadonlyMap<z.ZodType, string>, { exported }: Pick<Code, 'exported'>) => {
  const metadata = z.registry<{ id?: string; description?: string }>();
  for (const [schema, id] of names) {
    const description = schema.description ?? exported.get(schema);
    metadata.add(schema, { id, ...(description === undefined ? {} : { description }) });
  }
  return metadata;
};

export const schemaWriter = (
  names: ReadonlyMap<z.ZodType, string>,
  code: Pick<Code, 'fields' | 'exported'>,
): Schemas => {
  const objects: z.ZodType[] = [];
  const found: Found = { input: new Map(), output: new Map() };
  const metadata = metadataOf(names, code);
  const described = describing(objects, code);

  const convert: Schemas['convert'] = (schema, direction) => {
    const whole = z.toJSONSchema(z.object({ value: schema }), {
      target: 'draft-2020-12',
      io: direction,
      unrepresentable: 'any',
      metadata,
      override: overriding(direction, objects) as never,
    }) as Json;
    const finished = (node: unknown) =>
      rewrittenSchema(node, (inner) => refer(direction)(described(tidied(direction)(inner)))) as Json;
    const { properties, $defs } = whole;
    for (const [name, definition] of Object.entries(($defs ?? {}) as Json))
      found[direction].set(componentName(name), finished(definition));
    return finished((properties as Json).value);
  };

  return {
    convert,
    finish(document, place) {
      const split = splitNames(found);
      const finalName = (name: string, direction: Direction) =>
        direction === 'input' && split.has(name) ? `${name}Input` : name;
      const resolve = (node: Json): Json => {
        const [, direction, name] = /^pending:(input|output):(.*)$/.exec(String(node.$ref)) ?? [];
        return direction && name ? { ...node, $ref: place(finalName(name, direction as Direction)) } : node;
      };
      const components: Json = {};
      for (const direction of ['output', 'input'] as const)
        for (const [name, schema] of found[direction])
          components[finalName(name, direction)] = rewritten(schema, resolve);
      return { document: rewritten(document, resolve) as Json, components: sortedByKey(components) };
    },
  };
};
