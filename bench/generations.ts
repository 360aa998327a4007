/**
 * From accepted to completed: one job through the whole of Tessera on the local account with a sandbox that answers at once, alone
 * and with 50 users at a time, beside the same job on pg-boss. The local account plays all of AWS in this one process, so read
 * how each column changes downwards, and the pause that polling adds, rather than one figure against the other.
 */
import type { User } from '../test/system/stack.ts';
import { drive, list, loads, percentile } from './load.ts';
import { pgBossJobs } from './pg-boss-jobs.ts';
import { startPostgres } from './postgres-server.ts';
import { printTable } from './table.ts';
import { startTesseraJobs } from './tessera-jobs.ts';

const measureTessera = async (): Promise<number[][]> => {
  const tessera = await startTesseraJobs();
  const run = async (user: User): Promise<number> => (await tessera.run(user)).ms;
  try {
    const warm = await Promise.all(list(4).map(() => tessera.signUp()));
    await drive(warm, 2, run);
    const taken: number[][] = [];
    for (const { users, jobs } of loads) {
      const signedUp: User[] = [];
      for (const _ of list(users)) signedUp.push(await tessera.signUp());
      taken.push(await drive(signedUp, jobs, run));
    }
    await tessera.check();
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
