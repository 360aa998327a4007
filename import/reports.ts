/** What an import came to, for people. */
import { columns } from '#shared/operations/columns.ts';
import type { Kind } from './facts.ts';
import type { Reject } from './rejects.ts';
import type { Counts } from './run-file.ts';
import type { BalanceSums } from './steps/account-steps.ts';

export interface FileResult extends Counts {
  readonly kind: Kind;
  readonly file: string;
}

export interface Result {
  readonly app: string;
  readonly command: 'import' | 'dry-run' | 'reconcile';
  readonly place: string;
  readonly resumed: boolean;
  /** What this command did, or would do. */
  readonly files: readonly FileResult[];
  /** Rows that were not brought; the first of them. */
  readonly rejects: readonly Reject[];
  /** Each file beside what is here. */
  readonly reconciled: readonly FileResult[];
  /** The first rows that are not here, or are otherwise. */
  readonly differences: readonly Reject[];
  /** Of the file of balances. */
  readonly credits: BalanceSums;
  readonly seconds: number;
}

export const sumOf = (results: readonly Counts[]): number => results.reduce((sum, { rejected }) => sum + rejected, 0);

const named = (rows: readonly Reject[], all: number): string[] => [
  ...rows.map(({ file, line, reason }) => `  ${file}:${line}  ${reason}`),
  ...(all > rows.length ? [`  … and ${all - rows.length} more`] : []),
];

const filesTable = ({ command, files }: Result): string[] =>
  files.length === 0
    ? []
    : columns(
        [
          'kind',
          'file',
          'rows',
          command === 'import' ? 'written' : 'to write',
          'here already',
          'used since',
          'rejected',
        ],
        files.map(({ kind, file, rows, written, unchanged, moved, rejected }) => [
          kind,
          file,
          rows,
          written,
          unchanged,
          moved,
          rejected,
        ]),
      );

const reconciledTable = (reconciled: readonly FileResult[]): string[] =>
  columns(
    ['kind', 'rows', 'here', 'used since', 'not here or different'],
    reconciled.map(({ kind, rows, unchanged, moved, rejected }) => [kind, rows, unchanged, moved, rejected]),
  );

export const importReport = (result: Result): string => {
  const { app, command, place, resumed, files, rejects, reconciled, differences, credits, seconds } = result;
  const { exported, here } = credits;
  const rejected = sumOf(files);
  const different = sumOf(reconciled);
  return [
    `${command} of ${app}, ${place}: ${seconds.toFixed(1)} s${resumed ? ', going on where an earlier run stopped' : ''}`,
    ...filesTable(result),
    ...(rejected > 0 ? ['', 'rejected:', ...named(rejects, rejected)] : []),
    ...(reconciled.length > 0 ? ['', 'compared with what is here:', ...reconciledTable(reconciled)] : []),
    ...(different > 0 ? ['', 'differences:', ...named(differences, different)] : []),
    ...([...files, ...reconciled].some(({ kind }) => kind === 'balances')
      ? ['', `credits: ${exported.toLocaleString('en')} exported, ${here.toLocaleString('en')} here`]
      : []),
  ].join('\n');
};
