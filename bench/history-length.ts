/** Does an account slow down as its history grows? Tessera reads its newest event, castore reads and folds them all. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type MeteredCall, meter, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { castoreLedger } from './castore-ledger.ts';
import type { BenchLedger } from './ledger.ts';
import { median, printTable, timed } from './table.ts';
import { tesseraLedger } from './tessera-ledger.ts';

const lengths = [10, 1_000, 10_000];
/** Every cell is measured in each round, so that a busy moment of the machine strikes all alike. */
const rounds = 20;
/** A quick cell is measured several times in a round. */
const msPerRound = 25;
const maxPerRound = 20;

interface Cell {
  readonly ledger: BenchLedger;
  readonly calls: MeteredCall[];
  readonly length: number;
  readonly times: number[];
  /** Of one run. */
  cost: { calls: number; units: number };
}

/** One account per round where another event would make the history a good deal longer. */
const accountOf = ({ length }: Cell, round: number): string => `history-${length}-${length < 100 ? round : 0}`;

interface Repetition {
  readonly repeats: boolean;
  /** Neither timed nor counted. */
  readonly afterwards?: (cell: Cell, round: number) => Promise<unknown>;
}

const measure = async (
  cells: readonly Cell[],
  work: (cell: Cell, round: number) => Promise<unknown>,
  { repeats, afterwards }: Repetition,
): Promise<void> => {
  for (const cell of cells) cell.times.length = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const cell of cells) {
      const endsAt = performance.now() + msPerRound;
      let runs = 0;
      do {
        cell.calls.length = 0;
        cell.times.push(await timed(() => work(cell, round)));
        cell.cost = { calls: cell.calls.length, units: cell.calls.reduce((sum, { units }) => sum + units, 0) };
        await afterwards?.(cell, round);
        runs += 1;
      } while (repeats && runs < maxPerRound && performance.now() < endsAt);
    }
  }
};

const print = (title: string, cells: readonly Cell[]): void => {
  const msOf = (name: string, length: number) =>
    median(cells.find(({ ledger, length: other }) => ledger.name === name && other === length)?.times ?? []);
  const rows = cells.map(({ ledger: { name }, length, times, cost }) => [
    `${length.toLocaleString('en')} events, ${name}`,
    median(times).toFixed(2),
    cost.calls,
    cost.units,
    (median(times) / msOf('Tessera', length)).toFixed(1),
    (median(times) / msOf(name, lengths[0] ?? 0)).toFixed(1),
  ]);
  printTable(title, ['history', 'median ms', 'AWS calls', 'request units', '× Tessera', '× 10 events'], rows);
};

export const benchHistoryLength = async (dynamoDb: TestDynamoDb): Promise<void> => {
  const castore = await castoreLedger(dynamoDb.endpoint, 'bench-castore');
  const ours = await tesseraClient(dynamoDb);
  const ledgers = [
    { ledger: ours.ledger, calls: meter(ours.client) },
    { ledger: castore.ledger, calls: meter(castore.client) },
  ];
  const cells = lengths.flatMap((length) =>
    ledgers.map((both): Cell => ({ ...both, length, times: [], cost: { calls: 0, units: 0 } })),
  );
  for (const cell of cells) {
    const accounts = new Set(Array.from({ length: rounds }, (_, round) => accountOf(cell, round)));
    for (const account of accounts) await cell.ledger.seed(account, cell.length);
  }
  await measure(cells, (cell, round) => cell.ledger.load(accountOf(cell, round)), { repeats: true });
  print('Load one account', cells);
  await measure(cells, (cell, round) => cell.ledger.hold(accountOf(cell, round), round), {
    repeats: false,
    afterwards: (cell, round) => cell.ledger.settle(accountOf(cell, round), round),
  });
  print('Hold one credit: load, decide, append', cells);
  castore.close();
};

const tesseraClient = async (
  dynamoDb: TestDynamoDb,
): Promise<{ ledger: BenchLedger; client: DynamoDBDocumentClient }> => ({
  ledger: tesseraLedger(dynamoDb.client, await dynamoDb.createEventsTable('bench-tessera')),
  client: dynamoDb.client,
});
