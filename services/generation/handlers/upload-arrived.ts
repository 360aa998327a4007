/** Judges what arrived in the uploads bucket and says so on its asset. A bad file is removed; so is one that nobody waits for. */
import type { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import { maxUploadBytes } from '../contracts.ts';
import { checkUpload, tooLarge } from '../media/check-upload.ts';
import type { AssetTable } from '../storage/asset-table.ts';
import { parseUploadKey, type Uploads } from '../storage/uploads.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html; keys come as they are, not URL-encoded. */
export const objectCreated = z.object({
  'detail-type': z.literal('Object Created'),
  detail: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string().max(1_024) }) }),
});
export type ObjectCreated = z.infer<typeof objectCreated>;

export interface UploadArrivedDeps {
  readonly assets: Pick<AssetTable, 'get' | 'markReady' | 'markRejected'>;
  readonly uploads: Pick<Uploads, 'read' | 'remove'>;
  readonly logger: Logger;
}

/**
 * Reads the object as it is now, whichever event brought it here: a repeated event changes nothing, and a form that was
 * used twice leaves the asset as its newest file is.
 */
export const uploadArrived =
  ({ assets, uploads, logger }: UploadArrivedDeps) =>
  async ({ detail }: ObjectCreated): Promise<void> => {
    const { key } = detail.object;
    const place = parseUploadKey(key);
    if (!place) {
      logger.warn('an object that is no upload', { key });
      return;
    }
    const { owner, id } = place;
    const asset = await assets.get(owner, id);
    if (!asset) {
      await uploads.remove(key);
      return;
    }
    const file = await uploads.read(key, { maxBytes: maxUploadBytes });
    if (file === undefined) return;
    if (file !== 'too-large' && asset.status === 'ready' && asset.etag === file.etag) return;
    const verdict =
      file === 'too-large'
        ? ({ status: 'bad', reason: tooLarge } as const)
        : await checkUpload(file.bytes, asset.contentType);
    if (verdict.status === 'good' && file !== 'too-large') {
      const { bytes, sha256, width, height } = verdict;
      const isThere = await assets.markReady(owner, id, { etag: file.etag, bytes, sha256, width, height });
      if (!isThere) await uploads.remove(key);
      return;
    }
    if (verdict.status === 'bad') {
      // Told before it is removed: a second try would find no file to judge.
      await assets.markRejected(owner, id, verdict.reason);
      logger.info('upload rejected', { asset: id, reason: verdict.reason });
      await uploads.remove(key);
    }
  };
