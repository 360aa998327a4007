/** The paths of all files that an app's runs name, one a line, for whatever copies them. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { Output } from '#shared/operations/output.ts';
import { checkRow } from './check-row.ts';
import type { AppMapping } from './facts.ts';
import type { NamedFile } from './options.ts';
import { readRows } from './read-rows.ts';

/** A line break would begin another path, of a file that no run names. */
const isOneLine = (path: string): boolean => !/[\p{Cc}\u2028\u2029]/u.test(path);

export interface ManifestOptions {
  readonly mapping: AppMapping;
  readonly files: readonly NamedFile[];
  readonly manifest: string | undefined;
}

/** Answers the exit code: 1 when a path is no line of text and was left out. */
export const writeManifest = async ({ mapping, files, manifest }: ManifestOptions, output: Output): Promise<number> => {
  const jobs = files.find(({ kind }) => kind === 'jobs')?.file;
  if (jobs === undefined || manifest === undefined || !mapping.jobs) throw new OperatorError('--manifest needs --jobs');
  const schema = mapping.jobs;
  const refused: string[] = [];
  let [count, left] = [0, 0];
  async function* lines(file: string) {
    for await (const { line, content } of readRows(file)) {
      const read = 'columns' in content ? checkRow(schema, content.columns) : undefined;
      if (!read || 'fault' in read) continue;
      for (const named of read.facts.files) {
        if (!('path' in named)) continue;
        if (isOneLine(named.path)) {
          count += 1;
          yield `${named.path}\n`;
          continue;
        }
        left += 1;
        if (refused.length < 20) refused.push(`  ${file}:${line}  ${JSON.stringify(named.path)}`);
      }
    }
  }
  await pipeline(Readable.from(lines(jobs)), createWriteStream(manifest));
  output.print(`${count.toLocaleString('en')} files are named in ${manifest}`);
  if (left === 0) return 0;
  output.print(
    [`${left.toLocaleString('en')} paths have control characters and were left out:`, ...refused].join('\n'),
  );
  return 1;
};
