/** What imports are tested on: real tables and a real bucket, the catalog's function over the apps' own definitions, and the command itself. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { paginateScan, type ScanCommandOutput } from '@aws-sdk/lib-dynamodb';
import { startFauxqs } from 'fauxqs';
import { definitions } from '#apps';
import type { AccountEvent } from '#services/credits/domain/events.ts';
import type { Account } from '#services/credits/domain/state.ts';
import { accountHandler, type HandleAccount } from '#services/credits/handle-account.ts';
import { startCatalogEndpoint } from '#services/credits/test/catalog-endpoint.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { startDynamoDb } from '#shared/testing/dynamodb.ts';
import type { Result } from '../reports.ts';
import { runImport } from '../run.ts';

export const exportsFolder = new URL('exports/', import.meta.url).pathname;
export const exported = (app: string, file: string): string => join(exportsFolder, app, file);

const tables = {
  '--credits-events-table': 'credits-events',
  '--history-table': 'history',
  '--users-table': 'users',
  '--generation-events-table': 'generation-events',
  '--outputs-bucket': 'outputs',
  '--billing-events-table': 'billing-events',
  '--customers-table': 'customers',
  '--references-table': 'references',
};
const region = 'eu-west-1';
const keys = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface Said {
  readonly code: number;
  readonly text: string;
  readonly complaint: string;
}

export const startWorld = async () => {
  const dynamoDb = await startDynamoDb();
  const objects = await startFauxqs({ port: 0, logger: false });
  const catalog = await startCatalogEndpoint(definitions);
  const folder = await mkdtemp(join(tmpdir(), 'import-test-'));
  const s3Endpoint = `http://127.0.0.1:${objects.port}`;
  const s3 = new S3Client({ endpoint: s3Endpoint, region, credentials: keys, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'outputs' }));
  for (const name of ['credits-events', 'generation-events', 'billing-events']) await dynamoDb.createEventsTable(name);
  await dynamoDb.createKeyedTable('history', 'owner', 'sk');
  await dynamoDb.createKeyedTable('users', 'owner');
  await dynamoDb.createKeyedTable('customers', 'owner');
  await dynamoDb.createKeyedTable('references', 'key');
  const environment = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
    AWS_ENDPOINT_URL_S3: s3Endpoint,
    AWS_ENDPOINT_URL_LAMBDA: catalog.endpoint,
  };
  Object.assign(process.env, environment);
  const store = dynamoEventStore<Account, AccountEvent>(dynamoDb.client, 'credits-events');
  const handle: HandleAccount = accountHandler(store);
  const place = [...Object.entries(tables).flat(), '--catalog-function', catalog.functionName];
  const scan = async (table: string) => {
    const items: NonNullable<ScanCommandOutput['Items']> = [];
    const pages = paginateScan({ client: dynamoDb.client }, { TableName: table });
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
  };
  const run = async (...args: string[]): Promise<Said> => {
    const said: string[] = [];
    const complaints: string[] = [];
    const output = {
      print: (text: string) => said.push(text),
      complain: (text: string) => complaints.push(text),
      progress: () => undefined,
    };
    const code = await runImport([...args, ...place, '--checkpoint', join(folder, 'checkpoint.json')], output);
    return { code, text: said.join('\n'), complaint: complaints.join('\n') };
  };
  return {
    client: dynamoDb.client,
    folder,
    environment,
    /** Arguments that name the place. */
    place,
    store,
    handle,
    run,
    result: async (...args: string[]): Promise<{ readonly code: number; readonly result: Result }> => {
      const { code, text, complaint } = await run(...args, '--json');
      if (complaint !== '') throw new Error(complaint);
      return { code, result: JSON.parse(text) as Result };
    },
    scan,
    /** Everything in every table and the bucket, so that "nothing was written" is what it says. */
    everything: async () => {
      const names = [
        'credits-events',
        'history',
        'users',
        'generation-events',
        'billing-events',
        'customers',
        'references',
      ];
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'outputs' }));
      const items = await Promise.all(names.map(async (name) => [name, await scan(name)] as const));
      return { objects: Contents.map(({ Key, ETag }) => `${Key} ${ETag}`).toSorted(), items };
    },
    close: async () => {
      s3.destroy();
      await Promise.all([dynamoDb.close(), objects.stop(), catalog.close(), rm(folder, { recursive: true })]);
    },
  };
};
export type World = Awaited<ReturnType<typeof startWorld>>;
