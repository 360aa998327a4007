/**
 * Many writers at once, on one account and on a hundred: is anything lost, and what does contention cost? Beside it the
 * PostgreSQL ledger. A generation is a hold and a settlement in Tessera, four calls over HTTP; in PostgreSQL it is one transaction
 * in one call over a socket. So read how each column changes downwards before reading one against the other.
 */
import type { TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { startCredits } from './ledger.ts';
import { type PostgresLedger, postgresLedger } from './postgres-ledger.ts';
import { startPostgres } from './postgres-server.ts';
import { printTable, timed } from './table.ts';
import { tesseraLedger } from './tessera-ledger.ts';

/** Enough of each for some tenths of a second. */
const ourGenerations = 320;
const theirGenerations = 3_200;
const writersTried = [1, 8, 32];
const accountsTried = [1, 100];

interface Load {
  readonly writers: number;
  readonly generations: number;
}

/** So many writers share the generations; each takes the next account in turn. Answers generations a second. */
const drive = async (
  { writers, generations }: Load,
  accounts: readonly string[],
  generate: (account: string, number: number) => Promise<unknown>,
): Promise<number> => {
  let next = 0;
  const write = async () => {
    while (next < generations) {
      const number = next++;
      await generate(accounts[number % accounts.length] ?? '', number);
    }
  };
  const ms = await timed(() => Promise.all(Array.from({ length: writers }, write)));
  return (generations * 1_000) / ms;
};

interface Ledger {
  open(account: string): Promise<void>;
  generate(account: string, number: number): Promise<unknown>;
  /** Credits spent, and entries in the ledger for each generation. */
  spentOn(account: string): Promise<number>;
}

/** @throws Error when a credit was lost or spent twice: then its speed means nothing. */
const run = async (ledger: Ledger, load: Load, count: number, prefix = 'writers'): Promise<number> => {
  const { writers, generations } = load;
  const accounts = Array.from({ length: count }, (_, index) => `${prefix}-${writers}-${count}-${index}`);
  for (const account of accounts) await ledger.open(account);
  const perSecond = await drive(load, accounts, ledger.generate);
  const spent = await Promise.all(accounts.map((account) => ledger.spentOn(account)));
  const sum = spent.reduce((total, credits) => total + credits, 0);
  if (sum !== generations) throw new Error(`${writers} writers spent ${sum} credits on ${generations} generations`);
  return perSecond;
};

const ours = (dynamoDb: TestDynamoDb, table: string): Ledger => {
  const ledger = tesseraLedger(dynamoDb.client, table);
  return {
    open: (account) => ledger.seed(account, 2),
    generate: async (account, number) => {
      await ledger.hold(account, number);
      await ledger.settle(account, number);
    },
    spentOn: async (account) => {
      const { version, available } = await ledger.load(account);
      const spent = startCredits - available;
      if (version !== 2 + 2 * spent) throw new Error(`${account} has ${version} events after ${spent} generations`);
      return spent;
    },
  };
};

const theirs = (ledger: PostgresLedger): Ledger => ({
  open: ledger.open,
  generate: ledger.generate,
  spentOn: async (account) => {
    const { available, entries } = await ledger.balance(account);
    if (entries !== startCredits - available) throw new Error(`${account}: ${entries} entries do not add up`);
    return entries;
  },
});

export const benchWriters = async (dynamoDb: TestDynamoDb): Promise<void> => {
  const tessera = ours(dynamoDb, await dynamoDb.createEventsTable('bench-writers'));
  const server = await startPostgres();
  const postgres = server && (await postgresLedger(server, Math.max(...writersTried)));
  const rows: (string | number)[][] = [];
  try {
    // Connections and compiled code are there before anything is timed.
    for (const ledger of [tessera, ...(postgres ? [theirs(postgres)] : [])]) {
      await run(ledger, { writers: 8, generations: ourGenerations }, 10, 'warm-up');
    }
    for (const accounts of accountsTried) {
      for (const writers of writersTried) {
        const mine = await run(tessera, { writers, generations: ourGenerations }, accounts);
        const other = postgres && (await run(theirs(postgres), { writers, generations: theirGenerations }, accounts));
        rows.push([
          `${accounts} account${accounts === 1 ? '' : 's'}, ${writers} writer${writers === 1 ? '' : 's'}`,
          Math.round(mine),
          other === undefined ? 'skipped' : Math.round(other),
          0,
        ]);
      }
    }
  } finally {
    await postgres?.close();
    await server?.close();
  }
  const postgresName = server ? `PostgreSQL ${server.version}` : 'PostgreSQL';
  printTable(
    'Generations a second (PostgreSQL flushes to disk, the DynamoDB emulator does not)',
    ['', 'Tessera', postgresName, 'lost or doubled'],
    rows,
  );
  if (!server) console.log('\n  PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/initdb): skipped.');
};
