/** Whether a row is what its table's rows are. One that breaks its mapping is at fault as one that does not fit it. */
import type * as z from 'zod';

const faultOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');

export const checkRow = <Facts>(
  schema: z.ZodType<Facts>,
  row: unknown,
): { readonly facts: Facts } | { readonly fault: string } => {
  try {
    const { success, data, error } = schema.safeParse(row);
    return success ? { facts: data } : { fault: faultOf(error) };
  } catch (error) {
    return { fault: `cannot be read: ${String(error)}` };
  }
};
