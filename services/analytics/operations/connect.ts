/** Where the lake is: a folder, a bucket, the account that a file tells of, or Athena. */
import { setTimeout } from 'node:timers/promises';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { readAccountFile } from '#shared/operations/account-file.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { Output } from '#shared/operations/output.ts';
import { lake } from '../contracts.ts';
import { askAthena, athenaClient } from './athena.ts';
import { openDuck } from './duckdb.ts';
import { download, filesIn, type LakeFile, listBucket, listFolder } from './lake-files.ts';
import type { Where } from './options.ts';
import type { Scope } from './period.ts';
import type { Table } from './table.ts';

export interface Engine {
  /** The day that a period ends with where nobody says. */
  readonly lastDay: string;
  /** `note`: what it took, for people. */
  ask(sql: string, scope: Scope): Promise<{ readonly table: Table; readonly note: string }>;
  /** The table that text by hand would read whole, did nobody put the app and the days before it. Absent: only these are there. */
  readonly wholeTable?: { readonly database: string; readonly table: string };
  /** For messages. */
  readonly place: string;
  close(): void;
}

const today = (): string => new Date().toISOString().slice(0, 10);

interface Lake {
  readonly place: string;
  readonly lastDay: string;
  list(app: string | undefined): Promise<readonly LakeFile[]>;
  /** Answers the folder that holds them now. */
  fetch(files: readonly LakeFile[]): Promise<{ readonly root: string; remove(): Promise<void> }>;
  close(): void;
}

const noFiles = (place: string, all: readonly LakeFile[], { app, from, until }: Scope): OperatorError => {
  const days = all.map(({ day }) => day).toSorted();
  const apps = [...new Set(all.map((file) => file.app))].toSorted();
  const has =
    days.length === 0 ? 'there are none at all' : `it has ${days[0]} to ${days.at(-1)}, of ${apps.join(', ')}`;
  return new OperatorError(`${place} has no events ${app ? `of ${app} ` : ''}from ${from} to ${until}: ${has}`);
};

/** DuckDB over a lake's files, of which only the partitions that are asked about are fetched and read. */
const duckOver = ({ place, lastDay, list, fetch, close }: Lake): Engine => ({
  place,
  lastDay,
  close,
  async ask(sql, scope) {
    const all = await list(scope.app);
    const files = filesIn(all, scope);
    if (files.length === 0) throw noFiles(place, all, scope);
    const { root, remove } = await fetch(files);
    try {
      const duck = await openDuck(files.map(({ path }) => `${root.replace(/\/$/, '')}/${path}`));
      try {
        return { table: await duck.run(sql), note: `DuckDB, ${files.length} files` };
      } finally {
        duck.close();
      }
    } finally {
      await remove();
    }
  },
});

/** A copy's clock stands still: its newest day is the last. */
const folderLake = async (folder: string): Promise<Lake> => {
  const { root, files } = await listFolder(folder);
  const lastDay = files.reduce((last, { day }) => (day > last ? day : last), '');
  return {
    place: folder,
    lastDay,
    list: async () => files,
    fetch: async () => ({ root, remove: async () => undefined }),
    close: () => undefined,
  };
};

const bucketLake = (config: S3ClientConfig, bucket: string, place: string, output: Output): Lake => {
  const s3 = new S3Client(config);
  return {
    place,
    lastDay: today(),
    list: (app) => listBucket(s3, bucket, app),
    fetch: (files) => download(s3, bucket, files, output),
    close: () => s3.destroy(),
  };
};

/** Of the stack that `infra/stacks/analytics.ts` makes. */
const lakeBucket = z.object({ TesseraAnalytics: z.object({ Lake: z.string() }) });

const accountLake = async (file: string, output: Output): Promise<Lake> => {
  const otherwise = 'read a folder with --lake, or a bucket on AWS with --bucket';
  const { config, buckets } = await readAccountFile(file, z.unknown(), otherwise, lakeBucket);
  return bucketLake(
    { ...config, forcePathStyle: true },
    buckets.TesseraAnalytics.Lake,
    `the account of ${file}`,
    output,
  );
};

const athena = (workgroup: string, database: string, output: Output): Engine => {
  const client = athenaClient();
  return {
    place: 'Athena',
    lastDay: today(),
    wholeTable: { database, table: lake.table },
    close: () => client.destroy(),
    async ask(sql) {
      const onProgress = (text: string | undefined) => output.progress(text);
      const parts = { client, wait: setTimeout, onProgress };
      const { table, bytesScanned, milliseconds } = await askAthena(parts, { workgroup, database }, sql);
      const bytes = `${bytesScanned.toLocaleString('en')} bytes scanned`;
      return { table, note: `Athena, workgroup ${workgroup}, ${bytes} in ${(milliseconds / 1_000).toFixed(1)} s` };
    },
  };
};

/** @throws OperatorError when it is nowhere to be found. */
export const connect = async (where: Where, output: Output): Promise<Engine> => {
  switch (where.kind) {
    case 'folder':
      return duckOver(await folderLake(where.folder));
    case 'account':
      return duckOver(await accountLake(where.file, output));
    case 'bucket':
      return duckOver(bucketLake({ maxAttempts: 10 }, where.bucket, `the bucket ${where.bucket}`, output));
    case 'athena':
      return athena(where.workgroup, where.database, output);
  }
};
