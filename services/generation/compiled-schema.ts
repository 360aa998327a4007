/** JSON Schemas of definitions, ready for use: making one costs more than using it, and definitions live as long as the process. */
import * as z from 'zod';

const compiled = new WeakMap<object, z.ZodType>();

/** @throws for what is no JSON Schema; the catalog takes none that is not. */
export const compiledSchema = (schema: object): z.ZodType => {
  const known = compiled.get(schema) ?? z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  compiled.set(schema, known);
  return known;
};
