/**
 * Stack traces of bundles by lines of the sources. Node's own `--enable-source-maps` reads every map at start, half of what a
 * function's start costs; here a map is read when a trace needs it.
 */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const maps = new Map<string, SourceMap | undefined>();

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload);
  } catch {
    // A file that is no bundle has no map.
    return undefined;
  }
}

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) maps.set(file, readMap(file));
  return maps.get(file);
}

function sourceOf(file: string, line: number, column: number): string | undefined {
  const origin = mapOf(file)?.findOrigin(line, column);
  if (!origin || !('fileName' in origin)) return undefined;
  const { fileName, lineNumber, columnNumber } = origin;
  return `${relative(process.cwd(), resolve(dirname(file), fileName))}:${lineNumber}:${columnNumber}`;
}

/** As in `at handler (file:///…/hold.mjs:12:3)`. */
export const toSourceLine = (line: string): string =>
  line.replace(
    /(file:\/\/\/[^\s()]+\.mjs):(\d+):(\d+)/,
    (place, url: string, row, column) => sourceOf(fileURLToPath(url), Number(row), Number(column)) ?? place,
  );
