/** Results as a plain table: the first column is text, the others are numbers, right-aligned. */
export const printTable = (
  title: string,
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void => {
  const cells = [
    header,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell))),
  ];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  const [head = [], ...body] = cells;
  console.log(`\n${title}\n\n  ${line(head)}\n  ${widths.map((width) => '─'.repeat(width)).join('  ')}`);
  for (const row of body) console.log(`  ${line(row)}`);
};

/** The middle of some measurements. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** Milliseconds that a piece of work took. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};
