/**
 * The same job as the apps had planned it: one PostgreSQL, a job row and the credit in one transaction, pg-boss for the queue, a
 * worker that makes the same sandbox output and writes it to disk. It has one process, one database and no HTTP in between.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PgBoss } from 'pg-boss';
import { sandbox } from '#services/generation/providers/sandbox.ts';
import { type PostgresLedger, postgresLedger } from './postgres-ledger.ts';
import type { PostgresServer } from './postgres-server.ts';
import { sandboxRequest } from './sandbox-request.ts';

const queue = 'generations';
/** The shortest that pg-boss takes. */
const pollingIntervalSeconds = 0.5;
/** Taken at each look and worked on together: one at a time, four workers would make eight jobs a second. */
const batchSize = 25;

export interface PgBossJobs {
  open(account: string): Promise<void>;
  /** Runs one job; milliseconds from the request to the stored result. */
  run(account: string, number: number): Promise<number>;
  close(): Promise<void>;
}

interface Job {
  readonly id: string;
}

export const pgBossJobs = async (server: PostgresServer, workers: number): Promise<PgBossJobs> => {
  const ledger: PostgresLedger = await postgresLedger(server, 8);
  const folder = await mkdtemp(join(tmpdir(), 'pg-boss-jobs-'));
  const boss = new PgBoss({
    host: server.host,
    user: server.user,
    database: 'postgres',
    supervise: false,
    schedule: false,
  });
  const waiting = new Map<string, () => void>();
  const make = async (id: string): Promise<void> => {
    const answer = await sandbox.start(sandboxRequest(id));
    if (answer.status !== 'finished') throw new Error('the sandbox answers at once');
    for (const [index, file] of answer.files.entries())
      if ('bytes' in file) await writeFile(join(folder, `${id}-${index}`), file.bytes);
    waiting.get(id)?.();
  };
  await boss.start();
  await boss.createQueue(queue);
  for (let worker = 0; worker < workers; worker += 1)
    await boss.work<Job>(queue, { pollingIntervalSeconds, batchSize }, async (jobs) => {
      await Promise.all(jobs.map(({ data }) => make(data.id)));
    });
  return {
    open: ledger.open,
    async run(account, number) {
      const startedAt = performance.now();
      const id = randomUUID();
      const done = new Promise<void>((resolve) => waiting.set(id, resolve));
      await ledger.generate(account, number);
      await boss.send(queue, { id });
      await done;
      waiting.delete(id);
      return performance.now() - startedAt;
    },
    async close() {
      await boss.stop({ graceful: false });
      await ledger.close();
      await rm(folder, { recursive: true });
    },
  };
};
