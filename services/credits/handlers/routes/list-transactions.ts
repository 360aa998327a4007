/** GET /v1/credits/transactions */
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import type { Input } from '#shared/http/route.ts';
import { accountStream } from '../../domain/account.ts';
import type { AccountStore } from '../../handle-account.ts';
import { transactionOf } from '../../read-models/transactions.ts';
import type { routes, Transaction } from '../../routes.ts';

/** Read on behind this version, downwards. */
const position = z.strictObject({ before: z.int().min(1) });

/** About half of an account's events are settlements, which are no entries: so twice as many are read as are asked for. */
const eventsPerEntry = 2;
const maxReads = 4;

export const listTransactions =
  ({ store }: { store: AccountStore }) =>
  async ({ user, query }: Input<typeof routes.listTransactions>) => {
    const limit = eventsPerEntry * query.limit;
    const data: Transaction[] = [];
    let before = decodeCursor(position, query.cursor)?.before;
    const page = (next: number | undefined) => ({
      status: 200 as const,
      body: { data, next_cursor: next === undefined || next <= 1 ? null : encodeCursor({ before: next }) },
    });
    for (let reads = 0; reads < maxReads; reads += 1) {
      const after = before === undefined ? {} : { after: before };
      const events = await store.read(accountStream(user), { direction: 'backward', ...after, limit });
      for (const recorded of events) {
        if (data.length === query.limit) return page(before);
        const entry = transactionOf(recorded);
        if (entry) data.push(entry);
        before = recorded.version;
      }
      if (events.length < limit) return page(undefined);
    }
    // A page may be short of entries; the cursor goes on where reading stopped.
    return page(before);
  };
