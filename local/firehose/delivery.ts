/** What a stream held, brought to its bucket: transformed, parted by folder, made Parquet; what failed goes below the error prefix. */
import { randomUUID } from 'node:crypto';
import type { Deliver } from '../triggers/delivery.ts';
import type { ParquetWriter } from './parquet.ts';
import { rowReader } from './parquet.ts';
import { evaluate, objectName, type Values } from './prefix.ts';
import type { DeliveryStream } from './read-streams.ts';
import { type Failure, type PutRecord, type Transformed, transform } from './transformation.ts';

export interface DeliveryParts {
  readonly region: string;
  readonly deliver: Deliver;
  readonly parquet: ParquetWriter;
  readonly putObject: (bucket: string, key: string, body: Buffer) => Promise<void>;
}

interface Row {
  readonly folder: string;
  readonly row: unknown;
}

/** The row and its folder, or why there is none. */
function place(
  stream: DeliveryStream,
  read: (data: Buffer) => unknown,
  { record, data, partitionKeys }: Transformed,
): Row | Failure {
  const values: Values = Object.fromEntries(
    Object.entries(partitionKeys).map(([key, value]) => [`partitionKeyFromLambda:${key}`, value]),
  );
  const failed = { record, data, attempts: 1 };
  const folder = evaluate(stream.prefix, values);
  if (folder === undefined) {
    const message = `the prefix needs keys that the record has not: ${stream.prefix}`;
    return { ...failed, type: 'processing-failed', code: 'DynamicPartitioning.MetadataExtractionFailed', message };
  }
  try {
    return { folder, row: read(data) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...failed, type: 'format-conversion-failed', code: 'DataFormatConversion.MalformedData', message };
  }
}

/** As https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html has it. */
const errorLine = (stream: DeliveryStream, { record, attempts, code, message, data }: Failure): string =>
  `${JSON.stringify({
    attemptsMade: attempts,
    arrivalTimestamp: record.arrivedAt,
    errorCode: code,
    errorMessage: message,
    attemptEndingTimestamp: Date.now(),
    rawData: data.toString('base64'),
    lambdaArn: stream.transform.functionArn,
  })}\n`;

export async function deliverRecords(
  stream: DeliveryStream,
  records: readonly PutRecord[],
  { region, deliver, parquet, putObject }: DeliveryParts,
): Promise<void> {
  const { transformed, failed } = await transform(stream, region, deliver, records);
  const read = rowReader(stream.columns);
  const placed = transformed.map((one) => place(stream, read, one));
  const rows = placed.filter((one): one is Row => 'folder' in one);
  const failures = [...failed, ...placed.filter((one): one is Failure => 'code' in one)];
  const name = () => objectName(stream.name, new Date(), randomUUID());
  for (const [folder, ofFolder = []] of Object.entries(Object.groupBy(rows, (row) => row.folder))) {
    const body = await parquet.write(
      ofFolder.map(({ row }) => row),
      stream,
    );
    await putObject(stream.bucket, `${folder}${name()}.parquet`, body);
  }
  for (const [type, ofType = []] of Object.entries(Object.groupBy(failures, (failure) => failure.type))) {
    const folder = evaluate(stream.errorPrefix, { 'firehose:error-output-type': type }) ?? `${type}/`;
    const body = ofType.map((failure) => errorLine(stream, failure)).join('');
    await putObject(stream.bucket, `${folder}${name()}`, Buffer.from(body));
  }
}
