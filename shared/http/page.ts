/** Lists are read page by page: `?limit=&cursor=` → `{ data, next_cursor }`. */
import * as z from 'zod';
import { commonProblem } from './problem.ts';

/** Query fields of a list. @example z.strictObject({ ...pageQuery(), status: jobStatus.optional() }) */
export const pageQuery = (defaultLimit = 20, maxLimit = 100) => ({
  limit: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1, 'must be at least 1').max(maxLimit, `must be at most ${maxLimit}`))
    .default(defaultLimit),
  cursor: z.string().max(1024).optional(),
});

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() });

/** A cursor says where to read on. It is opaque to clients and grants nothing: the owner always comes from the token. */
export const encodeCursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** @throws Problem `request-invalid` at `/query/cursor`. */
export const decodeCursor = <Position>(
  schema: z.ZodType<Position>,
  cursor: string | undefined,
): Position | undefined => {
  if (cursor === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    const pointer = '/query/cursor';
    const detail = 'is not a cursor of this list';
    throw commonProblem('request-invalid', { detail: `${pointer}: ${detail}`, errors: [{ pointer, detail }] });
  }
};
