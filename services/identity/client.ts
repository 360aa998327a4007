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

/** A part is put together in memory, and so is the file that all parts make. */
export const maxExportPartBytes = 64 * 1024 * 1024;

/** Values by name; what comes one by one is written as a list, each item as it comes. */
export type ExportData = Readonly<Record<string, unknown>>;

const isOneByOne = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

async function* textOf(data: ExportData): AsyncGenerator<string> {
  let before = '{';
  for (const [name, value] of Object.entries(data)) {
    yield `${before}${JSON.stringify(name)}:`;
    before = ',';
    if (!isOneByOne(value)) {
      yield JSON.stringify(value ?? null);
      continue;
    }
    let separator = '[';
    for await (const item of value) {
      yield `${separator}${JSON.stringify(item)}`;
      separator = ',';
    }
    yield separator === '[' ? '[]' : ']';
  }
  yield before === '{' ? '{}' : '}';
}

/**
 * The data as JSON.
 *
 * @throws Error beyond 64 MB: nobody is given a part of their data for the whole of it.
 */
export const exportJson = async (data: ExportData): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const text of textOf(data)) {
    const chunk = Buffer.from(text);
    bytes += chunk.byteLength;
    if (bytes > maxExportPartBytes) throw new Error(`a part of an export is larger than ${maxExportPartBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Written twice it is as good as once: the event that asks for it may come again. */
export const writeExportPart =
  (client: S3Client, bucket: string) =>
  async (part: ExportPart, data: ExportData): Promise<void> => {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: exportPartKey(part),
        Body: await exportJson(data),
        ContentType: 'application/json',
      }),
    );
  };
export type WriteExportPart = ReturnType<typeof writeExportPart>;
