/** Puts objects with the account's own rights. The client is loaded with the first one: most accounts never flush a stream. */
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';

export interface ObjectWriter {
  put(bucket: string, key: string, body: Buffer): Promise<void>;
  close(): void;
}

export function createObjectWriter(config: S3ClientConfig): ObjectWriter {
  let client: S3Client | undefined;
  return {
    async put(Bucket, Key, Body) {
      const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
      client ??= new S3Client(config);
      await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    close() {
      client?.destroy();
    },
  };
}
