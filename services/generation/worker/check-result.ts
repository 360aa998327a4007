/** Whether a JSON result is what its tool promises: clients read it by that shape. */
import * as z from 'zod';
import type { Tool } from '#services/catalog/contracts.ts';
import { malformed } from '../providers/http-failure.ts';
import type { ProducedFile } from '../providers/provider.ts';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

/** Making a schema costs more than using it, and definitions live as long as the process. */
const schemas = new WeakMap<object, z.ZodType>();

const schemaOf = (resultSchema: object): z.ZodType => {
  const known = schemas.get(resultSchema) ?? z.fromJSONSchema(resultSchema as JsonSchema);
  schemas.set(resultSchema, known);
  return known;
};

const parse = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch (cause) {
    throw malformed(cause);
  }
};

/** @throws ProviderError for another shape: the model may do better the next time, or another one. */
export const checkResult = (
  { output, result_schema: schema }: Pick<Tool, 'output' | 'result_schema'>,
  files: readonly ProducedFile[],
): void => {
  if (output !== 'json' || !schema) return;
  for (const file of files) {
    if (!('bytes' in file)) continue;
    const { success, error } = schemaOf(schema).safeParse(parse(file.bytes));
    if (!success) throw malformed(z.prettifyError(error));
  }
};
