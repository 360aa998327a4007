/** Credits' part of a user's export: the account, every entry of its statement, what was used, as the API shows it. */
import type * as z from 'zod';
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import type { WriteExportPart } from '#services/identity/client.ts';
import type { exportRequested } from '#services/identity/contracts.ts';
import { accountStream } from '../domain/account.ts';
import { dateOf } from '../domain/local-day.ts';
import type { AccountStore } from '../handle-account.ts';
import { accountOf } from '../handlers/routes/account-view.ts';
import { type ImportedHistory, importedEntries } from '../read-models/imported-history.ts';
import { transactionOf } from '../read-models/transactions.ts';
import { usageOf } from '../read-models/usage.ts';
import { type AccountRecord, eventsWithin } from '../statement/history.ts';
import type { ListUses } from './list-uses.ts';

type ExportRequested = z.infer<typeof exportRequested>;

export interface ExportPartDeps {
  readonly store: AccountStore;
  readonly catalog: Catalog;
  readonly listUses: ListUses;
  readonly history: Pick<ImportedHistory, 'read'>;
  readonly write: WriteExportPart;
}

/** Oldest first. */
async function* each<Entry>(
  events: AsyncIterable<AccountRecord>,
  entryOf: (event: AccountRecord) => Entry | undefined,
) {
  for await (const recorded of events) {
    const entry = entryOf(recorded);
    if (entry !== undefined) yield entry;
  }
}

const usedIn = (definition: AppDefinition) => (recorded: AccountRecord) => {
  const usage = usageOf(recorded, definition);
  if (!usage || recorded.event.type !== 'HoldSettled') return undefined;
  const { tool, credits, at, sk } = usage;
  return { generation_id: recorded.event.holdId, tool, credits, day: dateOf(Number(sk.slice(0, 8))), at };
};

/**
 * Told twice, it writes the same file again, perhaps with what came since. A user without an account gets a part that says so.
 *
 * @throws Error for an app that is not known: the day and the plan depend on it.
 */
export const exportPart =
  ({ store, catalog, listUses, history, write }: ExportPartDeps) =>
  async ({ app, user, at, data }: ExportRequested): Promise<void> => {
    const definition = await catalog.app(app);
    if (!definition) throw new Error(`the app ${app} is not known`);
    const owner = { app, user };
    const stream = accountStream(owner);
    const newest = await store.load(stream);
    const events = () => eventsWithin(store, stream, { first: 1, end: (newest?.version ?? 0) + 1 });
    await write(
      { owner, exportId: data.exportId, service: 'credits' },
      {
        account: newest ? accountOf(user, newest, definition, at) : null,
        imported_transactions: importedEntries(history, stream),
        transactions: each(events(), transactionOf),
        usage: each(events(), usedIn(definition)),
        allowances: await listUses(owner),
      },
    );
  };
