/** A PostgreSQL of the benchmark's own, from Debian's packages: data in a temporary folder, reached by a socket in it, ended with this process. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

export interface PostgresServer {
  /** The folder of its socket: what a client takes for a host. */
  readonly host: string;
  readonly user: string;
  readonly version: string;
  close(): Promise<void>;
}

const packagesRoot = '/usr/lib/postgresql';

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** The newest installed version's programs. */
const findPrograms = async (): Promise<{ version: string; bin: string } | undefined> => {
  const versions = await namesIn(packagesRoot);
  const found: { version: string; bin: string }[] = [];
  for (const version of versions) {
    const bin = join(packagesRoot, version, 'bin');
    if ((await namesIn(bin)).includes('initdb')) found.push({ version, bin });
  }
  return found.toSorted((one, other) => Number(other.version) - Number(one.version))[0];
};

/** PostgreSQL refuses to run as root: then its package's own user runs it. */
const runAs = (): { uid: number; gid: number } | Record<string, never> => {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};

/** Waits for the end of a pipe that only this process holds: even when killed, it takes the server with it, once clients have left. */
const watcher = '(cat <&3; kill -TERM $$) >/dev/null 2>&1 & exec "$@" 3<&-';

/** As it is installed: a ledger that may forget what it promised is none. */
const settings = ['listen_addresses='];

const ready = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`PostgreSQL ended: ${said}`)));
  });

/** Undefined when no PostgreSQL is installed. */
export const startPostgres = async (): Promise<PostgresServer | undefined> => {
  const programs = await findPrograms();
  if (!programs) return undefined;
  const { version, bin } = programs;
  const as = runAs();
  const folder = await mkdtemp(join(tmpdir(), 'tessera-postgres-'));
  if (as.uid !== undefined) await chown(folder, as.uid, as.gid);
  const data = join(folder, 'data');
  const user = 'bench';
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const options = ['-D', data, '-U', user, '--auth=trust', '--no-sync', '--encoding=UTF8', '--no-locale'];
    execFileSync(join(bin, 'initdb'), options, { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    const args = ['-D', data, '-k', folder, ...settings.flatMap((setting) => ['-c', setting])];
    const server = spawn('sh', ['-c', watcher, 'postgres', join(bin, 'postgres'), ...args], {
      ...as,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    await ready(server);
    const close = async () => {
      const ended = once(server, 'exit');
      (server.stdio[3] as Writable).end();
      await ended;
      await removeFolder();
    };
    return { host: folder, user, version, close };
  } catch (error) {
    await removeFolder();
    throw error;
  }
};
