/**
 * Every function's bundle stays within its budget and holds only what it uses: size is cold-start time, and a package
 * that slips in is found here, not on a bill.
 */
import { describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';

/** KB of minified code. A new entry gets the budget it needs, with a tenth to spare. */
const budgets: Readonly<Record<string, { readonly kb: number; readonly without: readonly string[] }>> = {};

const bundle = async (entry: string) => {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: ['sharp'],
    logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs);
  return {
    bytes: output?.bytes ?? 0,
    inputs: Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  };
};

describe('bundles', () => {
  test.each(Object.entries(budgets))('%s', async (entry, { kb, without }) => {
    const { bytes, inputs } = await bundle(entry);
    const intruders = inputs
      .map(([path]) => path)
      .filter((path) => without.some((name) => path.includes(`node_modules/${name}/`)));
    expect(intruders).toEqual([]);
    expect(Math.ceil(bytes / 1_024)).toBeLessThanOrEqual(kb);
  });
});
