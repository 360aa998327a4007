/** Aligned columns. Numbers are set right, text left; what has no room is not cut. */

export type Cell = string | number | undefined;

const text = (cell: Cell): string => (typeof cell === 'number' ? cell.toLocaleString('en') : (cell ?? ''));

/** A table's lines, two spaces in, under a header and a rule. */
export const columns = (header: readonly string[], rows: readonly (readonly Cell[])[]): string[] => {
  const isNumeric = header.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const cells = [header, ...rows.map((row) => header.map((_, column) => text(row[column])))];
  const widths = header.map((_, column) => cells.reduce((max, row) => Math.max(max, row[column]?.length ?? 0), 0));
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('  ')}`.trimEnd();
  const [head = [], ...body] = cells;
  return [line(head), `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`, ...body.map(line)];
};

/** @example count(1, 'account') // 1 account   count(1200, 'account') // 1,200 accounts */
export const count = (number: number, noun: string): string =>
  `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
