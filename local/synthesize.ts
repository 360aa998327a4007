/** Runs the CDK app without the CDK's command line and without bundling: about two seconds instead of ten, and none when nothing changed. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { glob, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const timeLimitMs = 120_000;
const run = promisify(execFile);

export interface SynthesisOptions {
  /** Emptied first. */
  readonly outDir: string;
  /** CDK context, for example `issuers`. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Default: this repository. */
  readonly root?: string;
}

export const repositoryRoot = resolve(import.meta.dirname, '..');

/** Rejects with the app's own message when it fails. */
export async function synthesize({ outDir, context = {}, root = repositoryRoot }: SynthesisOptions): Promise<void> {
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  const env: Record<string, string | undefined> = {
    ...process.env,
    CDK_OUTDIR: resolve(outDir),
    CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [], ...context }),
    // Written for a Node that runs Jest; the CDK app needs none of it.
    NODE_OPTIONS: undefined,
  };
  try {
    await run(process.execPath, ['infra/app.ts'], {
      cwd: root,
      env,
      timeout: timeLimitMs,
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`the CDK app (infra/app.ts) failed:\n${stderr || message}`);
  }
}

/** What the templates are made from. */
const sources = ['cdk.json', 'package-lock.json', '{apps,infra,services,shared}/**/*.ts'];
const isSource = (path: string): boolean => !/\.test\.ts$|(^|\/)(test|testing)\//.test(path);
/** Templates of earlier states are kept for a change that is taken back, and not for ever. */
const keptSyntheses = 12;

async function fingerprintOf(root: string, context: unknown): Promise<string> {
  const paths: string[] = [];
  for await (const path of glob(sources, { cwd: root })) if (isSource(path)) paths.push(path);
  const { CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION } = process.env;
  const outside = [process.version, CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION, context];
  const hash = createHash('sha256').update(JSON.stringify(outside));
  for (const path of paths.toSorted()) hash.update(`\0${path}\0`).update(await readFile(join(root, path)));
  return hash.digest('hex').slice(0, 32);
}

async function dropOldest(cache: string): Promise<void> {
  const entries = await Promise.all(
    (await readdir(cache)).map(async (name) => ({ name, usedAt: (await stat(join(cache, name))).mtimeMs })),
  );
  const old = entries.toSorted((a, b) => b.usedAt - a.usedAt).slice(keptSyntheses);
  await Promise.all(old.map(({ name }) => rm(join(cache, name), { recursive: true, force: true })));
}

/** The folder of templates for this context, made only if sources or context are new. To be read, never changed. */
export async function synthesized({
  context = {},
  root = repositoryRoot,
}: Omit<SynthesisOptions, 'outDir'> = {}): Promise<string> {
  const cache = join(root, 'node_modules/.cache/tessera/templates');
  const kept = join(cache, await fingerprintOf(root, context));
  if (await stat(kept).catch(() => undefined)) return kept;
  await mkdir(cache, { recursive: true });
  const outDir = join(cache, `making-${randomUUID()}`);
  try {
    await synthesize({ outDir, context, root });
    // Another process may have made the same meanwhile: either is good.
    await rename(outDir, kept).catch(async (error: unknown) => {
      if (!(await stat(kept).catch(() => undefined))) throw error;
    });
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
  await dropOldest(cache).catch(() => undefined);
  return kept;
}
