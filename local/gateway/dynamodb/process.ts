/** The DynamoDB backend: a dynoxide process on a loopback port that ends with this one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

export interface DynamoProcess {
  readonly url: string;
  close(): Promise<void>;
}

const startTimeoutMs = 5000;
const maxAttempts = 5;

function binary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    return join(createRequire(import.meta.url).resolve(`${name}/package.json`), '..', 'dynoxide');
  } catch {
    throw new Error(`the DynamoDB backend for this platform is not installed: npm install --no-save ${name}`);
  }
}

/** dynoxide cannot tell which port it took, so one is looked for. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** The shell beside the process waits for the end of a pipe that only this process holds: even when killed, this one takes the backend with it. */
const watcher = '(cat <&3; kill -TERM $$) >/dev/null 2>&1 & exec "$@" 3<&-';

function start(port: number, databasePath: string | undefined): ChildProcess {
  const options = ['--host', '127.0.0.1', '--port', String(port), ...(databasePath ? ['--db-path', databasePath] : [])];
  return spawn('sh', ['-c', watcher, 'dynoxide', binary(), ...options], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
}

/** Resolves to what it said when it ended before it was ready, to undefined when it listens. */
function ready(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const timer = setTimeout(() => resolve(`not ready after ${startTimeoutMs} ms: ${said}`), startTimeoutMs);
    const finish = (problem?: string) => {
      clearTimeout(timer);
      resolve(problem);
    };
    child.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-4000);
      if (/listening on http:\/\/\S+:\d+\s/.test(said)) finish();
    });
    child.once('error', (error) => finish(error.message));
    child.once('exit', () => finish(said || 'it ended at once'));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  const ended =
    child.exitCode === null && child.signalCode === null
      ? new Promise((resolve) => child.once('exit', resolve))
      : undefined;
  (child.stdio[3] as Writable).end();
  await ended;
}

/** @throws Error with what dynoxide said when it does not start. */
export async function startDynamo(databasePath?: string): Promise<DynamoProcess> {
  let problem: string | undefined;
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const port = await freePort();
    const child = start(port, databasePath);
    problem = await ready(child);
    if (problem === undefined) return { url: `http://127.0.0.1:${port}`, close: () => stop(child) };
    await stop(child);
    // Another process may have taken the port in between.
    if (!problem.includes('already in use')) break;
  }
  throw new Error(`dynoxide does not start: ${problem}`);
}
