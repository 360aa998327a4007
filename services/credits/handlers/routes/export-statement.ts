/** GET /v1/credits/statement.csv */
import type { Catalog } from '#services/catalog/contracts.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { accountStream } from '../../domain/account.ts';
import type { AccountStore } from '../../handle-account.ts';
import { type ImportedHistory, importedEntries } from '../../read-models/imported-history.ts';
import { transactionOf } from '../../read-models/transactions.ts';
import type { routes, Transaction } from '../../routes.ts';
import { type Cell, csvLine } from '../../statement/csv.ts';
import { type Days, daysOf, eventsWithin, isWithin, type Versions, versionsWithin } from '../../statement/history.ts';
import { unknownApp } from './refusals.ts';

/** Of the ledger; a job that was charged in full is two events and one line. */
const maxEvents = 10_000;
/** Lambda answers with 6 MB at most, JSON's own quoting included. */
const maxBytes = 4 * 1024 * 1024;

const columns: Readonly<Record<string, (entry: Transaction) => Cell>> = {
  created_at: ({ created_at }) => created_at,
  type: ({ type }) => type,
  amount: ({ amount }) => amount,
  balance_after: ({ balance_after }) => balance_after,
  tool: ({ tool }) => tool,
  generation_id: ({ generation_id }) => generation_id,
  reason: ({ reason }) => reason,
  grant_kind: ({ grant_kind }) => grant_kind,
  grants: ({ grants }) => grants.map(({ id, credits }) => `${id}: ${credits}`).join('; '),
  id: ({ id }) => id,
};

export interface StatementDeps {
  readonly store: AccountStore;
  readonly catalog: Catalog;
  readonly history: Pick<ImportedHistory, 'read'>;
}

const tooLarge = (what: string) =>
  refuse('range-too-large', {
    detail: `A statement holds at most ${what}: ask for fewer days with from and to.`,
    errors: [{ pointer: '/query/from', detail: 'is too early for one statement' }],
  });

/** Oldest first: what was imported, then the account's own. */
async function* entriesWithin(
  { store, history }: Pick<StatementDeps, 'store' | 'history'>,
  stream: string,
  { versions, days }: { readonly versions: Versions; readonly days: Days },
) {
  for await (const entry of importedEntries(history, stream)) if (isWithin({ at: entry.created_at }, days)) yield entry;
  for await (const recorded of eventsWithin(store, stream, versions)) {
    const entry = isWithin(recorded, days) ? transactionOf(recorded) : undefined;
    if (entry) yield entry;
  }
}

export const exportStatement =
  ({ store, catalog, history }: StatementDeps) =>
  async ({ user, query }: Input<typeof routes.exportStatement>) => {
    const definition = await catalog.app(user.app);
    if (!definition) return unknownApp(user.app);
    const stream = accountStream(user);
    const days = daysOf(query, definition.zone);
    const versions = await versionsWithin(store, stream, days);
    // Known before anything is read: nobody gets half a statement for a whole one.
    if (versions.end - versions.first > maxEvents) return tooLarge(`${maxEvents} events of the ledger`);
    const lines = [csvLine(Object.keys(columns))];
    let bytes = 0;
    for await (const entry of entriesWithin({ store, history }, stream, { versions, days })) {
      const line = csvLine(Object.values(columns).map((cell) => cell(entry)));
      bytes += Buffer.byteLength(line);
      if (bytes > maxBytes) return tooLarge(`${maxBytes} bytes`);
      lines.push(line);
    }
    const { from = 'begin', to = 'now' } = query;
    return {
      status: 200 as const,
      body: lines.join(''),
      headers: { 'content-disposition': `attachment; filename="${user.app}-credits-${from}-${to}.csv"` },
    };
  };
