/** A lake's Parquet files: which there are for an app and some days, in a folder here or in a bucket. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { Output } from '#shared/operations/output.ts';
import { lake } from '../contracts.ts';
import type { Scope } from './period.ts';

export interface LakeFile {
  /** Behind `events/`, as in `app=sparky/day=2026-11-05/part.parquet`. */
  readonly path: string;
  readonly app: string;
  readonly day: string;
  readonly bytes: number;
}

/** What a laptop should be asked to hold; above, Athena is meant. */
const maxFiles = 100_000;
const maxBytes = 4 * 1024 ** 3;
const downloadsAtOnce = 16;

const shape = /^app=([a-z0-9-]+)\/day=(\d{4}-\d{2}-\d{2})\/[^/]+\.parquet$/;

const fileOf = (path: string, bytes: number): LakeFile | undefined => {
  const [, app, day] = shape.exec(path) ?? [];
  return app && day ? { path, app, day, bytes } : undefined;
};

/** Only these partitions are read. */
export const filesIn = (files: readonly LakeFile[], { app, since, from, until }: Scope): LakeFile[] => {
  const first = since < from ? since : from;
  return files.filter((file) => (app === undefined || file.app === app) && file.day >= first && file.day <= until);
};

/** The parts of a path, when its names are folders of a lake. The lake itself may be named, or the folder around `events/`. */
export const listFolder = async (folder: string): Promise<{ readonly root: string; readonly files: LakeFile[] }> => {
  for (const root of [join(folder, lake.prefix), folder]) {
    const found = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = found
      .filter((entry) => entry.isFile())
      .map((entry) => fileOf(join(entry.parentPath, entry.name).slice(join(root, '/').length), 0))
      .filter((file) => file !== undefined);
    if (files.length > 0) return { root, files };
  }
  throw new OperatorError(`${folder} holds no lake: there are no files as in events/app=…/day=…/….parquet`);
};

/** Of an app only its own folder is listed. */
export const listBucket = async (s3: S3Client, bucket: string, app: string | undefined): Promise<LakeFile[]> => {
  const files: LakeFile[] = [];
  const prefix = app === undefined ? lake.prefix : `${lake.prefix}app=${app}/`;
  let next: string | undefined;
  do {
    const { Contents = [], NextContinuationToken } = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(next ? { ContinuationToken: next } : {}) }),
    );
    for (const { Key = '', Size = 0 } of Contents) {
      const file = fileOf(Key.slice(lake.prefix.length), Size);
      if (file) files.push(file);
    }
    if (files.length > maxFiles)
      throw new OperatorError(`more than ${maxFiles} files: name an app, or ask Athena (--athena)`);
    next = NextContinuationToken;
  } while (next);
  return files;
};

export interface Download {
  readonly root: string;
  remove(): Promise<void>;
}

const fetchOne = async (s3: S3Client, bucket: string, root: string, path: string): Promise<void> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${lake.prefix}${path}` }));
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true });
  await pipeline(Body as Readable, createWriteStream(target));
};

const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MB`;

/** Into a temporary folder. @throws OperatorError for more than a laptop should hold. */
export const download = async (
  s3: S3Client,
  bucket: string,
  files: readonly LakeFile[],
  output: Pick<Output, 'progress'>,
): Promise<Download> => {
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (all > maxBytes)
    throw new OperatorError(`${megabytes(all)} are too many to fetch: ask for fewer days, or ask Athena (--athena)`);
  const root = await mkdtemp(join(tmpdir(), 'tessera-lake-'));
  const remove = () => rm(root, { recursive: true, force: true });
  let [next, done, bytes] = [0, 0, 0];
  const fetchOthers = async (): Promise<void> => {
    for (let file = files[next++]; file; file = files[next++]) {
      await fetchOne(s3, bucket, root, file.path);
      done += 1;
      bytes += file.bytes;
      output.progress(`${done} of ${files.length} files fetched, ${megabytes(bytes)}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: downloadsAtOnce }, fetchOthers));
  } catch (error) {
    await remove();
    throw error;
  }
  output.progress(undefined);
  return { root, remove };
};
