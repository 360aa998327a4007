/** The operators' commands over the ledger: `verify`, `rebuild`, `show`. */
import { setTimeout } from 'node:timers/promises';
import type { Catalog } from '#services/catalog/contracts.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { Output } from '#shared/operations/output.ts';
import { runRebuild } from '#shared/operations/rebuild.ts';
import { runCommand } from '#shared/operations/run-command.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { connect, explain, type Ledger } from './connect.ts';
import { historyOf } from './history.ts';
import { type LedgerOptions, readOptions, usage } from './options.ts';
import { readModelsIn, writesIn } from './rebuild.ts';
import { historyReport, verifyReport } from './reports.ts';
import { verifyLedger } from './verify.ts';
import { verifyBalances } from './verify-balances.ts';

type Options<Command extends LedgerOptions['command']> = Extract<LedgerOptions, { readonly command: Command }>;

/** Between two looks at what may still be on its way. */
export type Wait = (milliseconds: number) => Promise<unknown>;

export interface LedgerParts {
  /** Default: the clock. */
  readonly wait?: Wait;
  /** Default: the catalog's function where the ledger is. */
  readonly catalog?: Catalog;
}

const number = (value: number): string => value.toLocaleString('en');

const verify = async (
  { client, tables, catalog }: Ledger,
  { segments, json }: Options<'verify'>,
  output: Output,
  wait: Wait,
) => {
  const accounts = new Set<string>();
  const events = await verifyLedger({
    client,
    eventsTable: tables.events,
    segments,
    onAccount: (stream) => accounts.add(stream),
    onProgress: ({ accounts: begun, events: seen, bad }) =>
      output.progress(`${number(begun)} accounts, ${number(seen)} events, ${number(bad)} faults`),
  });
  const balances =
    tables.balances === undefined
      ? undefined
      : await verifyBalances({
          client,
          eventsTable: tables.events,
          balancesTable: tables.balances,
          catalog,
          accounts,
          segments,
          wait,
          onProgress: (rows) => output.progress(`${number(rows)} balances`),
        });
  output.progress(undefined);
  output.print(json ? JSON.stringify({ ...events, balances }, undefined, 2) : verifyReport(events, balances));
  return events.bad + (balances?.bad ?? 0) === 0 ? 0 : 1;
};

const rebuildReadModels = async ({ client, tables, catalog }: Ledger, options: Options<'rebuild'>, output: Output) => {
  const readModels = readModelsIn(tables);
  if (readModels.length === 0) throw new OperatorError('name a table to rebuild: --balances-table, --usage-table');
  const { checkpoint: file, segments, json } = options;
  const writesOf = writesIn(catalog);
  return runRebuild({ client, eventsTable: tables.events, readModels, writesOf, segments, file, json }, output);
};

const show = async ({ client, tables, place }: Ledger, { stream, last, json }: Options<'show'>, output: Output) => {
  const store = dynamoEventStore<Account, AccountEvent>(client, tables.events);
  const history = await historyOf(store, stream, last);
  if (!history) {
    const [app, user] = stream.split('#');
    throw new OperatorError(`${app} has no account of ${user} in ${place}`);
  }
  output.print(json ? JSON.stringify(history, undefined, 2) : historyReport(stream, history));
  return history.finding ? 1 : 0;
};

const perform = (ledger: Ledger, options: Exclude<LedgerOptions, { command: 'help' }>, output: Output, wait: Wait) => {
  switch (options.command) {
    case 'verify':
      return verify(ledger, options, output, wait);
    case 'rebuild':
      return rebuildReadModels(ledger, options, output);
    case 'show':
      return show(ledger, options, output);
  }
};

/** Runs one command. Answers the exit code: 0, 1 when something is wrong with the ledger, 2 when the command could not run. */
export const runLedger = (
  args: readonly string[],
  output: Output,
  { wait = setTimeout, catalog }: LedgerParts = {},
): Promise<number> =>
  runCommand(
    {
      name: 'ledger',
      usage,
      readOptions,
      connect: async ({ where }: Exclude<LedgerOptions, { command: 'help' }>) => {
        const found = await connect(where);
        return { ...found, catalog: catalog ?? found.catalog };
      },
      perform: (ledger, options) => perform(ledger, options, output, wait),
      explain,
    },
    args,
    output,
  );
