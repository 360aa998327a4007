/**
 * One batch of a stream mapping until it is done with: retried in order, split on error when told to, given up after the allowed
 * attempts with a note to the failure queue.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
import type { InvokeResult } from '../contracts.ts';
import { backOff } from './backoff.ts';
import { readBatchFailures } from './batch-answer.ts';
import type { StreamRecord } from './stream-record.ts';

export interface RetryPolicy {
  readonly bisects: boolean;
  /** Negative: for ever, as is Lambda's default. */
  readonly maxRetries: number;
  /** Negative: any age. */
  readonly maxAgeSeconds: number;
  readonly reportsItems: boolean;
}

export type GiveUpCondition = 'RetryAttemptsExhausted' | 'MaximumRecordAgeExceeded';

export interface StreamBatchSteps {
  readonly invoke: (records: readonly StreamRecord[]) => Promise<InvokeResult>;
  readonly giveUp: (records: readonly StreamRecord[], condition: GiveUpCondition, attempts: number) => Promise<void>;
  /** Everything up to this record is done with. */
  readonly checkpoint: (last: StreamRecord) => void;
}

interface Part {
  readonly records: readonly StreamRecord[];
  readonly attempts: number;
}

const sequenceOf = (record: StreamRecord) => record.dynamodb.SequenceNumber;

/** The index of the first record that failed, or undefined. */
function firstFailure(
  records: readonly StreamRecord[],
  result: InvokeResult,
  reportsItems: boolean,
): number | undefined {
  const failures = readBatchFailures(result, reportsItems, new Set(records.map(sequenceOf)));
  if (failures === 'all') return 0;
  const index = records.findIndex((record) => failures.has(sequenceOf(record)));
  return index < 0 ? undefined : index;
}

function whyGiveUp({ records, attempts }: Part, policy: RetryPolicy): GiveUpCondition | undefined {
  const newest = Number(records.at(-1)?.dynamodb.ApproximateCreationDateTime ?? 0);
  if (policy.maxAgeSeconds >= 0 && Date.now() / 1000 - newest > policy.maxAgeSeconds) return 'MaximumRecordAgeExceeded';
  return policy.maxRetries >= 0 && attempts > policy.maxRetries ? 'RetryAttemptsExhausted' : undefined;
}

/** What to do with a part of which nothing succeeded: Lambda does not count a split as an attempt. */
function retryParts(part: Part, bisects: boolean): Part[] {
  const { records, attempts } = part;
  if (!bisects || records.length === 1) return [{ records, attempts: attempts + 1 }];
  const middle = Math.ceil(records.length / 2);
  return [records.slice(0, middle), records.slice(middle)].map((half) => ({ records: half, attempts }));
}

/** Resolves when every record is done with, or when the signal stopped it. */
export async function processStreamBatch(
  records: readonly StreamRecord[],
  policy: RetryPolicy,
  steps: StreamBatchSteps,
  signal: AbortSignal,
): Promise<void> {
  const parts: Part[] = [{ records, attempts: 0 }];
  const done = (part: readonly StreamRecord[]) => {
    const last = part.at(-1);
    if (last) steps.checkpoint(last);
  };
  for (let part = parts.shift(); part && !signal.aborted; part = parts.shift()) {
    const failed = firstFailure(part.records, await steps.invoke(part.records), policy.reportsItems);
    if (failed === undefined) {
      done(part.records);
      continue;
    }
    done(part.records.slice(0, failed));
    const rest: Part = failed > 0 ? { records: part.records.slice(failed), attempts: 0 } : part;
    const next = retryParts(rest, policy.bisects);
    const [first] = next;
    const condition = first && next.length === 1 ? whyGiveUp(first, policy) : undefined;
    if (condition) {
      await steps.giveUp(rest.records, condition, rest.attempts + 1);
      done(rest.records);
      continue;
    }
    parts.unshift(...next);
    if (!(await backOff(first?.attempts ?? 0, signal))) return;
  }
}
