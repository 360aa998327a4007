/** Folders of generated files, kept by what they were made from: made once, then found by every test and every start. */
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface KeptFolder {
  readonly root: string;
  /** Names the kind of content, as in `templates`. */
  readonly kind: string;
  /** What it depends on beside the sources. */
  readonly context: unknown;
}

const files = ['cdk.json', 'package-lock.json'];
const folders = ['apps', 'infra', 'services', 'shared', 'local/functions'];
const isSource = (path: string): boolean => path.endsWith('.ts') && !/\.test\.ts$|(^|\/)(test|testing)\//.test(path);
/** Those of earlier states are kept for a change that is taken back, and not for ever. */
const keptOfAKind = 12;

/** Reads hundreds of small files at each start: one after the other takes half the CPU of all at once. */
function fingerprintOf({ root, context }: KeptFolder): string {
  const inside = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  );
  const { CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION } = process.env;
  const outside = [process.version, CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION, context];
  const hash = createHash('sha256').update(JSON.stringify(outside));
  for (const path of [...files, ...inside.filter(isSource)].toSorted())
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex').slice(0, 32);
}

async function dropOldest(cache: string): Promise<void> {
  const entries = await Promise.all(
    (await readdir(cache)).map(async (name) => ({ name, madeAt: (await stat(join(cache, name))).mtimeMs })),
  );
  const old = entries.toSorted((a, b) => b.madeAt - a.madeAt).slice(keptOfAKind);
  await Promise.all(old.map(({ name }) => rm(join(cache, name), { recursive: true, force: true })));
}

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The folder, filled by `make` if sources or context are new. To be read, never changed. */
export async function keptFolder(folder: KeptFolder, make: (outDir: string) => Promise<void>): Promise<string> {
  const cache = join(folder.root, 'node_modules/.cache/tessera', folder.kind);
  const kept = join(cache, fingerprintOf(folder));
  if (await exists(kept)) return kept;
  await mkdir(cache, { recursive: true });
  const outDir = join(cache, `making-${randomUUID()}`);
  try {
    await make(outDir);
    // Another process may have made the same meanwhile: either is good.
    await rename(outDir, kept).catch(async (error: unknown) => {
      if (!(await exists(kept))) throw error;
    });
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
  await dropOldest(cache).catch(() => undefined);
  return kept;
}
