/** The exports bucket: parts as services write them, and the files made of them. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import { appId, type Owner, userId } from '#shared/owner.ts';
import { exportPartKey } from '../client.ts';
import { type ExportingService, exportedBy } from '../contracts.ts';

export const partsPrefix = ({ app, user }: Owner): string => `parts/${app}/${user}/`;
export const exportsPrefix = ({ app, user }: Owner): string => `exports/${app}/${user}/`;
export const exportKey = (owner: Owner, exportId: string): string => `${exportsPrefix(owner)}${exportId}.json`;

const partKey = z.tuple([
  z.literal('parts'),
  appId,
  userId,
  z.uuid(),
  z.enum(exportedBy.map((name) => `${name}.json`)),
]);

/** Whose part of which export a key is; nothing for any other key. */
export const parsePartKey = (key: string): { readonly owner: Owner; readonly exportId: string } | undefined => {
  const { data } = partKey.safeParse(key.split('/'));
  return data && { owner: { app: data[1], user: data[2] }, exportId: data[3] };
};

/** Files of one user's one export. */
export interface ExportFiles {
  /** When the last of the parts came; nothing while one is missing. */
  completeSince(owner: Owner, exportId: string): Promise<string | undefined>;
  readPart(owner: Owner, exportId: string, service: ExportingService): Promise<Uint8Array>;
  write(owner: Owner, exportId: string, file: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
}

export const exportFiles = (client: S3Client, bucket: string): ExportFiles => ({
  async completeSince(owner, exportId) {
    const Prefix = `${partsPrefix(owner)}${exportId}/`;
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
    const since = new Map(Contents.map(({ Key, LastModified }) => [Key, LastModified?.toISOString() ?? '']));
    const times = exportedBy.map((service) => since.get(exportPartKey({ owner, exportId, service })));
    if (times.includes(undefined)) return undefined;
    return times.toSorted().at(-1);
  },
  async readPart(owner, exportId, service) {
    const Key = exportPartKey({ owner, exportId, service });
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    if (!Body) throw new Error(`${Key} is empty`);
    return Body.transformToByteArray();
  },
  async write(owner, exportId, file) {
    const Key = exportKey(owner, exportId);
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: file, ContentType: 'application/json' }));
  },
  async remove(key) {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  },
});
