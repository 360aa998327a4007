/** What Firehose hands over, made into rows: each record by itself, with the keys of all users of the batch read together. */
import * as z from 'zod';
import { ownerKey } from '#shared/owner.ts';
import type { LakePartition } from '../contracts.ts';
import { type LakeEvent, lakeEvent, lakeRowOf } from '../domain/lake-row.ts';
import { keyedHashOf } from '../pseudonyms/keyed-hash.ts';
import type { PseudonymTable } from '../storage/pseudonym-table.ts';

/** Firehose gives at most three megabytes, of which each event takes some hundred bytes at least. */
const maxRecords = 20_000;

export const transformationRequest = z.object({
  records: z.array(z.object({ recordId: z.string(), data: z.base64() })).max(maxRecords),
});
export type TransformationRequest = z.infer<typeof transformationRequest>;

/** As https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html has it; `partitionKeys` name the folder. */
export type TransformedRecord =
  | {
      readonly recordId: string;
      readonly result: 'Ok';
      readonly data: string;
      readonly metadata: { readonly partitionKeys: LakePartition };
    }
  | { readonly recordId: string; readonly result: 'ProcessingFailed'; readonly data: string };
export interface TransformationAnswer {
  readonly records: readonly TransformedRecord[];
}

export interface TransformDeps {
  readonly pseudonyms: Pick<PseudonymTable, 'keysOf'>;
  /** Told of records that are no event, which Firehose keeps under `errors/`. */
  readonly onUnreadable: (recordId: string, error: unknown) => void;
}

type Read =
  | { readonly recordId: string; readonly raw: string; readonly event: LakeEvent }
  | { readonly recordId: string; readonly raw: string; readonly event?: undefined };

const read = (
  { recordId, data: raw }: TransformationRequest['records'][number],
  onUnreadable: TransformDeps['onUnreadable'],
): Read => {
  try {
    return { recordId, raw, event: lakeEvent.parse(JSON.parse(Buffer.from(raw, 'base64').toString())) };
  } catch (error) {
    onUnreadable(recordId, error);
    return { recordId, raw };
  }
};

const ownerOf = ({ detail }: LakeEvent): string => ownerKey(detail);

/** @throws when keys cannot be read: Firehose repeats the batch, then keeps it under `errors/`. */
export const transformRecords =
  ({ pseudonyms, onUnreadable }: TransformDeps) =>
  async (request: unknown): Promise<TransformationAnswer> => {
    const all = transformationRequest.parse(request).records.map((record) => read(record, onUnreadable));
    const owners = all.flatMap(({ event }) => (event ? [ownerOf(event)] : []));
    const keys = await pseudonyms.keysOf(owners);
    const records = all.map(({ recordId, raw, event }): TransformedRecord => {
      const key = event && keys.get(ownerOf(event));
      if (!event || key === undefined) return { recordId, result: 'ProcessingFailed', data: raw };
      const { row, partition } = lakeRowOf(event, keyedHashOf(key));
      const data = Buffer.from(JSON.stringify(row)).toString('base64');
      return { recordId, result: 'Ok', data, metadata: { partitionKeys: partition } };
    });
    return { records };
  };
