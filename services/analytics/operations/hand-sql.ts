/** SQL that somebody wrote by hand, of which an engine without a lock of its own must be asked no more than to read. */
import { OperatorError } from '#shared/operations/operator-error.ts';

/** Texts, quoted names and comments, as Trino reads them: a backslash escapes nothing, comments do not nest. */
const pieces = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\r\n]*|\/\*[\s\S]*?\*\//g;

/** What stands in a comment is neither a statement nor a parameter, and views go before the first word. */
export const withoutComments = (text: string): string =>
  text.replaceAll(pieces, (piece) => (piece.startsWith('--') || piece.startsWith('/*') ? ' ' : piece)).trim();

const reads = /^(?:EXPLAIN\s+)?[\s(]*(?:SELECT|WITH)\b/i;

/** @throws OperatorError for all but one SELECT, which may begin with WITH or be explained. */
export const onlyReads = (text: string): void => {
  if (text.replaceAll(pieces, "''").includes(';')) throw new OperatorError('one statement at a time');
  if (!reads.test(text))
    throw new OperatorError('only a SELECT can be asked: the text begins with SELECT, WITH or EXPLAIN SELECT');
};

/** @throws OperatorError where the table is called by its full name, which goes round the clause that has the app and the days. */
export const onlyScoped = (text: string, { database, table }: { database: string; table: string }): void => {
  const told = text.replaceAll(/'(?:[^']|'')*'/g, "''");
  const [schema, name] = [database, table].map((one) => `(?:\\b${RegExp.escape(one)}\\b|"${RegExp.escape(one)}")`);
  if (new RegExp(`${schema}\\s*\\.\\s*${name}`, 'i').test(told))
    throw new OperatorError(
      `the table is "${table}" alone, without "${database}." before it: so it has the app and the days`,
    );
};
