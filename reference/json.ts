/** JSON as the generators make it. */
export type Json = { [key: string]: unknown };

/** How every generated file is written: two spaces, one newline at the end. */
export const printed = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy in which `change` has had its say about every object, the inner ones first. */
export const rewritten = (value: unknown, change: (object: Json) => Json): unknown => {
  if (Array.isArray(value)) return value.map((item) => rewritten(item, change));
  if (!isObject(value)) return value;
  return change(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewritten(inner, change)])));
};

/** Where a JSON Schema holds schemas by name, which are its own words and no keywords. */
const namedSchemas = new Set(['properties', 'patternProperties', '$defs']);
const innerSchemas = new Set(['items', 'additionalProperties', 'propertyNames', 'not', 'contains']);
const schemaLists = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);

/** A copy of a JSON Schema in which `change` has had its say about every schema, the inner ones first. */
export const rewrittenSchema = (schema: unknown, change: (schema: Json) => Json): unknown => {
  if (!isObject(schema)) return schema;
  const down = (inner: unknown) => rewrittenSchema(inner, change);
  const inside = (key: string, value: unknown): unknown => {
    if (namedSchemas.has(key) && isObject(value))
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, down(inner)]));
    if (schemaLists.has(key) && Array.isArray(value)) return value.map(down);
    return innerSchemas.has(key) ? down(value) : value;
  };
  return change(Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inside(key, value)])));
};

/** Without the keys whose value is undefined. */
export const defined = (value: Json): Json =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));

export const sortedByKey = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
