import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InvokeResult } from '../contracts.ts';
import { accountId, functionArn, type Given, modelOf, region } from '../triggers/fixtures/hand-made-model.ts';
import { createFirehose } from './firehose.ts';
import { createParquetWriter, type ParquetWriter } from './parquet.ts';
import { readStreams } from './read-streams.ts';

const arn = `arn:aws:firehose:${region}:${accountId}:deliverystream/lake`;
const roleArn = `arn:aws:iam::${accountId}:role/delivery`;
const glue = (resource: string) => `arn:aws:glue:${region}:${accountId}:${resource}`;
const statement = (Action: string | string[], Resource: string | string[]) => ({ Effect: 'Allow', Action, Resource });
const catalog = ['catalog', 'database/tessera', 'table/tessera/events'].map(glue);
const allowed = [
  statement('lambda:InvokeFunction', functionArn('transform')),
  statement('s3:PutObject', ['arn:aws:s3:::lake/events/*', 'arn:aws:s3:::lake/errors/*']),
  statement(['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'], catalog),
];

const destination = {
  BucketARN: 'arn:aws:s3:::lake',
  RoleARN: roleArn,
  Prefix: 'events/app=!{partitionKeyFromLambda:app}/day=!{partitionKeyFromLambda:day}/',
  ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/',
  BufferingHints: { IntervalInSeconds: 900, SizeInMBs: 64 },
  DynamicPartitioningConfiguration: { Enabled: true },
  ProcessingConfiguration: {
    Enabled: true,
    Processors: [
      {
        Type: 'Lambda',
        Parameters: [
          { ParameterName: 'LambdaArn', ParameterValue: functionArn('transform') },
          { ParameterName: 'NumberOfRetries', ParameterValue: '2' },
        ],
      },
    ],
  },
  DataFormatConversionConfiguration: {
    Enabled: true,
    InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
    OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: 'SNAPPY' } } },
    SchemaConfiguration: { RoleARN: roleArn, DatabaseName: 'tessera', TableName: 'events' },
  },
};

const resources = (statements: unknown[], given: object = {}): Given[] => [
  {
    type: 'AWS::KinesisFirehose::DeliveryStream',
    logicalId: 'lake',
    arn,
    properties: { ExtendedS3DestinationConfiguration: { ...destination, ...given } },
  },
  {
    type: 'AWS::Glue::Table',
    logicalId: 'events',
    arn: glue('table/tessera/events'),
    properties: {
      DatabaseName: 'tessera',
      TableInput: {
        Name: 'events',
        StorageDescriptor: {
          Columns: [
            { Name: 'name', Type: 'string' },
            { Name: 'version', Type: 'bigint' },
          ],
        },
      },
    },
  },
  { type: 'AWS::S3::Bucket', logicalId: 'lake', arn: 'arn:aws:s3:::lake', properties: {} },
  {
    type: 'AWS::IAM::Role',
    logicalId: 'delivery',
    arn: roleArn,
    properties: { Policies: [{ PolicyDocument: { Statement: statements } }] },
  },
];

interface Request {
  readonly deliveryStreamArn: string;
  readonly records: readonly { recordId: string; data: string }[];
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
const bodyOf = (data: string) => JSON.parse(Buffer.from(data, 'base64').toString());
/** Does with a record what it says. */
const transformation = ({ records }: Request) => ({
  records: records.flatMap(({ recordId, data }) => {
    const { order, app = 'sparky', ...row } = bodyOf(data);
    const metadata = { partitionKeys: { ...(order === 'unplaced' ? {} : { app }), day: '2026-11-05' } };
    const ok = { recordId, result: 'Ok', data: base64(row), metadata };
    if (order === 'drop') return [{ recordId, result: 'Dropped', data }];
    if (order === 'fail') return [{ recordId, result: 'ProcessingFailed', data }];
    if (order === 'forget') return [];
    return order === 'repeat' ? [ok, ok] : [ok];
  }),
});

let folder: string;
let duckDb: DuckDBInstance;
let parquet: ParquetWriter;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-firehose-'));
  duckDb = await DuckDBInstance.create(':memory:');
  parquet = createParquetWriter();
});
afterAll(async () => {
  await parquet.close();
  duckDb.closeSync();
  await rm(folder, { recursive: true });
});

const rowsIn = async (body: Buffer): Promise<unknown[]> => {
  const file = join(folder, 'read.parquet');
  await writeFile(file, body);
  const connection = await duckDb.connect();
  const rows = (await connection.runAndReadAll(`SELECT * FROM '${file}'`)).getRowObjectsJson();
  connection.closeSync();
  return rows;
};

const newWorld = (answer: (request: Request) => unknown = transformation, sizeBytes?: number) => {
  const objects = new Map<string, Buffer>();
  const requests: Request[] = [];
  const problems: string[] = [];
  const [stream] = readStreams(modelOf(resources(allowed)));
  if (!stream) throw new Error('there is no stream');
  const bucket = { refuses: false };
  const firehose = createFirehose({
    streams: [{ ...stream, ...(sizeBytes === undefined ? {} : { sizeBytes }) }],
    live: false,
    region,
    parquet,
    async putObject(_bucket, key, body) {
      if (bucket.refuses) throw new Error('refused');
      objects.set(key, body);
    },
    async deliver({ records, toEvent }): Promise<InvokeResult> {
      const request = toEvent(records) as Request;
      requests.push(request);
      try {
        return { payload: Buffer.from(JSON.stringify(answer(request))) };
      } catch (error) {
        return { payload: Buffer.from(String(error)), functionError: 'Unhandled' };
      }
    },
    report: (_source, message) => problems.push(message),
  });
  const put = (...bodies: unknown[]) => {
    for (const body of bodies) firehose.put(arn, Buffer.from(JSON.stringify(body)));
  };
  const errors = (type: string) =>
    [...objects]
      .filter(([key]) => key.startsWith(`errors/${type}/`))
      .flatMap(([, body]) => body.toString().trim().split('\n'))
      .map((line) => JSON.parse(line));
  return { firehose, put, objects, requests, problems, bucket, errors };
};

describe('a delivery stream', () => {
  test('holds records until it is asked, and writes them as Parquet by folder', async () => {
    const { firehose, put, objects, requests, problems } = newWorld();
    put({ name: 'a', version: 1 }, { name: 'b', version: 2, more: true }, { app: 'lab', name: 'c' }, { order: 'drop' });
    expect(requests).toEqual([]);
    await firehose.flush();
    expect(requests).toMatchObject([{ deliveryStreamArn: arn, region, invocationId: expect.any(String) }]);
    const name = /^lake-1-\d{4}(-\d\d){5}-[\da-f-]{36}\.parquet$/;
    expect([...objects.keys()].map((key) => key.split('/'))).toEqual([
      ['events', 'app=sparky', 'day=2026-11-05', expect.stringMatching(name)],
      ['events', 'app=lab', 'day=2026-11-05', expect.stringMatching(name)],
    ]);
    const [sparky, lab] = [...objects.values()];
    expect(await rowsIn(sparky ?? Buffer.alloc(0))).toEqual([
      { name: 'a', version: '1' },
      { name: 'b', version: '2' },
    ]);
    expect(await rowsIn(lab ?? Buffer.alloc(0))).toEqual([{ name: 'c', version: null }]);
    expect(problems).toEqual([]);
    await firehose.flush();
    expect(requests).toHaveLength(1);
  });

  test('delivers by itself when it is full', async () => {
    const { firehose, put, objects } = newWorld(transformation, 40);
    put({ name: 'a', version: 1 }, { name: 'b', version: 2 });
    // Nothing is held any more, so this only waits for what is under way.
    await firehose.flush();
    expect(objects.size).toBe(1);
  });

  test('gives its function batches of a megabyte', async () => {
    const { firehose, put, requests } = newWorld();
    put(...Array.from({ length: 5 }, (_, version) => ({ name: 'x'.repeat(400_000), version })));
    await firehose.flush();
    expect(requests.map(({ records }) => records.length)).toEqual([2, 2, 1]);
  });

  test('keeps what its function gave back as failed, forgot or told twice, as it came', async () => {
    const { firehose, put, errors, objects } = newWorld();
    const orders = ['fail', 'forget', 'repeat', 'unplaced'];
    put(...orders.map((order) => ({ order })), { name: 'a' });
    await firehose.flush();
    const kept = errors('processing-failed');
    expect(kept.map(({ errorCode }) => errorCode)).toEqual([
      'Lambda.FunctionError',
      'Lambda.MissingRecordId',
      'Lambda.DuplicatedRecordId',
      'DynamicPartitioning.MetadataExtractionFailed',
    ]);
    expect(kept.slice(0, 3).map(({ rawData }) => bodyOf(rawData))).toEqual(
      orders.slice(0, 3).map((order) => ({ order })),
    );
    expect(kept[0]).toMatchObject({
      attemptsMade: 1,
      lambdaArn: functionArn('transform'),
      arrivalTimestamp: expect.any(Number),
    });
    expect([...objects.keys()].filter((key) => key.startsWith('events/'))).toHaveLength(1);
  });

  test('keeps rows that do not fit the table', async () => {
    const { firehose, put, errors } = newWorld();
    put({ name: 'a', version: 'many' }, { name: { first: 'b' } }, { name: 'c', version: 1.5 });
    await firehose.flush();
    expect(errors('format-conversion-failed').map(({ errorCode, rawData }) => [errorCode, bodyOf(rawData)])).toEqual([
      ['DataFormatConversion.MalformedData', { name: 'a', version: 'many' }],
      ['DataFormatConversion.MalformedData', { name: { first: 'b' } }],
      ['DataFormatConversion.MalformedData', { name: 'c', version: 1.5 }],
    ]);
  });

  test('tries its function again, and keeps the batch when it never answers', async () => {
    let failures = 2;
    const flaky = newWorld((request) => {
      failures -= 1;
      if (failures >= 0) throw new Error('not now');
      return transformation(request);
    });
    flaky.put({ name: 'a' });
    await flaky.firehose.flush();
    expect([flaky.requests.length, flaky.objects.size, flaky.errors('processing-failed')]).toEqual([3, 1, []]);

    const broken = newWorld(() => 'no answer');
    broken.put({ name: 'a' }, { name: 'b' });
    await broken.firehose.flush();
    expect(broken.requests).toHaveLength(3);
    expect(broken.errors('processing-failed')).toMatchObject([
      { attemptsMade: 3, errorCode: 'Lambda.FunctionError', rawData: base64({ name: 'a' }) },
      { attemptsMade: 3, rawData: base64({ name: 'b' }) },
    ]);
  });

  test('tells what a bucket did not take, and goes on', async () => {
    const { firehose, put, problems, bucket, objects } = newWorld();
    bucket.refuses = true;
    put({ name: 'a' });
    await firehose.flush();
    expect(problems).toEqual(['1 records are lost: Error: refused']);
    bucket.refuses = false;
    put({ name: 'b' });
    await firehose.flush();
    expect(objects.size).toBe(1);
  });
});

describe('a template is refused', () => {
  test.each([
    ['lambda:InvokeFunction', 0],
    ['s3:PutObject', 1],
    ['glue:GetTable', 2],
  ])('whose role does not allow %s', (action, index) =>
    expect(() => readStreams(modelOf(resources(allowed.toSpliced(index, 1))))).toThrow(`does not allow ${action}`),
  );

  test('whose role does not reach the error prefix', () => {
    const events = [...allowed.toSpliced(1, 1), statement('s3:PutObject', 'arn:aws:s3:::lake/events/*')];
    expect(() => readStreams(modelOf(resources(events)))).toThrow('s3:PutObject on arn:aws:s3:::lake/errors/object');
  });

  test.each([
    [{ S3BackupMode: 'Enabled' }, 'S3BackupMode'],
    [{ BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 5 } }, 'SizeInMBs'],
    [{ DynamicPartitioningConfiguration: { Enabled: false } }, 'enabled'],
  ])('with %j, which is not known here', (given, told) =>
    expect(() => readStreams(modelOf(resources(allowed, given)))).toThrow(told),
  );

  test('whose table is nowhere', () => {
    const without = resources(allowed).filter(({ type }) => type !== 'AWS::Glue::Table');
    expect(() => readStreams(modelOf(without))).toThrow('no stack has the table tessera.events');
  });
});
