/**
 * Makes the file once every service has added its part. Parts come in any order and more than once: each looks whether all
 * are there, the last one finds it so, and what was made is not made again.
 */
import * as z from 'zod';
import type { Logger } from '#shared/observability/logger.ts';
import type { Owner } from '#shared/owner.ts';
import { type ExportingService, exportedBy } from '../contracts.ts';
import type { UserTable } from '../users/user-table.ts';
import { type ExportFiles, exportKey, parsePartKey } from './export-files.ts';
import { exportMade } from './user-export.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html; keys come as they are, not URL-encoded. */
export const partCreated = z.object({
  id: z.string().max(128),
  'detail-type': z.literal('Object Created'),
  detail: z.object({ object: z.object({ key: z.string().max(1_024) }) }),
});
export type PartCreated = z.infer<typeof partCreated>;

export interface PartArrivedDeps {
  readonly users: Pick<UserTable, 'get' | 'change'>;
  readonly files: ExportFiles;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly now: () => string;
}

/** What a user finds their data under. */
const nameOf = (service: ExportingService): string => (service === 'identity' ? 'profile' : service);

/** The parts are JSON already: they are put side by side, and none is read into objects. */
const fileOf = async (files: ExportFiles, owner: Owner, exportId: string, made_at: string): Promise<Buffer> => {
  const about = JSON.stringify({ export_id: exportId, app: owner.app, user: owner.user, made_at });
  const chunks: Uint8Array[] = [Buffer.from(about.slice(0, -1))];
  for (const service of exportedBy)
    chunks.push(Buffer.from(`,"${nameOf(service)}":`), await files.readPart(owner, exportId, service));
  return Buffer.concat([...chunks, Buffer.from('}')]);
};

export const partArrived =
  ({ users, files, logger, now }: PartArrivedDeps) =>
  async ({ id, detail }: PartCreated): Promise<void> => {
    const { key } = detail.object;
    const place = parsePartKey(key);
    if (!place) {
      logger.warn('an object that is no part of an export', { key });
      return;
    }
    const { owner, exportId } = place;
    const record = await users.get(owner);
    // A service that was late wrote it for a user who has left meanwhile.
    if (record?.status !== 'active') return files.remove(key);
    if (record.export?.id !== exportId || record.export.status !== 'preparing') return;
    const made_at = await files.completeSince(owner, exportId);
    if (made_at === undefined) return;
    const file = await fileOf(files, owner, exportId, made_at);
    await files.write(owner, exportId, file);
    const stamp = { at: now(), correlationId: id };
    const made = { bytes: file.byteLength, made_at };
    const outcome = await users.change(record, stamp, (user) => ({ change: exportMade(user, exportId, made) }));
    // They left while the file was made.
    if (!('user' in outcome)) await files.remove(exportKey(owner, exportId));
    else logger.info('export made', { ...owner, exportId, bytes: file.byteLength });
  };
