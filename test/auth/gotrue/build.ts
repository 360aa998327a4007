/** The real Supabase Auth, built from its pinned source once and kept. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '#local/synthesize.ts';
import { CannotRun } from './cannot-run.ts';

const version = 'v2.189.0';
/** Of that version. By its commit: the module's path lacks the `/v2` that Go asks of such a tag. */
const commit = '4fa66ba71d8c55b5c95cd5635766ed8bbae6d96a';
/** Not in `.local`, which `npm start -- --fresh` empties. */
const folder = join(repositoryRoot, 'node_modules', '.cache', 'gotrue', commit);

export interface GotrueBinary {
  readonly path: string;
  /** Nothing is claimed of a binary that was given. */
  readonly name: string;
}

const hasGo = (): boolean => {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** @param given a binary that is there already. @throws CannotRun */
export const buildGotrue = async (given: string | undefined, say: (text: string) => void): Promise<GotrueBinary> => {
  if (given !== undefined) {
    if (!existsSync(given)) throw new CannotRun(`GOTRUE_BINARY names ${given}, which is not there.`);
    return { path: given, name: `what GOTRUE_BINARY names (${given})` };
  }
  const binary = { path: join(folder, 'auth'), name: `Supabase Auth ${version}` };
  if (existsSync(binary.path)) return binary;
  if (!hasGo())
    throw new CannotRun('Go is not installed. It builds Supabase Auth: https://go.dev/dl, or set GOTRUE_BINARY.');
  say(`building ${binary.name}, which takes minutes the first time`);
  await mkdir(folder, { recursive: true });
  const go = spawn('go', ['install', `github.com/supabase/auth@${commit}`], {
    cwd: folder,
    env: { ...process.env, GOBIN: folder },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(go, 'exit')) as [number | null];
  if (code !== 0 || !existsSync(binary.path))
    throw new CannotRun(
      'Supabase Auth could not be built: see above. GOTRUE_BINARY may name one that was built elsewhere.',
    );
  return binary;
};
