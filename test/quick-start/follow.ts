/** Follows a guide in a copy of this tree: its commands by a shell, `npm start` beside them until the end. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import type { Step } from './guide.ts';

const root = join(import.meta.dirname, '..', '..');
/** What a fresh clone does not have, but for the packages, which are those of this tree. */
const notCloned = ['.git', '.local', '.stryker-tmp', 'cdk.out', 'demo-out', 'node_modules', 'reports'];
const ready = 'Ctrl-C ends it.';
const startLimitMs = 240_000;
/** Its own limit, so that what a command has started ends with it. */
const commandLimitSeconds = '90';
const maxOutputBytes = 1_000_000;

/** Those of `npm start`, by its options. */
const usualPorts = { '--port': 4000, '--auth-port': 4001, '--payments-port': 4002, '--socket-port': 4003 } as const;

export interface Reader {
  /** Does one step, and answers what was printed. */
  follow(step: Step): Promise<string>;
  end(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const cloned = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-quick-start-'));
  await cp(root, folder, {
    recursive: true,
    filter: (source) => !notCloned.includes(source.slice(root.length + 1).split(sep)[0] ?? ''),
  });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
};

/** Without what the test runner gave this process. */
const shellEnvironment = (): NodeJS.ProcessEnv => {
  const { NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, NODE_ENV: _env, ...rest } = process.env;
  // npm's warnings of this machine's own settings are no part of what the guide's commands print.
  return { ...rest, npm_config_loglevel: 'error' };
};

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

/** A process group of its own, so that Ctrl-C reaches all of it. */
const startBeside = async (command: string, cwd: string): Promise<ChildProcess> => {
  const child = spawn('bash', ['-c', command], { cwd, env: shellEnvironment(), detached: true });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`not ready in time:\n${said}`)), startLimitMs);
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-maxOutputBytes);
      if (!said.includes(ready)) return;
      clearTimeout(limit);
      resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => {
      clearTimeout(limit);
      reject(new Error(`ended by ${code}:\n${said}`));
    });
  }).catch(async (error: unknown) => {
    await endGroup(child);
    throw error;
  });
  return child;
};

const endGroup = async (child: ChildProcess): Promise<void> => {
  if (child.pid === undefined || child.exitCode !== null) return;
  process.kill(-child.pid, 'SIGINT');
  await ended(child);
};

/** The guide's own ports may be taken here. */
const onPorts = async (): Promise<(text: string) => string> => {
  const pairs: (readonly [option: string, usual: number, here: number])[] = [];
  for (const [option, usual] of Object.entries(usualPorts)) pairs.push([option, usual, await freePort()]);
  const options = pairs.map(([option, , here]) => `${option} ${here}`).join(' ');
  return (text) =>
    pairs
      .reduce((changed, [, usual, here]) => changed.replaceAll(`127.0.0.1:${usual}`, `127.0.0.1:${here}`), text)
      .replace(/^npm start$/m, `npm start -- ${options}`);
};

export const startReader = async (): Promise<Reader> => {
  const [folder, here] = [await cloned(), await onPorts()];
  const beside: ChildProcess[] = [];
  const run = async (commands: string): Promise<string> => {
    if (commands === 'npm ci\n') return '';
    if (commands.startsWith('npm start')) {
      beside.push(await startBeside(here(commands), folder));
      return '';
    }
    const { stdout, stderr } = await promisify(execFile)(
      'timeout',
      [commandLimitSeconds, 'bash', '-ec', here(commands)],
      {
        cwd: folder,
        env: shellEnvironment(),
        maxBuffer: maxOutputBytes,
      },
    ).catch((error: unknown) => {
      const { message, stdout: printed = '' } = Object(error) as { message: string; stdout?: string };
      throw new Error(`${message}\n${printed}`, { cause: error });
    });
    return stdout + stderr;
  };
  return {
    async follow(step) {
      if (step.kind === 'run') return run(step.commands);
      const file = join(folder, step.path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, here(step.content));
      return '';
    },
    async end() {
      await Promise.all(beside.map(endGroup));
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
};
