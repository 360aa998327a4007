/** What `npm run query` is told. */
import * as z from 'zod';
import { OperatorError } from '#shared/operations/operator-error.ts';
import { parseArguments } from '#shared/operations/parse-arguments.ts';
import { appId } from '#shared/owner.ts';
import { lake } from '../contracts.ts';
import type { Asked } from './period.ts';
import type { Format } from './table.ts';

export const usage = `npm run query -- <name | SQL> [options]

  npm run query -- --list                    the named queries
  npm run query -- revenue --app sparky
  npm run query -- "SELECT event_type, count(*) FROM facts GROUP BY 1"

What
  --app APP      one app's events (default: all apps)
  --from DAY     the first day, as in 2026-11-05 (default: as many days back as the query says)
  --until DAY    the last day, included (default: today; of a folder, its newest day). Days are UTC's
  --csv, --json  the result for other programs

Where
  By default the lake of the account that "npm start" runs (--account FILE, default .local/account.json),
  fetched into a temporary folder and read by DuckDB.
  --lake DIR     a folder that holds events/app=…/day=…/….parquet
  --bucket NAME  the lake's bucket on AWS, read by DuckDB on this machine
  --athena       asks Athena (--workgroup NAME, default ${lake.workgroup}; --database NAME, default ${lake.database})
  For AWS region, credentials and endpoint are the SDK's own variables (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, …).`;

export type Where =
  | { readonly kind: 'account'; readonly file: string }
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'bucket'; readonly bucket: string }
  | { readonly kind: 'athena'; readonly workgroup: string; readonly database: string };

export type QueryOptions =
  | { readonly command: 'help' }
  | { readonly command: 'list' }
  | {
      readonly command: 'ask';
      /** The name of a query, or SQL. */
      readonly what: string;
      readonly asked: Asked;
      readonly where: Where;
      readonly format: Format;
    };

const parse = (args: readonly string[]) =>
  parseArguments(args, {
    app: { type: 'string' },
    from: { type: 'string' },
    until: { type: 'string' },
    csv: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    account: { type: 'string', default: '.local/account.json' },
    lake: { type: 'string' },
    bucket: { type: 'string' },
    athena: { type: 'boolean', default: false },
    workgroup: { type: 'string', default: lake.workgroup },
    database: { type: 'string', default: lake.database },
    help: { type: 'boolean', default: false },
  });
type Values = ReturnType<typeof parse>['values'];

const checked = (name: 'app' | 'from' | 'until', value: string | undefined): Partial<Asked> => {
  if (value === undefined) return {};
  const schema = name === 'app' ? appId : z.iso.date();
  if (schema.safeParse(value).success) return { [name]: value };
  const wanted = name === 'app' ? 'an app, as in sparky' : 'a day, as in 2026-11-05';
  throw new OperatorError(`--${name} takes ${wanted}, not "${value}"`);
};

const askedOf = ({ app, from, until }: Values): Asked => {
  const asked = { ...checked('app', app), ...checked('from', from), ...checked('until', until) };
  if (from !== undefined && until !== undefined && from > until)
    throw new OperatorError(`--from ${from} is behind --until ${until}`);
  return asked;
};

const whereOf = ({ account, lake: folder, bucket, athena, workgroup, database }: Values): Where => {
  if ([folder !== undefined, bucket !== undefined, athena].filter(Boolean).length > 1)
    throw new OperatorError('one of --lake, --bucket and --athena at a time');
  if (athena) return { kind: 'athena', workgroup, database };
  if (folder !== undefined) return { kind: 'folder', folder };
  return bucket === undefined ? { kind: 'account', file: account } : { kind: 'bucket', bucket };
};

/** @throws OperatorError with one line that says what is wrong. */
export const readOptions = (args: readonly string[]): QueryOptions => {
  const { values, positionals } = parse(args);
  const [what, ...more] = positionals;
  if (values.help || what === 'help') return { command: 'help' };
  if (values.list) return { command: 'list' };
  if (what === undefined) return { command: 'help' };
  if (more.length > 0) throw new OperatorError(`one query at a time, not "${more[0]}" too: put SQL in quotes`);
  if (values.csv && values.json) throw new OperatorError('one of --csv and --json at a time');
  const format = values.csv ? 'csv' : values.json ? 'json' : 'table';
  return { command: 'ask', what, asked: askedOf(values), where: whereOf(values), format };
};
