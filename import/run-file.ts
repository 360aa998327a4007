/** One file, from its first row to its last: read, checked, brought in batches, counted, and remembered in the checkpoint. */
import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { checkRow } from './check-row.ts';
import type { RawRow } from './read-rows.ts';
import { readRows } from './read-rows.ts';
import type { Rejects } from './rejects.ts';
import type { Step } from './steps/step.ts';

/** Rows between two marks of the checkpoint. */
const batchSize = 200;

export interface Counts {
  /** Rows of the file so far. */
  rows: number;
  /** Brought by this run, or to be brought by one. */
  written: number;
  /** Here already. */
  unchanged: number;
  /** Here, and used since: balances. */
  moved: number;
  rejected: number;
}

export const noCounts = (): Counts => ({ rows: 0, written: 0, unchanged: 0, moved: 0, rejected: 0 });

export interface FileRun<Facts> {
  readonly file: string;
  readonly schema: z.ZodType<Facts>;
  readonly step: Step<Facts>;
  readonly rejects: Rejects;
  /** `compare`: nothing is written, and what is not here is counted as written. `missing`: and is rejected. */
  readonly mode: 'write' | 'compare' | 'compare-strictly';
  /** What a run before came to; its rows are read and passed over. */
  readonly from: Counts;
  /** Each batch is done when it is told of. */
  readonly onBatch: (counts: Counts) => Promise<void>;
}

interface Checked<Facts> {
  readonly line: number;
  readonly row: unknown;
  readonly facts: Facts;
}

/** 53 bits of a text: of a million, two share one with a chance of 1 in 18,000. */
const mark = (text: string): number => {
  const digest = createHash('sha256').update(text).digest();
  return digest.readUIntBE(0, 6) * 32 + (digest.readUInt8(6) & 31);
};

const rowChecker = <Facts>({ schema, step }: Pick<FileRun<Facts>, 'schema' | 'step'>) => {
  const seen = new Set<number>();
  return ({ line, content }: RawRow): Checked<Facts> | { readonly fault: string; readonly row: unknown } => {
    if ('fault' in content) return { fault: content.fault, row: content.text };
    const row = content.columns;
    const checked = checkRow(schema, row);
    if ('fault' in checked) return { ...checked, row };
    const { facts } = checked;
    const name = step.once?.(facts);
    if (name === undefined) return { line, row, facts };
    const key = mark(name);
    if (seen.has(key)) return { fault: `${name} is in the file twice`, row };
    seen.add(key);
    return { line, row, facts };
  };
};

const work = async <Facts>(run: FileRun<Facts>, batch: readonly Checked<Facts>[], counts: Counts): Promise<void> => {
  const { file, step, mode, rejects } = run;
  const facts = batch.map((checked) => checked.facts);
  const results = mode === 'write' ? await step.write(facts) : await step.compare(facts);
  for (const [index, { line, row }] of batch.entries()) {
    const result = results[index];
    if (!result) throw new Error(`nothing was said of ${file}:${line}`);
    const reason = reasonOf(result, mode);
    if (reason !== undefined) {
      counts.rejected += 1;
      await rejects.add({ file, line, reason, row });
    } else if (result.status === 'written' || result.status === 'missing') counts.written += 1;
    else if (result.status === 'moved') counts.moved += 1;
    else counts.unchanged += 1;
  }
};

type Result = { readonly status: string; readonly reason?: string };

const reasonOf = ({ status, reason }: Result, mode: FileRun<never>['mode']): string | undefined =>
  status === 'missing' && mode === 'compare-strictly' ? 'is not here' : reason;

/** @throws OperatorError for a file that cannot be read, Error for what breaks on the way: the next run goes on from the last batch. */
export const runFile = async <Facts>(run: FileRun<Facts>): Promise<Counts> => {
  const { file, from, rejects, onBatch } = run;
  const check = rowChecker(run);
  const counts = { ...from };
  let passed = 0;
  let rows = from.rows;
  let batch: Checked<Facts>[] = [];
  const finish = async () => {
    await work(run, batch, counts);
    batch = [];
    counts.rows = rows;
    await rejects.flush();
    await onBatch(counts);
  };
  for await (const raw of readRows(file)) {
    const checked = check(raw);
    passed += 1;
    if (passed <= from.rows) continue;
    rows += 1;
    if ('fault' in checked) {
      counts.rejected += 1;
      await rejects.add({ file, line: raw.line, reason: checked.fault, row: checked.row });
    } else batch.push(checked);
    if (batch.length === batchSize) await finish();
  }
  await finish();
  return counts;
};
