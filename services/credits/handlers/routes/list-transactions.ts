/** GET /v1/credits/transactions */
import * as z from 'zod';
import type { Catalog } from '#services/catalog/contracts.ts';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import type { Input } from '#shared/http/route.ts';
import { accountStream } from '../../domain/account.ts';
import type { AccountStore } from '../../handle-account.ts';
import { transactionOf } from '../../read-models/transactions.ts';
import type { routes, Transaction } from '../../routes.ts';
import { daysOf, isBefore, isWithin, versionsWithin } from '../../statement/history.ts';
import { unknownApp } from './refusals.ts';

type Query = Input<typeof routes.listTransactions>['query'];

/** Read on behind this version, downwards. */
const position = z.strictObject({ before: z.int().min(1) });

/** About half of an account's events are settlements, which are no entries: so twice as many are read as are asked for. */
const eventsPerEntry = 2;
/** Whoever filters may find one entry in hundreds. */
const eventsPerFilteredRead = 250;
const maxReads = 4;

const isWanted = ({ type, tool }: Transaction, query: Query): boolean =>
  (query.type === undefined || type === query.type) && (query.tool === undefined || tool === query.tool);

export const listTransactions =
  ({ store, catalog }: { store: AccountStore; catalog: Catalog }) =>
  async ({ user, query }: Input<typeof routes.listTransactions>) => {
    const definition = await catalog.app(user.app);
    if (!definition) return unknownApp(user.app);
    const stream = accountStream(user);
    const days = daysOf(query, definition.zone);
    const isFiltered = query.type !== undefined || query.tool !== undefined;
    const limit = isFiltered ? eventsPerFilteredRead : eventsPerEntry * query.limit;
    const data: Transaction[] = [];
    let before = decodeCursor(position, query.cursor)?.before;
    if (before === undefined && query.to !== undefined)
      before = (await versionsWithin(store, stream, { to: days.to, zone: days.zone })).end;
    const page = (next: number | undefined) => ({
      status: 200 as const,
      body: { data, next_cursor: next === undefined || next <= 1 ? null : encodeCursor({ before: next }) },
    });
    for (let reads = 0; reads < maxReads; reads += 1) {
      const after = before === undefined ? {} : { after: before };
      const events = await store.read(stream, { direction: 'backward', ...after, limit });
      for (const recorded of events) {
        if (data.length === query.limit) return page(before);
        if (isBefore(recorded, days)) return page(undefined);
        const entry = isWithin(recorded, days) ? transactionOf(recorded) : undefined;
        if (entry && isWanted(entry, query)) data.push(entry);
        before = recorded.version;
      }
      if (events.length < limit) return page(undefined);
    }
    // A page may be short of entries; the cursor goes on where reading stopped.
    return page(before);
  };
