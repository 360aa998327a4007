/** The outputs bucket. Each storing has a folder of its own below its job's, so that no late or repeated one touches the files of another. */
import { Readable } from 'node:stream';
import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Owner } from '#shared/owner.ts';
import type { Downloads } from './signing.ts';

/** File endings of what a tool may give. A type that is not here is not stored. */
export const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'avif',
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/aac': 'aac',
  'audio/flac': 'flac',
  'audio/ogg': 'ogg',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'text/plain': 'txt',
  'application/json': 'json',
};

/** All of a user's outputs lie below it. */
export const outputsPrefix = ({ app, user }: Owner): string => `outputs/${app}/${user}/`;

export const outputKey = (owner: Owner, folder: string, index: number, contentType: string): string =>
  `${outputsPrefix(owner)}${folder}/${index}.${extensions[contentType] ?? 'bin'}`;

/** Beside the picture that it shows. */
export const thumbnailKey = (owner: Owner, folder: string, index: number): string =>
  `${outputsPrefix(owner)}${folder}/${index}.thumb.webp`;

export interface OutputFile {
  readonly contentType: string;
  /** What comes in pieces is written in parts of 8 MB, one after the other: that much of it lies in memory, and no more. */
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface OutputFiles {
  /** All of it or nothing: when the bytes break off, no part of them stays. @throws what the bytes threw, or S3 */
  put(key: string, file: OutputFile): Promise<void>;
  /** Inside the bucket. Answers whether the file was still there. */
  copy(from: string, to: string): Promise<boolean>;
  remove(keys: readonly string[]): Promise<void>;
}
export type Outputs = OutputFiles & Downloads;

const partBytes = 8 * 1024 * 1024;

const isMissing = (error: unknown): boolean =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404;

export const outputFiles = (client: S3Client, bucket: string): OutputFiles => ({
  async put(key, { contentType, bytes }) {
    // Without a charset a reader takes its own, and Arabic becomes noise.
    const ContentType = contentType === 'text/plain' ? 'text/plain; charset=utf-8' : contentType;
    const params = { Bucket: bucket, Key: key, ContentType };
    if (!(Symbol.asyncIterator in bytes)) {
      await client.send(new PutObjectCommand({ ...params, Body: bytes }));
      return;
    }
    const body = Readable.from(bytes);
    try {
      // Without an abort signal: with one it would give up at once and leave the parts. Bytes that stop by an error end it cleanly.
      await new Upload({ client, params: { ...params, Body: body }, partSize: partBytes, queueSize: 1 }).done();
    } finally {
      body.destroy();
    }
  },
  async copy(from, to) {
    const source = `${bucket}/${from}`.split('/').map(encodeURIComponent).join('/');
    try {
      await client.send(new CopyObjectCommand({ Bucket: bucket, Key: to, CopySource: source }));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  },
  async remove(keys) {
    await Promise.all(keys.map((key) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))));
  },
});
