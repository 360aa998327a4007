/**
 * Where each function's code is loaded from. A bundle starts three times as fast as the sources do and is nearer to what is
 * deployed; a long-running account loads the sources, so that a change counts at once.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { FunctionModel } from '../contracts.ts';
import { keptFolder } from '../kept-folder.ts';

/** What a worker loads. */
export interface FunctionCode {
  /** The module that stands for Lambda's runtime. */
  readonly bootstrap: URL;
  /** The URL of a function's module. */
  readonly entryUrl: (fn: FunctionModel) => string;
}

const bootstrap = 'local/functions/worker-bootstrap.ts';

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
    // Not named in the bundles: see `source-lines.ts`.
    sourcemap: 'external',
    mainFields: ['module', 'main'],
    // Packages with compiled parts stay where they are.
    external: ['sharp'],
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'silent',
  });
};

export const fromSources = (root: string): FunctionCode => ({
  bootstrap: new URL('./worker-bootstrap.ts', import.meta.url),
  entryUrl: ({ entry }) => pathToFileURL(resolve(root, entry)).href,
});

/** Functions of this repository. */
export async function fromBundles(root: string, functions: readonly FunctionModel[]): Promise<FunctionCode> {
  const entries = [bootstrap, ...new Set(functions.map(({ entry }) => entry))].toSorted();
  const folder = await keptFolder({ root, kind: 'bundles', context: entries }, bundle(root, entries));
  const urlOf = (entry: string) => pathToFileURL(resolve(folder, bundleOf(entry)));
  return { bootstrap: urlOf(bootstrap), entryUrl: ({ entry }) => urlOf(entry).href };
}
