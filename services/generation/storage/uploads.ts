/** The uploads bucket. The server chooses every key; a browser sends its file there with a signed form. */
import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { appId, type Owner, userId } from '#shared/owner.ts';
import type { UploadType } from '../contracts.ts';
import type { AssetId } from './asset-table.ts';

/** How long a signed form takes a file. */
export const uploadSeconds = 15 * 60;
/** How long a signed URL of a file works. */
export const downloadSeconds = 60 * 60;

export interface SignedUrl {
  readonly url: string;
  readonly expiresAt: string;
}

export const uploadKey = ({ app, user }: Owner, asset: AssetId): string => `uploads/${app}/${user}/${asset}`;

const keyParts = z.tuple([z.literal('uploads'), appId, userId, idSchema('ast')]);

/** The asset that a key belongs to; nothing for a key that is not an upload's. */
export const parseUploadKey = (key: string): { owner: Owner; id: AssetId } | undefined => {
  const { data } = keyParts.safeParse(key.split('/'));
  return data && { owner: { app: data[1], user: data[2] }, id: data[3] };
};

export interface UploadForm {
  readonly url: string;
  readonly fields: Record<string, string>;
  readonly expiresAt: string;
}

export interface StoredFile {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface Uploads {
  form(key: string, file: { contentType: UploadType; maxBytes: number; at: string }): Promise<UploadForm>;
  signedUrl(key: string, at: string): Promise<SignedUrl>;
  /** Nothing when it is gone or, with an `etag`, when it is not that file any more. */
  read(
    key: string,
    options: { etag?: string | undefined; maxBytes: number },
  ): Promise<StoredFile | 'too-large' | undefined>;
  remove(key: string): Promise<void>;
}

export const secondsAfter = (at: string, seconds: number): string =>
  new Date(Date.parse(at) + seconds * 1_000).toISOString();

/** S3 answers 412 when the object is not the one asked for. */
const isGone = (error: unknown): boolean =>
  error instanceof NoSuchKey ||
  [404, 412].includes((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0);

export const uploads = (client: S3Client, bucket: string): Uploads => ({
  async form(key, { contentType, maxBytes, at }) {
    const { url, fields } = await createPresignedPost(client, {
      Bucket: bucket,
      Key: key,
      Fields: { 'Content-Type': contentType },
      Conditions: [['content-length-range', 1, maxBytes]],
      Expires: uploadSeconds,
    });
    return { url, fields, expiresAt: secondsAfter(at, uploadSeconds) };
  },
  async signedUrl(key, at) {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key });
    const url = await getSignedUrl(client, command, { expiresIn: downloadSeconds });
    return { url, expiresAt: secondsAfter(at, downloadSeconds) };
  },
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
