/** The exports of a user who left go with them, finished or not. */
import type * as z from 'zod';
import type { RemoveObjects } from '#shared/aws/remove-objects.ts';
import type { userDeleted } from '../contracts.ts';
import { exportsPrefix, partsPrefix } from '../export/export-files.ts';

/** A handful of files: a user has one export a day, and each is kept for a week. */
const always = () => true;

export const removeExports =
  (remove: RemoveObjects) =>
  async ({ app, user }: z.infer<typeof userDeleted>): Promise<void> => {
    for (const prefix of [partsPrefix({ app, user }), exportsPrefix({ app, user })]) await remove(prefix, always);
  };
