/** Examples for whatever has a schema: made of real values by the fields' names, and of what the schema itself says. */
import { isObject, type Json } from '../json.ts';
import { formats, ids, values } from './values.ts';

/** One schema for each of its types: `["string", "null"]` is a text or nothing. */
const typesOf = (schema: Json): Json[] =>
  Array.isArray(schema.type) ? schema.type.map((type: unknown) => ({ ...schema, type })) : [schema];

const matches = (schema: Json, value: unknown): boolean => {
  if (Array.isArray(schema.type)) return typesOf(schema).some((one) => matches(one, value));
  const { type, enum: list, pattern, minimum, maximum, minLength, maxLength, format } = schema;
  if (Array.isArray(list)) return list.includes(value);
  if (type === 'string') {
    if (typeof value !== 'string') return false;
    const isLong = value.length >= Number(minLength ?? 0) && value.length <= Number(maxLength ?? Infinity);
    const isFormed = typeof format !== 'string' || typeof formats[format] !== 'string' || looksLike(format, value);
    return isLong && isFormed && (typeof pattern !== 'string' || new RegExp(pattern, 'u').test(value));
  }
  if (type === 'integer' || type === 'number')
    return typeof value === 'number' && value >= Number(minimum ?? -Infinity) && value <= Number(maximum ?? Infinity);
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value) && value.every((item) => matches(asSchema(schema.items), item));
  return type === undefined && schema.$ref === undefined && schema.anyOf === undefined && schema.oneOf === undefined;
};

const looksLike = (format: string, value: string): boolean => {
  if (format === 'date-time') return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
  if (format === 'date') return /^\d{4}-\d\d-\d\d$/.test(value);
  if (format === 'uri') return URL.canParse(value);
  if (format === 'email') return /^\S+@\S+$/.test(value);
  return format !== 'uuid' || /^[\da-f-]{36}$/.test(value);
};

const asSchema = (value: unknown): Json => (isObject(value) ? value : {});

/** The prefix of an id's pattern: `^(gen_)(…)$`. */
const idFor = (pattern: unknown): string | undefined => ids[/^\^\(?([a-z]{3})_/.exec(String(pattern))?.[1] ?? ''];

const knownOf = (schema: Json, { name, parent }: Place): unknown =>
  [`${parent}.${name}`, name].flatMap((key) => values[key] ?? []).find((value) => matches(schema, value));

const leafOf = (schema: Json, place: Place): unknown => {
  if ('const' in schema) return schema.const;
  const known = idFor(schema.pattern) ?? knownOf(schema, place);
  if (known !== undefined) return known;
  if (Array.isArray(schema.type)) {
    const leaves = typesOf(schema).map((one) => leafOf(one, place));
    return leaves.find((leaf) => leaf !== undefined);
  }
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ('default' in schema) return schema.default;
  if (typeof schema.format === 'string' && schema.format in formats) return formats[schema.format];
  switch (schema.type) {
    case 'integer':
    case 'number':
      return Math.max(Number(schema.minimum ?? 0), Math.min(3, Number(schema.maximum ?? 3)));
    case 'boolean':
      return false;
    case 'null':
      return null;
    case 'string':
      return matches(schema, place.name) ? place.name : undefined;
    default:
      return undefined;
  }
};

/** Deeper than this there is nothing that an example has to show. */
const maxDepth = 12;

export interface Sampling {
  /** A component by its reference. */
  readonly resolve: (reference: string) => Json;
  /** What somebody wrote for a component, by its reference. */
  readonly written: (reference: string) => unknown;
}

/** The field that a value is for, and the one that holds it. */
interface Place {
  readonly name: string;
  readonly parent: string;
}

/** Undefined where nothing fits: a test tells of it. */
export const sample = (
  sampling: Sampling,
  schema: Json,
  place: Place = { name: '', parent: '' },
  depth = 0,
): unknown => {
  const down = (inner: unknown, of: Place) => sample(sampling, asSchema(inner), of, depth + 1);
  const { name, parent } = place;
  if (depth > maxDepth) return undefined;
  if (typeof schema.$ref === 'string') {
    const found = sampling.resolve(schema.$ref);
    const component = schema.$ref.replace(/^.*\//, '');
    const inside = found.type === 'object' ? { name: component, parent: name } : place;
    return sampling.written(schema.$ref) ?? down(found, inside);
  }
  const choices = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(choices)) {
    const nullable = choices.find((choice) => isObject(choice) && choice.type === 'null');
    if (nullable && values[name]?.[0] === null) return null;
    return down(
      choices.find((choice) => choice !== nullable),
      place,
    );
  }
  if (schema.type === 'object') return sampleObject(schema, name, down);
  if (schema.type !== 'array') return leafOf(schema, place);
  const known = knownOf(schema, place);
  if (known !== undefined) return known;
  if (Array.isArray(schema.prefixItems)) return schema.prefixItems.map((item) => down(item, place));
  const item = down(schema.items, { name: name.replace(/s$/, ''), parent });
  return item === undefined ? [] : [item];
};

const sampleObject = (schema: Json, name: string, down: (inner: unknown, of: Place) => unknown): unknown => {
  if (!isObject(schema.properties)) return values[name]?.find(isObject) ?? {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const fields = Object.entries(schema.properties)
    // What says one thing or is left out is the exception.
    .filter(([field, inner]) => required.includes(field) || !('const' in asSchema(inner)))
    .map(([field, inner]) => [field, down(inner, { name: field, parent: name })] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
};
