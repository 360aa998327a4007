/** The outputs bucket. A job's output has the same key in every attempt, so that a repeated run overwrites its own. */
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Owner } from '#shared/owner.ts';
import { downloadSeconds, type SignedUrl, secondsAfter } from './uploads.ts';

/** File endings of what a tool may give. A type that is not here is not stored. */
export const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'text/plain': 'txt',
  'application/json': 'json',
};

export const outputKey = ({ app, user }: Owner, job: string, index: number, contentType: string): string =>
  `outputs/${app}/${user}/${job}/${index}.${extensions[contentType] ?? 'bin'}`;

export interface Outputs {
  put(key: string, file: { contentType: string; bytes: Uint8Array }): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
  signedUrl(key: string, at: string): Promise<SignedUrl>;
}

export const outputs = (client: S3Client, bucket: string): Outputs => ({
  async put(key, { contentType, bytes }) {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: contentType }));
  },
  async remove(keys) {
    await Promise.all(keys.map((key) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))));
  },
  async signedUrl(key, at) {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key });
    const url = await getSignedUrl(client, command, { expiresIn: downloadSeconds });
    return { url, expiresAt: secondsAfter(at, downloadSeconds) };
  },
});
