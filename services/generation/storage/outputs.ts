/** The outputs bucket. A job's output has the same key in every attempt, so that a repeated run overwrites its own. */
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Owner } from '#shared/owner.ts';
import type { Downloads } from './signing.ts';

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

/** All of a user's outputs lie below it. */
export const outputsPrefix = ({ app, user }: Owner): string => `outputs/${app}/${user}/`;

export const outputKey = (owner: Owner, job: string, index: number, contentType: string): string =>
  `${outputsPrefix(owner)}${job}/${index}.${extensions[contentType] ?? 'bin'}`;

export interface OutputFiles {
  put(key: string, file: { contentType: string; bytes: Uint8Array }): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
}
export type Outputs = OutputFiles & Downloads;

export const outputFiles = (client: S3Client, bucket: string): OutputFiles => ({
  async put(key, { contentType, bytes }) {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: contentType }));
  },
  async remove(keys) {
    await Promise.all(keys.map((key) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))));
  },
});
