/** Signed forms and URLs: how a browser reaches a private bucket. They may do what the function that signed them may do. */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { UploadType } from '../contracts.ts';
import { secondsAfter } from '../time.ts';

/** How long a signed form takes a file. */
export const uploadSeconds = 15 * 60;
/** How long a signed URL of a file works. */
export const downloadSeconds = 60 * 60;

export interface SignedUrl {
  readonly url: string;
  readonly expiresAt: string;
}

export interface UploadForm extends SignedUrl {
  readonly fields: Record<string, string>;
}

export interface UploadForms {
  form(key: string, file: { contentType: UploadType; maxBytes: number; at: string }): Promise<UploadForm>;
}

export interface Downloads {
  signedUrl(key: string, at: string): Promise<SignedUrl>;
}

export const uploadForms = (client: S3Client, bucket: string): UploadForms => ({
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
});

export const downloads = (client: S3Client, bucket: string): Downloads => ({
  async signedUrl(key, at) {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key });
    const url = await getSignedUrl(client, command, { expiresIn: downloadSeconds });
    return { url, expiresAt: secondsAfter(at, downloadSeconds) };
  },
});
