import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { toSourceLine } from './source-lines.ts';

test('a bundle’s line is told as the source’s; what has no map stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'source-lines-'));
  const outfile = join(folder, 'broken.mjs');
  await build({
    stdin: { contents: '\n\nthrow new Error("no");', sourcefile: 'thrower.ts', resolveDir: process.cwd() },
    outfile,
    format: 'esm',
    sourcemap: 'external',
    banner: { js: '// one line more' },
  });
  const url = pathToFileURL(outfile).href;
  expect(toSourceLine(`    at ${url}:2:7`)).toMatch(/thrower\.ts:3:7$/);
  expect(toSourceLine('    at file:///nowhere.mjs:2:7')).toBe('    at file:///nowhere.mjs:2:7');
  expect(toSourceLine('    at process (node:internal:1:2)')).toBe('    at process (node:internal:1:2)');
  await rm(folder, { recursive: true });
});
