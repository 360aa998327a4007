/** What is answered to who leaves. */
import * as z from 'zod';

export const leftView = z.strictObject({ deleted_at: z.iso.datetime() });
