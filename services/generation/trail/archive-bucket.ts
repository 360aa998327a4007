/** The archive bucket: what aged out of tables, written once and read by operators alone. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ArchiveTrailDeps } from './archive-trail.ts';

export const archiveBucket =
  (client: S3Client, bucket: string): ArchiveTrailDeps['put'] =>
  async (key, bytes) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: 'application/gzip' }));
  };
