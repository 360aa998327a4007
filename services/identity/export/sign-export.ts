/** A URL by which an owner fetches their export. It may do what the function that signed it may do. */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Owner } from '#shared/owner.ts';
import { exportKey } from './export-files.ts';

const urlSeconds = 60 * 60;

export interface SignedUrl {
  readonly url: string;
  readonly expiresAt: string;
}
export type SignExport = (owner: Owner, exportId: string, at: string) => Promise<SignedUrl>;

export const signExport =
  (client: S3Client, bucket: string): SignExport =>
  async (owner, exportId, at) => {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: exportKey(owner, exportId),
      ResponseContentDisposition: `attachment; filename="${owner.app}-export.json"`,
    });
    const url = await getSignedUrl(client, command, { expiresIn: urlSeconds });
    return { url, expiresAt: new Date(Date.parse(at) + urlSeconds * 1_000).toISOString() };
  };
