/** A value that a JSON Schema describes, the same for the same request, so that a client sees the shape it will get. */
import * as z from 'zod';
import { ProviderError } from '../provider.ts';
import type { Seed } from './seed.ts';

type Node = Readonly<Record<string, unknown>>;
type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

export interface Known {
  readonly seed: Seed;
  /** What is known of the request by the names that results use; it is told where it fits. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The n-th line about the request. */
  readonly line: (n: number) => string;
  /** `#rrggbb`, for names that end in `hex`. */
  readonly colour: string;
}

const maxDepth = 16;
const maxItems = 3;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

const fits = (node: Node, value: unknown): boolean => z.fromJSONSchema(node as JsonSchema).safeParse(value).success;

/** What a schema of this file refers to. */
const referred = (root: Node, reference: string): unknown =>
  reference
    .replace(/^#\/?/, '')
    .split('/')
    .reduce<unknown>((node, name) => (isNode(node) ? node[name] : undefined), root);

const typeOf = ({ type, properties, items }: Node): unknown => {
  if (type === undefined) return properties ? 'object' : items ? 'array' : 'string';
  return Array.isArray(type) ? type.find((one) => one !== 'null') : type;
};

const maker = (root: Node, { seed, facts, line, colour }: Known) => {
  let drawn = 0;
  const draw = (below: number): number => {
    drawn += 1;
    return seed(1_000 + drawn, Math.max(1, below));
  };

  const numeric = ({ minimum, maximum }: Node, isInteger: boolean): number => {
    const least = numberOf(minimum, 0);
    const most = numberOf(maximum, least + 100);
    const value = least + ((most - least) * draw(1_001)) / 1_000;
    return isInteger ? Math.round(value) : Math.round(value * 1_000) / 1_000;
  };

  const wording = ({ minLength, maxLength, format }: Node, name: string): string => {
    if (/(^|_)hex$/.test(name)) return colour;
    if (format === 'date-time') return '2026-01-01T00:00:00Z';
    if (format === 'date') return '2026-01-01';
    const words = line(draw(100));
    return words.repeat(Math.ceil(numberOf(minLength, 1) / words.length)).slice(0, numberOf(maxLength, 2_000));
  };

  const list = (node: Node, name: string, depth: number): unknown[] => {
    const count = Math.min(Math.max(numberOf(node.minItems, 0), maxItems), numberOf(node.maxItems, maxItems));
    const made = Array.from({ length: count }, () => make(node.items, name, depth + 1));
    return [...new Set(made)];
  };

  const make = (node: unknown, name: string, depth: number): unknown => {
    if (!isNode(node) || depth > maxDepth) throw new Error(`cannot make ${name}`);
    if (typeof node.$ref === 'string') return make(referred(root, node.$ref), name, depth + 1);
    if ('const' in node) return node.const;
    const choices = [...listOf(node.anyOf), ...listOf(node.oneOf)];
    if (choices.length > 0) return make(choices[draw(choices.length)], name, depth + 1);
    const type = typeOf(node);
    if (type === 'object')
      return Object.fromEntries(
        Object.entries(isNode(node.properties) ? node.properties : {}).map(([key, one]) => [
          key,
          make(one, key, depth + 1),
        ]),
      );
    if (type === 'array') return list(node, name, depth);
    if (Object.hasOwn(facts, name) && fits(node, facts[name])) return facts[name];
    const values = listOf(node.enum);
    if (values.length > 0) return values[draw(values.length)];
    if (type === 'integer' || type === 'number') return numeric(node, type === 'integer');
    if (type === 'boolean') return draw(2) === 1;
    return type === 'null' ? null : wording(node, name);
  };
  return () => make(root, 'result', 0);
};

/** @throws ProviderError `invalid` for a schema that asks for more than is known here, such as a pattern. */
export const valueOfSchema = (schema: Node, known: Known): unknown => {
  try {
    return z.fromJSONSchema(schema as JsonSchema).parse(maker(schema, known)());
  } catch (cause) {
    throw new ProviderError('invalid', 'The sandbox cannot make what the tool’s schema describes.', { cause });
  }
};
