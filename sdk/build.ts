/** The package as it is published, `sdk/dist`: one file of code for each entry, and declarations. `npm run sdk:build` */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

const here = import.meta.dirname;
export const entries = ['index', 'admin'] as const;

/** Shared parts are a file of their own, which both entries import. */
const buildCode = async (outdir: string): Promise<Metafile> => {
  const { metafile } = await build({
    entryPoints: entries.map((entry) => join(here, `${entry}.ts`)),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    sourcemap: true,
    metafile: true,
  });
  return metafile;
};

const buildTypes = (outdir: string): void => {
  const tsc = join(here, '../node_modules/.bin/tsc');
  execFileSync(tsc, [
    '-p',
    here,
    '--noEmit',
    'false',
    '--emitDeclarationOnly',
    '--declaration',
    '--rootDir',
    here,
    '--outDir',
    outdir,
  ]);
  for (const path of globSync('**/*.d.ts', { cwd: outdir })) {
    const file = join(outdir, path);
    // Sources name each other as they are; a package's declarations stand beside its code.
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(from '\.{1,2}\/[^']+)\.ts'/g, "$1.js'"));
  }
};

export const buildPackage = async (outdir: string): Promise<Metafile> => {
  rmSync(outdir, { recursive: true, force: true });
  buildTypes(outdir);
  return buildCode(outdir);
};

if (import.meta.main) await buildPackage(join(here, 'dist'));
