/** What the client needs of the OpenAPI document: each operation's method, and what goes in and comes out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const schema = z.record(z.string(), z.unknown());
export type Schema = z.infer<typeof schema>;

const content = z.record(z.string(), z.object({ schema: schema.optional() })).optional();
const parameter = z.union([
  z.object({ $ref: z.string() }),
  z.object({
    name: z.string(),
    in: z.enum(['path', 'query', 'header']),
    required: z.boolean().optional(),
    description: z.string().optional(),
    schema,
  }),
]);
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.unknown())).optional(),
  parameters: z.array(parameter),
  requestBody: z.object({ required: z.boolean().optional(), content }).optional(),
  responses: z.record(z.string(), z.looseObject({ content })),
});
const document = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

export type Document = z.infer<typeof document>;
export type Operation = z.infer<typeof operation>;

export const root = join(import.meta.dirname, '../..');

export const readDocument = (): Document =>
  document.parse(JSON.parse(readFileSync(join(root, 'docs/api/openapi.json'), 'utf8')));

/** The name of a schema that is only referred to. */
export const referred = (from: Schema | undefined): string | undefined =>
  typeof from?.$ref === 'string' ? from.$ref.split('/').at(-1) : undefined;

/** The names of all problems that any operation can answer with. */
export const problemTypes = (text: string): readonly string[] =>
  [...new Set(text.match(/urn:tessera:problem:[a-z0-9-]+/g) ?? [])].toSorted();
