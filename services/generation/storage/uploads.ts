/** The uploads bucket. The server chooses every key. */
import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { appId, type Owner, userId } from '#shared/owner.ts';
import type { AssetId } from './asset-table.ts';
import type { Downloads, UploadForms } from './signing.ts';

/** All of a user's uploads lie below it. */
export const uploadsPrefix = ({ app, user }: Owner): string => `uploads/${app}/${user}/`;

export const uploadKey = (owner: Owner, asset: AssetId): string => `${uploadsPrefix(owner)}${asset}`;

const keyParts = z.tuple([z.literal('uploads'), appId, userId, idSchema('ast')]);

/** The asset that a key belongs to; nothing for a key that is not an upload's. */
export const parseUploadKey = (key: string): { owner: Owner; id: AssetId } | undefined => {
  const { data } = keyParts.safeParse(key.split('/'));
  return data && { owner: { app: data[1], user: data[2] }, id: data[3] };
};

export interface StoredFile {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface UploadFiles {
  /** Nothing when it is gone or, with an `etag`, when it is not that file any more. */
  read(
    key: string,
    options: { etag?: string | undefined; maxBytes: number },
  ): Promise<StoredFile | 'too-large' | undefined>;
  remove(key: string): Promise<void>;
}
export type Uploads = UploadFiles & UploadForms & Downloads;

/** S3 answers 412 when the object is not the one asked for. */
const isGone = (error: unknown): boolean =>
  error instanceof NoSuchKey ||
  [404, 412].includes((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0);

export const uploadFiles = (client: S3Client, bucket: string): UploadFiles => ({
  async read(key, { etag, maxBytes }) {
    try {
      const { Body, ContentLength, ETag } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, ...(etag === undefined ? {} : { IfMatch: etag }) }),
      );
      if (!Body || ETag === undefined) return undefined;
      if ((ContentLength ?? 0) > maxBytes) {
        (Body as { destroy?: () => void }).destroy?.();
        return 'too-large';
      }
      return { bytes: await Body.transformToByteArray(), etag: ETag };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  },
  async remove(key) {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  },
});
