/** GET /v1/credits/transactions, GET /v1/admin/accounts/{user}/transactions (FS9) */
import * as z from 'zod';
import type { Catalog } from '#services/catalog/contracts.ts';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import type { Input } from '#shared/http/route.ts';
import type { Owner } from '#shared/owner.ts';
import { accountStream } from '../../domain/account.ts';
import type { AccountStore } from '../../handle-account.ts';
import { type ImportedHistory, importedTransaction } from '../../read-models/imported-history.ts';
import { transactionOf } from '../../read-models/transactions.ts';
import type { routes, Transaction } from '../../routes.ts';
import { type Days, daysOf, isBefore, isWithin, versionsWithin } from '../../statement/history.ts';
import { accountUnknown, unknownApp } from './refusals.ts';

type Query = Input<typeof routes.listTransactions>['query'];

/** Read on behind this version, downwards; behind the stream's first, in what was imported. */
const position = z.union([
  z.strictObject({ before: z.int().min(1) }),
  z.strictObject({ imported: z.string().min(1).max(200).nullable() }),
]);

/** About half of an account's events are settlements, which are no entries: so twice as many are read as are asked for. */
const eventsPerEntry = 2;
/** Whoever filters may find one entry in hundreds. */
const eventsPerFilteredRead = 250;
const maxReads = 4;

const isFiltered = ({ type, tool }: Query): boolean => type !== undefined || tool !== undefined;

const isWanted = ({ type, tool }: Transaction, query: Query): boolean =>
  (query.type === undefined || type === query.type) && (query.tool === undefined || tool === query.tool);

/** Where a page ends: the next one begins behind it. */
type Position = z.infer<typeof position>;

interface Listing {
  readonly owner: string;
  readonly query: Query;
  readonly days: Days;
  readonly data: Transaction[];
}

/** Fills the page from what was imported. Answers where to go on. */
const addImported = async (
  history: Pick<ImportedHistory, 'read'>,
  { owner, query, days, data }: Listing,
  from: string | null,
): Promise<Position | undefined> => {
  let after = from ?? undefined;
  // One more than there is room for tells whether there is a next page.
  const limit = isFiltered(query) ? eventsPerFilteredRead : query.limit - data.length + 1;
  for (let reads = 0; reads < maxReads; reads += 1) {
    const rows = await history.read(owner, { direction: 'backward', after, limit });
    for (const row of rows) {
      if (data.length === query.limit) return { imported: after ?? null };
      const entry = importedTransaction(row);
      const at = { at: entry.created_at };
      if (isBefore(at, days)) return undefined;
      if (isWithin(at, days) && isWanted(entry, query)) data.push(entry);
      after = row.sk;
    }
    if (rows.length < limit) return undefined;
  }
  return { imported: after ?? null };
};

/** Fills the page from the account's own events. Answers where to go on; `end`: behind its first one. */
const addEvents = async (
  store: AccountStore,
  { owner, query, days, data }: Listing,
  from: number | undefined,
): Promise<Position | 'end' | undefined> => {
  const limit = isFiltered(query) ? eventsPerFilteredRead : eventsPerEntry * query.limit;
  let before = from;
  const here = (): Position | 'end' => (before === undefined || before <= 1 ? 'end' : { before });
  for (let reads = 0; reads < maxReads; reads += 1) {
    const after = before === undefined ? {} : { after: before };
    const events = await store.read(owner, { direction: 'backward', ...after, limit });
    for (const recorded of events) {
      if (data.length === query.limit) return here();
      if (isBefore(recorded, days)) return undefined;
      const entry = isWithin(recorded, days) ? transactionOf(recorded) : undefined;
      if (entry && isWanted(entry, query)) data.push(entry);
      before = recorded.version;
    }
    if (events.length < limit) return 'end';
  }
  // A page may be short of entries; the cursor goes on where reading stopped.
  return here();
};

export interface TransactionsDeps {
  readonly store: AccountStore;
  readonly catalog: Catalog;
  readonly history: Pick<ImportedHistory, 'read'>;
}

export const listTransactions =
  ({ store, catalog, history }: TransactionsDeps) =>
  async ({ user, query }: { readonly user: Owner; readonly query: Query }) => {
    const definition = await catalog.app(user.app);
    if (!definition) return unknownApp(user.app);
    const owner = accountStream(user);
    const days = daysOf(query, definition.zone);
    const data: Transaction[] = [];
    const listing = { owner, query, days, data };
    const from = decodeCursor(position, query.cursor);
    const begin = async (): Promise<number | undefined> =>
      query.to === undefined ? undefined : (await versionsWithin(store, owner, { to: days.to, zone: days.zone })).end;
    let next: Position | 'end' | undefined = from && 'imported' in from ? from : undefined;
    if (next === undefined)
      next = await addEvents(store, listing, from && 'before' in from ? from.before : await begin());
    // What is older than the account lies elsewhere; a full page asks for it with its cursor.
    if (next === 'end' || (next && 'imported' in next))
      next = await addImported(history, listing, next === 'end' ? null : next.imported);
    return { status: 200 as const, body: { data, next_cursor: next ? encodeCursor(next) : null } };
  };

/** One more read than the user's own list: of nobody's account there is no statement. */
export const listAccountTransactions = (dependencies: TransactionsDeps) => {
  const list = listTransactions(dependencies);
  return async ({ admin: { app }, path: { user }, query }: Input<typeof routes.listAccountTransactions>) => {
    const owner = { app, user };
    if (!(await dependencies.store.load(accountStream(owner)))) return accountUnknown(app, user);
    return list({ user: owner, query });
  };
};
