/** Stripe's own stripe-mock: checks every request against Stripe's OpenAPI, and answers examples. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const name = 'stripe-mock';
const source = 'github.com/stripe/stripe-mock@latest';
const startTimeoutMs = 10_000;

/** Why it cannot run here, with what to do about it. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

const askGo = (...words: readonly string[]): string | undefined => {
  try {
    return execFileSync('go', [...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  } catch {
    return undefined;
  }
};

const goFolder = (): string | undefined => {
  const chosen = askGo('env', 'GOBIN');
  if (chosen) return chosen;
  const root = askGo('env', 'GOPATH')?.split(delimiter)[0];
  return root ? join(root, 'bin') : undefined;
};

/** On the PATH, or where Go puts what it installs; built there when there is Go. @throws CannotRun */
export const findStripeMock = (say: (text: string) => void): string => {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  const found = onPath.find((path) => existsSync(path));
  if (found) return found;
  const folder = goFolder();
  if (folder === undefined) throw new CannotRun(`Install Go (https://go.dev/dl), then: go install ${source}`);
  const built = join(folder, name);
  if (existsSync(built)) return built;
  say(`building ${name}, which takes a minute the first time`);
  if (askGo('install', source) === undefined || !existsSync(built))
    throw new CannotRun(`${name} could not be built: see above. By hand: go install ${source}`);
  return built;
};

export interface StripeMock {
  readonly url: string;
  close(): Promise<void>;
}

/** On a port of its own choice, which it tells. @throws CannotRun */
export const startStripeMock = async (binary: string): Promise<StripeMock> => {
  const mock = spawn(binary, ['-http-addr', '127.0.0.1:0', '-https-addr', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(mock, 'exit');
  const close = async () => {
    mock.kill();
    await ended;
  };
  const deadline = setTimeout(() => mock.kill(), startTimeoutMs);
  const address = await new Promise<string | undefined>((resolve) => {
    mock.once('error', () => resolve(undefined));
    mock.once('exit', () => resolve(undefined));
    // Goes on reading for ever: a full pipe would stop it.
    createInterface({ input: mock.stdout }).on('line', (line) => {
      const [, told] = /Listening for HTTP at address: (\S+)/.exec(line) ?? [];
      if (told !== undefined) resolve(told);
    });
  });
  clearTimeout(deadline);
  if (address === undefined) throw new CannotRun(`${binary} ended before it listened`);
  return { url: `http://${address}`, close };
};
