/**
 * Where each function's code is loaded from. A bundle starts three times as fast as the sources do and is nearer to what is
 * deployed; a long-running account loads the sources, so that a change counts at once.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { FunctionModel } from '../contracts.ts';
import { keptFolder } from '../kept-folder.ts';

/** The URL of a function's module. */
export type EntryUrl = (fn: FunctionModel) => string;

/** A file below the sources has the same name in the bundles. */
const bundleOf = (entry: string): string => entry.replace(/\.ts$/, '.mjs');

const bundle = (root: string, entries: readonly string[]) => async (outDir: string) => {
  await build({
    absWorkingDir: root,
    entryPoints: [...entries],
    outdir: outDir,
    outbase: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    sourcemap: true,
    mainFields: ['module', 'main'],
    // Packages with compiled parts stay where they are.
    external: ['sharp'],
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'silent',
  });
};

export const sourceEntries =
  (root: string): EntryUrl =>
  ({ entry }) =>
    pathToFileURL(resolve(root, entry)).href;

export async function bundledEntries(root: string, functions: readonly FunctionModel[]): Promise<EntryUrl> {
  const entries = [...new Set(functions.map(({ entry }) => entry))].toSorted();
  const folder = await keptFolder({ root, kind: 'bundles', context: entries }, bundle(root, entries));
  return ({ entry }) => pathToFileURL(resolve(folder, bundleOf(entry))).href;
}
