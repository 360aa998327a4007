/** How other services add to a user's export: one JSON file each, into identity's bucket. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Owner } from '#shared/owner.ts';
import type { ExportingService } from './contracts.ts';

export interface ExportPart {
  readonly owner: Owner;
  readonly exportId: string;
  readonly service: ExportingService;
}

/** A service may write below `parts/` and nowhere else. */
export const exportPartKey = ({ owner, exportId, service }: ExportPart): string =>
  `parts/${owner.app}/${owner.user}/${exportId}/${service}.json`;

/** Written twice it is the same file: the event that asks for it may come again. */
export const writeExportPart =
  (client: S3Client, bucket: string) =>
  async (part: ExportPart, data: Readonly<Record<string, unknown>>): Promise<void> => {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: exportPartKey(part),
        Body: JSON.stringify(data),
        ContentType: 'application/json',
      }),
    );
  };
