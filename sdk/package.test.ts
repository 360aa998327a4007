/** What is published: it needs nothing, knows no Node, is small, and its declarations are complete. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { buildPackage } from './build.ts';

const tsc = join(import.meta.dirname, '../node_modules/.bin/tsc');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sdk-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const typeCheck = (...args: readonly string[]): string => {
  try {
    execFileSync(tsc, args, { encoding: 'utf8' });
    return '';
  } catch (error) {
    return (error as { readonly stdout: string }).stdout;
  }
};

test('NB10 the client compiles where there is a browser and no Node', () => {
  expect(typeCheck('-p', import.meta.dirname)).toBe('');
});

/** Measured, and a tenth more. */
test.each([
  ['index.ts', 8_700],
  ['admin.ts', 3_600],
])('NB10 %s needs nothing but itself and has at most %i bytes', async (entry, bytes) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    metafile: true,
    write: false,
  });
  expect(Object.keys(metafile.inputs).filter((path) => !path.startsWith('sdk/'))).toEqual([]);
  expect(gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).byteLength).toBeLessThanOrEqual(bytes);
});

test('NB10 an app in TypeScript takes the built package: its types hold, and it runs', async () => {
  const packed = join(folder, 'client');
  await buildPackage(join(packed, 'dist'));
  writeFileSync(join(packed, 'package.json'), readFileSync(join(import.meta.dirname, 'package.json')));
  const { name } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as { readonly name: string };
  const modules = join(folder, 'app/node_modules', name, '..');
  mkdirSync(modules, { recursive: true });
  symlinkSync(packed, join(folder, 'app/node_modules', name));
  const app = join(folder, 'app/app.ts');
  const source = (status: string) => `
    import { createTessera, type Generation, TesseraError } from '${name}';
    import { createTesseraAdmin } from '${name}/admin';
    const tessera = createTessera({ url: 'https://api.example', token: async () => 'a.b.c' });
    export const show = async (): Promise<Generation['status']> => {
      for await (const { status } of tessera.generations.list({ status: '${status}' })) return status;
      throw new TesseraError({ type: 'about:blank', title: 'none' });
    };
    console.log(Object.keys(tessera).length > 10, typeof createTesseraAdmin({ url: '', adminKey: '' }).users.list);`;
  const options = [
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--strict',
    '--lib',
    'es2022,dom',
    '--types',
    '',
    '--ignoreConfig',
  ];
  writeFileSync(app, source('completed'));
  writeFileSync(join(folder, 'app/package.json'), '{ "type": "module" }');
  expect(typeCheck(app, ...options)).toBe('');
  expect(execFileSync(process.execPath, [join(folder, 'app/app.js')], { encoding: 'utf8' })).toBe('true function\n');
  writeFileSync(app, source('compleet'));
  expect(typeCheck(app, ...options, '--noEmit')).toContain(`'"compleet"' is not assignable`);
});
