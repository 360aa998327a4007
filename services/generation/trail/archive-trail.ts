/**
 * Keeps what the audit trail's table lets go: rows that DynamoDB expired become compressed lines in the archive, an object for
 * each app and day of a batch. The object is named by its records, so a batch that comes again writes the same once more; one
 * that comes again in other pieces leaves a line twice, which a reader takes for one.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { failedRecord } from '#shared/messaging/stream-consumer.ts';
import { parseOwnerKey } from '#shared/owner.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html */
const expiry = z.object({
  eventName: z.literal('REMOVE'),
  userIdentity: z.object({ type: z.literal('Service'), principalId: z.literal('dynamodb.amazonaws.com') }),
});

const expiredRow = z.object({
  owner: z.string().min(1),
  id: z.string().min(1),
  version: z.int().min(1),
  type: z.string().min(1),
  at: z.iso.datetime(),
  actor: z.string(),
  data: z.record(z.string(), z.json()),
});
type ExpiredRow = z.infer<typeof expiredRow>;

/** Numbers, times and names of ours. What users or providers said in words is not among them, and what is new has to be put here. */
const wordless = [
  'tool',
  'quote',
  'deadline',
  'attempt',
  'provider',
  'model',
  'failure',
  'reason',
  'progress',
  'cost',
  'outputs',
  'cached',
  'favourite',
];

/** One line. `job` and `version` tell a line that is there twice. */
const lineOf = ({ owner, id, version, type, at, actor, data }: ExpiredRow): string => {
  const { app, user } = parseOwnerKey(owner);
  const [job] = id.split('#');
  const kept = Object.fromEntries(wordless.flatMap((name) => (name in data ? [[name, data[name]]] : [])));
  return JSON.stringify({ app, user, job, version, type, at, actor, data: kept });
};

interface Expired {
  readonly sequenceNumber: string;
  readonly row: ExpiredRow;
}

/** @example folderOf(row) // 'trail/sparky/2026/11/20' */
const folderOf = ({ owner, at }: ExpiredRow): string =>
  `trail/${parseOwnerKey(owner).app}/${at.slice(0, 10).replaceAll('-', '/')}`;

const objectOf = (folder: string, rows: readonly Expired[]) => {
  const hash = createHash('sha256').update(rows.map(({ sequenceNumber }) => sequenceNumber).join('\n'));
  const lines = rows.map(({ row }) => `${lineOf(row)}\n`).join('');
  return { key: `${folder}/${hash.digest('hex')}.ndjson.gz`, bytes: gzipSync(lines) };
};

/** @throws ZodError for a row that is none of the trail's. */
const readRow = ({ dynamodb }: DynamoDBRecord): ExpiredRow =>
  expiredRow.parse(unmarshall((dynamodb?.OldImage ?? {}) as Record<string, AttributeValue>));

export interface ArchiveTrailDeps {
  readonly put: (key: string, bytes: Uint8Array) => Promise<void>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

export const archiveTrail =
  ({ put, logger }: ArchiveTrailDeps) =>
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const folders = new Map<string, Expired[]>();
    const expired = Records.filter((record) => expiry.safeParse(record).success);
    let unread: DynamoDBRecord | undefined;
    for (const record of expired) {
      const sequenceNumber = record.dynamodb?.SequenceNumber ?? '';
      try {
        const row = readRow(record);
        const folder = folderOf(row);
        folders.set(folder, [...(folders.get(folder) ?? []), { sequenceNumber, row }]);
      } catch (error) {
        logger.error('expired row not read', { sequenceNumber, error: error as Error });
        // What lies before it is archived; what lies behind it comes again with it, as of every stream.
        unread = record;
        break;
      }
    }
    try {
      for (const [folder, rows] of folders) {
        const { key, bytes } = objectOf(folder, rows);
        await put(key, bytes);
        logger.info('trail archived', { key, rows: rows.length, bytes: bytes.length });
      }
    } catch (error) {
      logger.error('trail not archived', { error: error as Error });
      // The whole batch again, so that its objects have the same names.
      return { batchItemFailures: expired.slice(0, 1).map(failedRecord) };
    }
    return { batchItemFailures: unread ? [failedRecord(unread)] : [] };
  };
