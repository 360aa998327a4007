/**
 * From accepted to completed: one job through the whole of Tessera on the local account with a sandbox that answers at once, alone
 * and with 50 users at a time, beside the same job on pg-boss. The local account plays all of AWS in this one process, so read
 * how each column changes downwards, and the pause that polling adds, rather than one figure against the other.
 */
import { type Stack, startStack, type User } from '../test/system/stack.ts';
import { pgBossJobs } from './pg-boss-jobs.ts';
import { startPostgres } from './postgres-server.ts';
import { sandboxParams } from './sandbox-request.ts';
import { printTable } from './table.ts';

/** Users at a time, and jobs of each. A user of flirt-studio has credits for twenty, and a plan that lets two run at once. */
const loads = [
  { users: 1, jobs: 20 },
  { users: 50, jobs: 4 },
] as const;

const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

/** Every user runs their jobs one after the other, all users at once. Answers the milliseconds of each. */
const drive = async <One>(
  users: readonly One[],
  jobs: number,
  run: (user: One, number: number) => Promise<number>,
): Promise<number[]> => {
  const taken = await Promise.all(
    users.map(async (user) => {
      const ms: number[] = [];
      for (let number = 0; number < jobs; number += 1) ms.push(await run(user, number));
      return ms;
    }),
  );
  return taken.flat();
};

const list = (length: number): number[] => Array.from({ length }, (_, index) => index);

interface Tessera {
  signUp(): Promise<User>;
  /** Milliseconds from the answer 202 to the event that says it is done. */
  run(user: User): Promise<number>;
  stack: Stack;
}

const startTessera = async (): Promise<Tessera> => {
  const endedAt = new Map<string, number>();
  const told = new Map<string, (at: number) => void>();
  const stack = await startStack({
    maxWorkersPerFunction: 4,
    onPublished: (_, { 'detail-type': type, detail }) => {
      if (type !== 'JobSucceeded') return;
      const { jobId } = (detail as { data: { jobId: string } }).data;
      endedAt.set(jobId, performance.now());
      told.get(jobId)?.(performance.now());
    },
  });
  const ended = (jobId: string): Promise<number> =>
    new Promise((resolve) => {
      const at = endedAt.get(jobId);
      if (at === undefined) told.set(jobId, resolve);
      else resolve(at);
    });
  return {
    stack,
    signUp: () => stack.signUp('flirt-studio'),
    async run({ api }) {
      const { status, body } = await api.generate({ tool: 'short-chat', params: sandboxParams });
      const acceptedAt = performance.now();
      if (status !== 202) throw new Error(`POST /v1/generations answered ${status}: ${JSON.stringify(body)}`);
      return (await ended(body.id)) - acceptedAt;
    },
  };
};

const measureTessera = async (): Promise<number[][]> => {
  const tessera = await startTessera();
  try {
    const warm = await Promise.all(list(4).map(() => tessera.signUp()));
    await drive(warm, 2, tessera.run);
    const taken: number[][] = [];
    for (const { users, jobs } of loads) {
      const signedUp: User[] = [];
      for (const _ of list(users)) signedUp.push(await tessera.signUp());
      taken.push(await drive(signedUp, jobs, tessera.run));
    }
    await tessera.stack.account.drain();
    const { violations } = await tessera.stack.check();
    if (violations.length > 0) throw new Error(`invariants broken: ${JSON.stringify(violations[0])}`);
    return taken;
  } finally {
    await tessera.stack.close();
  }
};

const measurePgBoss = async (): Promise<{ version: string; taken: number[][] } | undefined> => {
  const server = await startPostgres();
  if (!server) return undefined;
  try {
    const jobs = await pgBossJobs(server, 4);
    try {
      const open = async (name: string, count: number) => {
        const accounts = list(count).map((index) => `${name}-${count}-${index}`);
        for (const account of accounts) await jobs.open(account);
        return accounts;
      };
      await drive(await open('warm-up', 4), 2, jobs.run);
      const taken: number[][] = [];
      for (const load of loads) taken.push(await drive(await open('load', load.users), load.jobs, jobs.run));
      return { version: server.version, taken };
    } finally {
      await jobs.close();
    }
  } finally {
    await server.close();
  }
};

export const benchGenerations = async (): Promise<void> => {
  const ours = await measureTessera();
  const theirs = await measurePgBoss();
  const rows = loads.map(({ users, jobs }, index): (string | number)[] => {
    const row = (taken: number[] | undefined) =>
      taken ? [Math.round(percentile(taken, 0.5)), Math.round(percentile(taken, 0.99))] : ['skipped', 'skipped'];
    return [
      `${users} user${users === 1 ? '' : 's'}, ${users * jobs} jobs`,
      ...row(ours[index]),
      ...row(theirs?.taken[index]),
    ];
  });
  printTable(
    'Accepted to completed, ms (sandbox; pg-boss looks every half second; four workers each)',
    ['', 'Tessera p50', 'p99', 'pg-boss p50', 'p99'],
    rows,
  );
  if (theirs) console.log(`\n  pg-boss on PostgreSQL ${theirs.version}.`);
  else console.log('\n  PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/initdb): pg-boss skipped.');
};
