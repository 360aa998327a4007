/**
 * From a job's event to the message about it: users with a socket each, by the client in sdk/, on the local account with a sandbox
 * that answers at once. Beside it how long the same jobs took from accepted to completed, which ends on the bus, where the message
 * begins. The local account plays all of AWS, and all clients, in this one process: read the ratio, and how each column changes downwards.
 */
import { connectRealtime } from '../sdk/realtime/index.ts';
import type { Stack, User } from '../test/system/stack.ts';
import { drive, list, loads, percentile } from './load.ts';
import { printTable } from './table.ts';
import { startTesseraJobs, type TesseraJobs } from './tessera-jobs.ts';

interface Scene {
  readonly connected: number;
  /** Those of them who run jobs. */
  readonly users: number;
  readonly jobs: number;
}

const [alone, crowd] = loads;
/** What sockets alone cost, and what a rush does. */
const scenes: readonly Scene[] = [
  { connected: alone.users, ...alone },
  { connected: crowd.users, ...alone },
  { connected: crowd.users, ...crowd },
];
/** Far more than a message ever takes. */
const patienceMs = 60_000;

interface Listener {
  readonly user: User;
  readonly opened: Promise<void>;
  /** Milliseconds from the time in the event, which is taken just before it is appended, to its message. */
  heard(jobId: string): Promise<number>;
  close(): void;
}

const within = <Value>(what: string, promise: Promise<Value>): Promise<Value> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what}: nothing came within a minute`)), patienceMs);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

const listen = ({ account }: Stack, user: User): Listener => {
  const heard = new Map<string, PromiseWithResolvers<number>>();
  const messageOf = (jobId: string): PromiseWithResolvers<number> => {
    const known = heard.get(jobId) ?? Promise.withResolvers<number>();
    heard.set(jobId, known);
    return known;
  };
  const opened = Promise.withResolvers<void>();
  const realtime = connectRealtime({
    url: account.webSocketUrl(),
    token: () => user.token,
    onState: (state) => {
      if (state === 'open') opened.resolve();
    },
  });
  realtime.on('generation.updated', ({ at, data }) => {
    if (data.status === 'completed') messageOf(data.id).resolve(Date.now() - Date.parse(at));
  });
  return {
    user,
    opened: within('a connection', opened.promise),
    heard: (jobId) => within(`a message about ${jobId}`, messageOf(jobId).promise),
    close: () => realtime.close(),
  };
};

interface Taken {
  readonly completedMs: number;
  readonly heardMs: number;
}

const measure = async (tessera: TesseraJobs, { connected, users, jobs }: Scene): Promise<Taken[]> => {
  const signedUp: User[] = [];
  for (const _ of list(connected)) signedUp.push(await tessera.signUp());
  const listeners = signedUp.map((user) => listen(tessera.stack, user));
  try {
    await Promise.all(listeners.map(({ opened }) => opened));
    return await drive(listeners.slice(0, users), jobs, async ({ user, heard }) => {
      const { id, ms } = await tessera.run(user);
      return { completedMs: ms, heardMs: await heard(id) };
    });
  } finally {
    for (const listener of listeners) listener.close();
  }
};

const users = (count: number): string => `${count} user${count === 1 ? '' : 's'}`;

export const benchRealtime = async (): Promise<void> => {
  const tessera = await startTesseraJobs();
  try {
    await measure(tessera, { connected: 4, users: 4, jobs: 2 });
    const rows: (string | number)[][] = [];
    for (const scene of scenes) {
      const taken = await measure(tessera, scene);
      const completed = taken.map(({ completedMs }) => completedMs);
      const heard = taken.map(({ heardMs }) => heardMs);
      const at = (share: number): [number, number] => [percentile(completed, share), percentile(heard, share)];
      const [middle, slowest] = [at(0.5), at(0.99)];
      rows.push([
        `${users(scene.connected)} connected, ${scene.users * scene.jobs} jobs of ${users(scene.users)}`,
        ...[middle[1], slowest[1], middle[0], slowest[0]].map(Math.round),
        (middle[1] / middle[0]).toFixed(2),
        (slowest[1] / slowest[0]).toFixed(2),
      ]);
    }
    await tessera.check();
    printTable(
      'Job completed, from its event to the message at the client, ms (beside accepted to completed)',
      ['', 'heard p50', 'p99', 'completed p50', 'p99', 'ratio p50', 'p99'],
      rows,
    );
  } finally {
    await tessera.stack.close();
  }
};
