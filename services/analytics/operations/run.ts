/** `npm run query`: a named query, or SQL of one's own, over the lake. */

import { explain } from '#shared/operations/explain.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { Output } from '#shared/operations/output.ts';
import { runCommand } from '#shared/operations/run-command.ts';
import { connect, type Engine } from './connect.ts';
import { onlyReads, onlyScoped, withoutComments } from './hand-sql.ts';
import { type Library, type NamedQuery, readLibrary, scopedEvents, statementOf, viewsNamed } from './named-queries.ts';
import { type QueryOptions, readOptions, usage } from './options.ts';
import { scopeOf, withParameters } from './period.ts';
import { printed } from './table.ts';

type Ask = Extract<QueryOptions, { command: 'ask' }>;

const listed = ({ queries }: Library): string => {
  const width = Math.max(...[...queries.keys()].map((name) => name.length));
  return [...queries.values()].map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`).join('\n');
};

/** A name has no blanks; SQL has. What is asked by hand counts the last 30 days, unless it names no day. */
const queryOf = (what: string, library: Library): NamedQuery => {
  const named = library.queries.get(what);
  if (named) return named;
  if (!/\s/.test(what.trim()))
    throw new OperatorError(`there is no query "${what}"; there are:\n${listed(library)}\nor give SQL, in quotes`);
  const text = withoutComments(what).replace(/;$/, '').trimEnd();
  return { name: 'SQL', description: '', text, views: viewsNamed(text, library), days: 30, reads: 'history' };
};

const inQuotes = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The period of SQL by hand is its own affair where it names no day. */
const toldPeriod = ({ name, text, reads }: NamedQuery, from: string, until: string): string =>
  (name === 'SQL' && !/:from\b/.test(text)) || (reads === 'history' && name !== 'SQL')
    ? `until ${until}`
    : `${from} to ${until}`;

/** Files are chosen by app and day before they are read, and DuckDB is locked; Athena has the whole table, and does what it is told. */
const statementFor = ({ wholeTable }: Engine, query: NamedQuery, library: Library): string => {
  if (query.name !== 'SQL' || wholeTable === undefined) return statementOf(query, library);
  onlyReads(query.text);
  onlyScoped(query.text, wholeTable);
  return statementOf(query, library, [scopedEvents(`${inQuotes(wholeTable.database)}.${wholeTable.table}`)]);
};

const ask = async (engine: Engine, library: Library, options: Ask, output: Output): Promise<number> => {
  const query = queryOf(options.what, library);
  const scope = scopeOf(options.asked, query, engine.lastDay);
  const sql = withParameters(statementFor(engine, query, library), scope);
  const { table, note } = await engine.ask(sql, scope);
  output.print(printed(table, options.format));
  const period = toldPeriod(query, scope.from, scope.until);
  if (options.format === 'table') output.print(`  ${[scope.app ?? 'all apps', period, note].join(' · ')}`);
  return 0;
};

/** Runs one query. Answers the exit code: 0, or 2 when it could not run. */
export const runQuery = async (args: readonly string[], output: Output): Promise<number> => {
  const library = await readLibrary();
  return runCommand(
    {
      name: 'query',
      usage: args.includes('--list') ? listed(library) : usage,
      readOptions: (given): Ask | { readonly command: 'help' } => {
        const options = readOptions(given);
        if (options.command !== 'ask') return { command: 'help' };
        // A wrong name is told before anything is fetched.
        queryOf(options.what, library);
        return options;
      },
      connect: ({ where }) => connect(where, output),
      perform: (engine, options) => ask(engine, library, options, output),
      explain: (error, { place }) => explain(error, { place, tables: [] }),
    },
    args,
    output,
  );
};
