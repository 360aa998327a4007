/** What `npm run import` is told. */
import { OperatorError } from '#shared/operations/operator-error.ts';
import { parseArguments } from '#shared/operations/parse-arguments.ts';
import { mappings } from './apps/index.ts';
import type { Where } from './connect.ts';
import { type AppMapping, type Kind, kinds } from './facts.ts';

export const usage = `npm run import -- --app <id> [--users F] [--balances F] [--ledger F] [--jobs F] [--payments F] [options]

  Brings what an app exported from its own tables (docs/migrating): .csv as PostgreSQL writes it, or .ndjson.
  Run again it writes nothing, or what is new. Ends by comparing each file with what is here.
  Exit 0: all is here. 1: rows were rejected, or differ. 2: it could not run.

What
  --files DIR        the exported files of runs, as DIR/<bucket>/<path>
  --without-files    runs come without their files, for good
  --manifest FILE    only writes the paths of all files that the runs name, for rclone --files-from
  --dry-run          reads and compares only: says what would be written
  --reconcile        compares only: what is not here counts as a difference
  --rejects FILE     rows that were not brought, with line and reason, as JSON lines
  --checkpoint FILE  where an interrupted run goes on (default in the temporary folder)
  --json             the result as JSON

Where
  By default the account that "npm start" runs (--account FILE, default .local/account.json).
  For AWS name all of: --credits-events-table, --history-table, --users-table, --generation-events-table,
  --outputs-bucket, --billing-events-table, --customers-table, --references-table.
  --catalog-function NAME   (default TesseraPlatform-catalog-definition)`;

export interface NamedFile {
  readonly kind: Kind;
  readonly file: string;
}

export type ImportOptions =
  | { readonly command: 'help' }
  | {
      readonly command: 'import' | 'dry-run' | 'reconcile' | 'manifest';
      readonly mapping: AppMapping;
      readonly files: readonly NamedFile[];
      /** Of exported files. */
      readonly folder: string | undefined;
      readonly manifest: string | undefined;
      readonly rejects: string | undefined;
      readonly checkpoint: string | undefined;
      readonly json: boolean;
      readonly where: Where;
    };

const parse = (args: readonly string[]) =>
  parseArguments(args, {
    app: { type: 'string' },
    users: { type: 'string' },
    balances: { type: 'string' },
    ledger: { type: 'string' },
    jobs: { type: 'string' },
    payments: { type: 'string' },
    files: { type: 'string' },
    'without-files': { type: 'boolean', default: false },
    manifest: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    reconcile: { type: 'boolean', default: false },
    rejects: { type: 'string' },
    checkpoint: { type: 'string' },
    account: { type: 'string', default: '.local/account.json' },
    'credits-events-table': { type: 'string' },
    'history-table': { type: 'string' },
    'users-table': { type: 'string' },
    'generation-events-table': { type: 'string' },
    'outputs-bucket': { type: 'string' },
    'billing-events-table': { type: 'string' },
    'customers-table': { type: 'string' },
    'references-table': { type: 'string' },
    'catalog-function': { type: 'string', default: 'TesseraPlatform-catalog-definition' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });
type Values = ReturnType<typeof parse>['values'];

const whereOf = (values: Values): Where => {
  const named = {
    creditsEvents: values['credits-events-table'],
    history: values['history-table'],
    users: values['users-table'],
    generationEvents: values['generation-events-table'],
    outputs: values['outputs-bucket'],
    billingEvents: values['billing-events-table'],
    customers: values['customers-table'],
    references: values['references-table'],
  };
  const given = Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const where = { accountFile: values.account, catalogFunction: values['catalog-function'] };
  if (given.length === 0) return where;
  if (given.length < Object.keys(named).length)
    throw new OperatorError('name all tables and the bucket, or none: npm run import -- --help');
  return { ...where, stores: Object.fromEntries(given) as unknown as NonNullable<Where['stores']> };
};

const filesOf = (values: Values, mapping: AppMapping): NamedFile[] =>
  kinds.flatMap((kind) => {
    const file = values[kind];
    if (file === undefined) return [];
    if (!mapping[kind]) throw new OperatorError(`${mapping.app} had no ${kind} to bring`);
    return [{ kind, file }];
  });

const commandOf = (values: Values) => {
  const { 'dry-run': dryRun, reconcile, manifest } = values;
  if ([dryRun, reconcile, manifest !== undefined].filter(Boolean).length > 1)
    throw new OperatorError('--dry-run, --reconcile and --manifest are three things: choose one');
  if (manifest !== undefined) return 'manifest';
  if (reconcile) return 'reconcile';
  return dryRun ? 'dry-run' : 'import';
};

/** @throws OperatorError with one line that says what is wrong. */
export const readOptions = (args: readonly string[]): ImportOptions => {
  const { values, positionals } = parse(args);
  if (values.help || args.length === 0) return { command: 'help' };
  if (positionals.length > 0) throw new OperatorError(`takes no "${positionals[0]}"`);
  const mapping = mappings.find(({ app }) => app === values.app);
  if (!mapping) throw new OperatorError(`--app is one of ${mappings.map(({ app }) => app).join(', ')}`);
  const files = filesOf(values, mapping);
  if (files.length === 0)
    throw new OperatorError('name a file to bring: --users, --balances, --ledger, --jobs or --payments');
  const command = commandOf(values);
  const hasJobs = files.some(({ kind }) => kind === 'jobs');
  const without = values['without-files'];
  if (command === 'import' && hasJobs && (values.files === undefined) === !without)
    throw new OperatorError('say what becomes of the files of runs: --files DIR, or --without-files');
  if (command === 'manifest' && !hasJobs) throw new OperatorError('--manifest needs --jobs');
  const { manifest, rejects, checkpoint, json, files: folder } = values;
  return { command, mapping, files, folder, manifest, rejects, checkpoint, json, where: whereOf(values) };
};
