/** Runs the CDK app without the CDK's command line and without bundling: about two seconds instead of ten, and none when nothing changed. */
import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { keptFolder } from './kept-folder.ts';

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

/** The folder of templates for this context, made only if sources or context are new. To be read, never changed. */
export const synthesized = ({
  context = {},
  root = repositoryRoot,
}: Omit<SynthesisOptions, 'outDir'> = {}): Promise<string> =>
  keptFolder({ root, kind: 'templates', context }, (outDir) => synthesize({ outDir, context, root }));
