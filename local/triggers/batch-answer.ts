/** What a function's answer says about the records of a batch (`ReportBatchItemFailures`). */
import type { InvokeResult } from '../contracts.ts';

/** The ids that failed; `all` when the whole batch did. */
export type BatchFailures = 'all' | ReadonlySet<string>;

export const noFailures: BatchFailures = new Set<string>();

/** As Lambda reads it: nothing or an empty list is success, an id that is not of the batch fails all of it. */
export function readBatchFailures(
  { payload, functionError }: InvokeResult,
  reportsItems: boolean,
  ids: ReadonlySet<string>,
): BatchFailures {
  if (functionError) return 'all';
  if (!reportsItems) return noFailures;
  const answer = JSON.parse(payload.toString()) as { batchItemFailures?: unknown } | null;
  const failures = answer?.batchItemFailures;
  if (failures === undefined || failures === null) return noFailures;
  if (!Array.isArray(failures)) return 'all';
  const failed = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  if (!failed.every((id): id is string => typeof id === 'string' && ids.has(id))) return 'all';
  return new Set(failed);
}
