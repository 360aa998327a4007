/** The named queries and the views they stand on, as files of SQL that say in their first lines what they are. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const folder = join(import.meta.dirname, '../../../analytics');

/** `-- views: jobs, spend`, `-- days: 7`, `-- reads: history`, each on a line of its own behind the description. */
const setting = /^-- (views|days|reads): (.+)$/;
const names = z.string().transform((text) => text.split(',').map((name) => name.trim()));
const settings = z.strictObject({
  views: names.default([]),
  days: z.coerce.number().int().min(1).max(366).default(30),
  reads: z.enum(['period', 'history']).default('period'),
});

export interface Sql {
  readonly text: string;
  /** Views that the text names. */
  readonly views: readonly string[];
}

export interface NamedQuery extends Sql {
  readonly name: string;
  readonly description: string;
  /** How long the period is, where nobody says when it begins. */
  readonly days: number;
  /** `history`: what happened before the period counts too. */
  readonly reads: 'period' | 'history';
}

export interface Library {
  readonly queries: ReadonlyMap<string, NamedQuery>;
  readonly views: ReadonlyMap<string, Sql>;
}

const read = (name: string, file: string): NamedQuery => {
  const lines = file.trimEnd().split('\n');
  const isComment = (line: string) => line.startsWith('--');
  const head = lines.slice(
    0,
    lines.findIndex((line) => !isComment(line)),
  );
  const [first = ''] = head;
  const found = head.slice(1).map((line) => setting.exec(line)?.slice(1) ?? [line, '']);
  const { views, days, reads } = settings.parse(Object.fromEntries(found));
  const text = lines.slice(head.length).join('\n');
  return { name, description: first.replace(/^-- /, ''), text, views, days, reads };
};

const readFolder = async (path: string): Promise<NamedQuery[]> => {
  const files = (await readdir(path)).filter((file) => file.endsWith('.sql')).toSorted();
  return Promise.all(
    files.map(async (file) => read(file.replace(/\.sql$/, ''), await readFile(join(path, file), 'utf8'))),
  );
};

/** @throws for a file whose first lines say what nobody understands. */
export const readLibrary = async (): Promise<Library> => {
  const [queries, views] = await Promise.all([readFolder(folder), readFolder(join(folder, 'views'))]);
  return {
    queries: new Map(queries.map((query) => [query.name, query])),
    views: new Map(views.map((view) => [view.name, view])),
  };
};

/** The views that a text names, as words: one too many costs nothing, for what is not read is not computed. */
export const viewsNamed = (text: string, { views }: Library): string[] =>
  [...views.keys()].filter((name) => new RegExp(`\\b${name}\\b`, 'i').test(text));

/** These views and the ones they stand on, each behind those that it needs. */
const inOrder = (wanted: readonly string[], { views }: Library): (readonly [string, Sql])[] => {
  const ordered = new Map<string, Sql>();
  const add = (name: string, above: readonly string[]) => {
    const view = views.get(name);
    if (!view || above.includes(name)) throw new Error(`there is no view ${name}, or it stands on itself`);
    for (const below of view.views) add(below, [...above, name]);
    ordered.set(name, view);
  };
  for (const name of wanted) add(name, []);
  return [...ordered];
};

const indented = (text: string): string => text.replaceAll(/^/gm, '  ');

/** What may stand before a query of its own: EXPLAIN, and WITH, whose clauses follow those of the views. */
const beginning = /^\s*(?<explain>EXPLAIN\s+)?(?<own>WITH\s+(?<recursive>RECURSIVE\s+)?)?/i;

/** The table `events` as a clause that has nothing but the app and the days. @param table with its database */
export const scopedEvents = (table: string): string =>
  `events AS (\n  SELECT * FROM ${table}\n  WHERE day BETWEEN :since AND :until AND (:app IS NULL OR app = :app)\n)`;

/**
 * One statement of SQL: the views as WITH clauses, and the query behind them, whose own WITH clauses follow theirs.
 * @param first clauses that stand before the views, which may read them
 */
export const statementOf = ({ text, views }: Sql, library: Library, first: readonly string[] = []): string => {
  const named = inOrder(views, library).map(([name, view]) => `${name} AS (\n${indented(view.text)}\n)`);
  const clauses = [...first, ...named];
  if (clauses.length === 0) return text;
  const { explain = '', own, recursive = '' } = beginning.exec(text)?.groups ?? {};
  const rest = text.replace(beginning, '').trimStart();
  return `${explain}WITH ${recursive}${clauses.join(', ')}${own === undefined ? '\n' : ', '}${rest}`;
};
