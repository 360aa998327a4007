/** What a query answers, whoever was asked: columns and rows, printed for people or for other programs. */
import { type Cell, columns, count } from '#shared/operations/columns.ts';

export type Value = string | number | boolean | null;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

export type Format = 'table' | 'csv' | 'json';

/** More than anybody reads. */
const maxRowsShown = 500;

const cell = (value: Value): Cell => (value === null ? undefined : typeof value === 'boolean' ? String(value) : value);

const asTable = ({ columns: header, rows }: Table): string => {
  const shown = rows.slice(0, maxRowsShown).map((row) => row.map(cell));
  const more = rows.length - shown.length;
  return [
    ...columns(header, shown),
    `  ${count(rows.length, 'row')}${more > 0 ? `, of which ${more} are not shown: --csv or --json gives all` : ''}`,
  ].join('\n');
};

/** RFC 4180. A text that a spreadsheet would take for a formula is not made harmless: these columns are our own names and ids. */
const field = (value: Value): string => {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const asCsv = ({ columns: header, rows }: Table): string =>
  [header, ...rows].map((row) => row.map(field).join(',')).join('\n');

const asJson = ({ columns: header, rows }: Table): string =>
  JSON.stringify(
    rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? null]))),
    undefined,
    2,
  );

export const printed = (table: Table, format: Format): string => {
  switch (format) {
    case 'table':
      return asTable(table);
    case 'csv':
      return asCsv(table);
    case 'json':
      return asJson(table);
  }
};
