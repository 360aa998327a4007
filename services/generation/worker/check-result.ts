/** Whether a JSON result is what its tool promises: clients read it by that shape. */
import * as z from 'zod';
import type { Tool } from '#services/catalog/contracts.ts';
import { compiledSchema } from '../compiled-schema.ts';
import { malformed } from '../providers/http-failure.ts';

/** @throws ProviderError for another shape: the model may do better the next time, or another one. */
export const checkResult = ({ result_schema: schema }: Pick<Tool, 'result_schema'>, value: unknown): void => {
  if (!schema) return;
  const { success, error } = compiledSchema(schema).safeParse(value);
  if (!success) throw malformed(z.prettifyError(error));
};
