/** An exported file as rows, one after the other: CSV as PostgreSQL writes it, or one JSON object a line. No more than a row lies in memory. */
import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { CsvError, parse } from 'csv-parse';
import { OperatorError } from '#shared/operations/operator-error.ts';
import { linesOf } from './lines-of.ts';

export interface RawRow {
  /** Where it begins. */
  readonly line: number;
  /** What is in it, by column; or why it cannot be read. */
  readonly content:
    | { readonly columns: Readonly<Record<string, unknown>> }
    | { readonly fault: string; readonly text: string };
}

/** A row of a table's: its largest column is a prompt, a result or a callback. */
const maxRowBytes = 4 * 1024 * 1024;

/** Of a row that cannot be read. */
const maxShown = 1_000;

const unreadable = (file: string, error: unknown): unknown => {
  const { code, message } = Object(error) as Partial<NodeJS.ErrnoException>;
  return code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR'
    ? new OperatorError(`${file} cannot be read: ${message}`)
    : error;
};

/** What the parser says beside a record. */
interface Told {
  readonly record: Readonly<Record<string, unknown>>;
  readonly info: { readonly error?: CsvError | undefined };
}

const contentOf = ({ record, info: { error } }: Told): RawRow['content'] =>
  error ? { fault: error.message, text: JSON.stringify(record).slice(0, maxShown) } : { columns: record };

/** Line breaks within cells. The parser's own count takes CRLF within quotes for two. */
const breaksIn = (record: Told['record']): number =>
  Object.values(record).reduce<number>(
    (sum, cell) => sum + (typeof cell === 'string' && cell.includes('\n') ? cell.split('\n').length - 1 : 0),
    0,
  );

async function* csvRows(file: string): AsyncGenerator<RawRow> {
  // A row of too few or too many columns is told of as such, and the next one is read.
  const relaxed = { relax_column_count: true, relax_quotes: true } as const;
  const shape = { columns: true, info: true } as const;
  const parser = parse({ ...shape, ...relaxed, bom: true, skip_empty_lines: true, max_record_size: maxRowBytes });
  const source = createReadStream(file);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let line = 2;
  try {
    for await (const told of parser as AsyncIterable<Told>) {
      yield { line, content: contentOf(told) };
      line += 1 + breaksIn(told.record);
    }
  } catch (error) {
    if (error instanceof CsvError) throw new OperatorError(`${file} is no CSV from line ${line} on: ${error.message}`);
    throw unreadable(file, error);
  } finally {
    source.destroy();
  }
}

const objectOf = (text: string): RawRow['content'] => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { columns: value as Record<string, unknown> };
    return { fault: 'is no JSON object', text: text.slice(0, maxShown) };
  } catch {
    return { fault: 'is not JSON', text: text.slice(0, maxShown) };
  }
};

async function* jsonRows(file: string): AsyncGenerator<RawRow> {
  const source = createReadStream(file);
  let line = 0;
  try {
    for await (const { text, isWhole } of linesOf(source, maxRowBytes)) {
      line += 1;
      const plain = line === 1 ? text.replace(/^\uFEFF/, '') : text;
      if (!isWhole)
        yield { line, content: { fault: `is longer than ${maxRowBytes} bytes`, text: plain.slice(0, maxShown) } };
      else if (plain.trim() !== '') yield { line, content: objectOf(plain) };
    }
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    source.destroy();
  }
}

/** @throws OperatorError for a file that is not there, or of neither form. */
export const readRows = (file: string): AsyncGenerator<RawRow> => {
  switch (extname(file).toLowerCase()) {
    case '.csv':
      return csvRows(file);
    case '.ndjson':
    case '.jsonl':
    case '.json':
      return jsonRows(file);
    default:
      throw new OperatorError(`${file} is to be named .csv or .ndjson, as what it is`);
  }
};
