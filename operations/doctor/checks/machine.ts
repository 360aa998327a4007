/** What this machine needs: Node, the packages that are made for one platform, and ports for `npm start`. */
import { createServer } from 'node:net';
import { type Check, failed, ok, skipped, warning, wordingOf } from '../check.ts';

/** What the functions run on, and `npm ci` brings along. */
const neededMajor = 24;

export const nodeCheck = (version: string): Check => ({
  name: 'Node',
  look: async () => {
    const major = Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);
    if (major >= neededMajor) return ok(version);
    return failed(`${version}, and ${neededMajor} is needed`, 'Node 24 comes with the packages:', 'npm ci');
  },
});

export interface PlatformPackage {
  readonly name: string;
  /** Rejects when it is not there, or not for this platform. */
  readonly load: () => Promise<unknown>;
  readonly platform: string;
}

/** Compiled for one platform each, so an install on another one leaves them out without a word. */
export const packageCheck = ({ name, load, platform }: PlatformPackage): Check => ({
  name: `package ${name}`,
  look: async () => {
    try {
      await load();
      return ok('there, for this platform');
    } catch (error) {
      return failed(
        `cannot be loaded on ${platform}: ${wordingOf(error).split('\n')[0]}`,
        'Install again, on Linux x86-64 with glibc:',
        'npm ci --os=linux --cpu=x64 --libc=glibc',
      );
    }
  },
});

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

export interface PortsOptions {
  readonly ports: readonly number[];
  /** `npm start` runs, and holds them. */
  readonly running: boolean;
}

export const portsCheck = ({ ports, running }: PortsOptions): Check => ({
  name: 'ports of npm start',
  look: async () => {
    if (running) return skipped('npm start runs here and holds them');
    const free = await Promise.all(ports.map(isFree));
    const taken = ports.filter((_, index) => !free[index]);
    if (taken.length === 0) return ok(`${ports.join(', ')} are free`);
    return warning(
      `${taken.join(', ')} ${taken.length === 1 ? 'is' : 'are'} taken`,
      'End what listens there, or give npm start other ports:',
      `ss -ltnp | grep -E ':(${taken.join('|')})\\b'`,
      'npm start -- --port 4100 --auth-port 4101 --payments-port 4102 --socket-port 4103',
    );
  },
});
