/** `npm run import`: brings an app's exported files, and compares them with what is here. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import type { Catalog } from '#services/catalog/contracts.ts';
import { type Checkpoint, noCheckpoint, openCheckpoint } from '#shared/operations/checkpoint.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { Output } from '#shared/operations/output.ts';
import { runCommand } from '#shared/operations/run-command.ts';
import { connect, type Destination, explain } from './connect.ts';
import { type AppMapping, type FactsOf, type Kind, kinds } from './facts.ts';
import { writeManifest } from './manifest.ts';
import { type ImportOptions, type NamedFile, readOptions, usage } from './options.ts';
import { openRejects, type Rejects } from './rejects.ts';
import { type FileResult, importReport, type Result, sumOf } from './reports.ts';
import { type Counts, type FileRun, noCounts, runFile } from './run-file.ts';
import type { BalanceSums } from './steps/account-steps.ts';
import { makeSteps, type Steps } from './steps/make-steps.ts';

type Given = Exclude<ImportOptions, { readonly command: 'help' }>;

export interface ImportParts {
  /** Default: the clock. */
  readonly now?: () => string;
  /** Default: the catalog's function of the place. */
  readonly catalog?: Catalog;
}

/** Other files, or other ones of the same names, are another run. */
const purposeOf = async (
  { mapping, files }: Pick<Given, 'mapping' | 'files'>,
  { stores }: Destination,
): Promise<string> => {
  const described = await Promise.all(
    files.map(async ({ kind, file }) => {
      const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0 }));
      return `${kind} ${file} ${size} ${mtimeMs}`;
    }),
  );
  return `import of ${mapping.app} into ${stores.creditsEvents}: ${described.join(', ')}`;
};

const checkpointFile = (purpose: string): string =>
  join(tmpdir(), `tessera-import-${createHash('sha256').update(purpose).digest('hex').slice(0, 12)}.json`);

/** What a run before came to with this file. */
const countsBefore = (checkpoint: Checkpoint, kind: Kind): Counts => {
  const before = checkpoint.positions[kinds.indexOf(kind)];
  return { ...noCounts(), ...(before as Partial<Counts> | null | undefined) };
};

interface Pass {
  readonly mapping: AppMapping;
  readonly steps: Steps;
  readonly mode: FileRun<unknown>['mode'];
  readonly checkpoint: Checkpoint;
  readonly rejects: Rejects;
  readonly output: Output;
}

const runOne = async <K extends Kind>(pass: Pass, kind: K, file: string): Promise<FileResult> => {
  const { mapping, steps, mode, checkpoint, rejects, output } = pass;
  const schema = mapping[kind] as FileRun<FactsOf[K]>['schema'] | undefined;
  if (!schema) throw new OperatorError(`${mapping.app} had no ${kind} to bring`);
  const counts = await runFile<FactsOf[K]>({
    file,
    schema,
    step: steps[kind],
    rejects,
    mode,
    from: countsBefore(checkpoint, kind),
    async onBatch(sofar) {
      const { rows, written, rejected } = sofar;
      output.progress(
        `${kind}: ${rows.toLocaleString('en')} rows, ${written.toLocaleString('en')} to write, ${rejected} rejected`,
      );
      await checkpoint.reached(kinds.indexOf(kind), { ...sofar });
    },
  });
  return { kind, file, ...counts };
};

const runAll = async (pass: Pass, files: readonly NamedFile[]): Promise<FileResult[]> => {
  const results: FileResult[] = [];
  // One after the other: accounts are open, and customers known, before what is of them comes.
  for (const { kind, file } of files) results.push(await runOne(pass, kind, file));
  return results;
};

/** Rows that nothing says more of than where they are. */
const namesOnly = (): Promise<Rejects> => openRejects(undefined, false);

const bring = async (
  { command, mapping, files, rejects: rejectsFile, checkpoint: named }: Given,
  { destination, steps, output }: { destination: Destination; steps: Steps; output: Output },
): Promise<Pick<Result, 'files' | 'rejects' | 'resumed'>> => {
  const isWriting = command === 'import';
  const purpose = await purposeOf({ mapping, files }, destination);
  const checkpoint = isWriting
    ? await openCheckpoint(named ?? checkpointFile(purpose), purpose, kinds.length)
    : noCheckpoint(kinds.length);
  const rejects = await openRejects(rejectsFile, checkpoint.resumed);
  try {
    const pass = { mapping, steps, mode: isWriting ? 'write' : 'compare', checkpoint, rejects, output } as const;
    const results = await runAll(pass, files);
    await checkpoint.done();
    return { files: results, rejects: rejects.first, resumed: checkpoint.resumed };
  } finally {
    await rejects.close();
  }
};

const reconcile = async (
  { command, mapping, files, rejects: rejectsFile }: Given,
  { steps, output, sums }: { steps: Steps; output: Output; sums: BalanceSums },
): Promise<Pick<Result, 'reconciled' | 'differences'>> => {
  // Behind an import the file tells what was not brought; alone, what is not here.
  const rejects = command === 'reconcile' ? await openRejects(rejectsFile, false) : await namesOnly();
  try {
    Object.assign(sums, { exported: 0, here: 0 });
    const pass = {
      mapping,
      steps,
      mode: 'compare-strictly',
      checkpoint: noCheckpoint(kinds.length),
      rejects,
      output,
    } as const;
    return { reconciled: await runAll(pass, files), differences: rejects.first };
  } finally {
    await rejects.close();
  }
};

const perform = async (
  destination: Destination,
  options: Given,
  { output, now, catalog }: Required<ImportParts> & { readonly output: Output },
): Promise<number> => {
  if (options.command === 'manifest') return writeManifest(options, output);
  const { command, mapping, files, folder, json } = options;
  const definition = await catalog.app(mapping.app);
  if (!definition) throw new OperatorError(`${destination.place} has no app ${mapping.app}`);
  const startedAt = performance.now();
  const sums: BalanceSums = { exported: 0, here: 0 };
  const hasBalances = mapping.balances !== undefined;
  const steps = makeSteps({
    destination,
    definition,
    folder,
    hasBalances,
    correlationId: `import-${uuidv7()}`,
    now,
    sums,
  });
  const brought =
    command === 'reconcile'
      ? { files: [], rejects: [], resumed: false }
      : await bring(options, { destination, steps, output });
  const compared =
    command === 'dry-run' ? { reconciled: [], differences: [] } : await reconcile(options, { steps, output, sums });
  output.progress(undefined);
  const seconds = (performance.now() - startedAt) / 1_000;
  const result: Result = {
    app: mapping.app,
    command,
    place: destination.place,
    ...brought,
    ...compared,
    credits: sums,
    seconds,
  };
  output.print(json ? JSON.stringify(result, undefined, 2) : importReport(result));
  return sumOf(brought.files) + sumOf(compared.reconciled) === 0 && files.length > 0 ? 0 : 1;
};

/** Answers the exit code: 0, 1 when rows were rejected or differ, 2 when it could not run. */
export const runImport = (
  args: readonly string[],
  output: Output,
  { now = () => new Date().toISOString(), catalog }: ImportParts = {},
): Promise<number> =>
  runCommand(
    {
      name: 'import',
      usage,
      readOptions,
      connect: ({ where }: Given) => connect(where),
      perform: (destination, options) =>
        perform(destination, options, { output, now, catalog: catalog ?? destination.catalog }),
      explain,
    },
    args,
    output,
  );
