/** GET /v1/admin/accounts, GET /v1/admin/accounts/{user} (FS9) */
import * as z from 'zod';
import type { Catalog } from '#services/catalog/contracts.ts';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import type { Input } from '#shared/http/route.ts';
import { accountStream } from '../../../domain/account.ts';
import { available } from '../../../domain/state.ts';
import type { AccountStore } from '../../../handle-account.ts';
import { accountCursor, type ListAccounts } from '../../../read-models/account-list.ts';
import type { Balance } from '../../../read-models/balances.ts';
import { transactionOf } from '../../../read-models/transactions.ts';
import type { routes } from '../../../routes.ts';
import type { AccountRecord } from '../../../statement/history.ts';
import { accountOf } from '../account-view.ts';
import { accountUnknown, unknownApp } from '../refusals.ts';

/** A place in this very list: DynamoDB takes no other for one. */
const cursorOf = (app: string, prefix = '') =>
  accountCursor.refine(({ owner, sort }) => owner.startsWith(`${app}#`) && sort.startsWith(prefix));

const indexOf = { balance: 'byBalance', spent: 'bySpent' } as const;

const rowOf = ({ user, status, plan, available, held, spent, granted, debt, version, updated }: Balance) => ({
  user,
  status,
  plan: plan ?? null,
  available,
  held,
  spent,
  granted,
  debt,
  version,
  updated_at: updated,
});

export const listAccounts =
  ({ accounts }: { accounts: ListAccounts }) =>
  async ({ admin, query }: Input<typeof routes.listAccounts>) => {
    const { search, sort = 'balance', order = search === undefined ? 'desc' : 'asc', limit, cursor } = query;
    const { rows, next } = await accounts({
      app: admin.app,
      index: search === undefined ? indexOf[sort] : 'byUser',
      prefix: search,
      ascending: order === 'asc',
      limit,
      from: decodeCursor(cursorOf(admin.app, search), cursor),
    });
    return {
      status: 200 as const,
      body: { data: rows.map(rowOf), next_cursor: next ? encodeCursor(next) : null },
    };
  };

/** Read on behind this version, downwards. */
const position = z.strictObject({ before: z.int().min(1) });

const entryOf = (recorded: AccountRecord) => {
  const { version, event, meta, at, state } = recorded;
  return {
    version,
    event: event.type,
    actor: meta.actor,
    reason: 'reason' in event ? (event.reason ?? null) : null,
    correlation_id: meta.correlationId,
    at,
    available: available(state),
    transaction: transactionOf(recorded) ?? null,
  };
};

export const getAccount =
  ({ store, catalog }: { store: AccountStore; catalog: Catalog }) =>
  async ({ admin, path, query, at }: Input<typeof routes.getAccount>) => {
    const definition = await catalog.app(admin.app);
    if (!definition) return unknownApp(admin.app);
    const stream = accountStream({ app: admin.app, user: path.user });
    const before = decodeCursor(position, query.cursor)?.before;
    const account = await store.load(stream);
    if (!account) return accountUnknown(admin.app, path.user);
    const after = before === undefined ? {} : { after: before };
    const events = await store.read(stream, { direction: 'backward', ...after, limit: query.limit });
    const last = events.at(-1)?.version ?? 1;
    const next_cursor = last > 1 ? encodeCursor({ before: last }) : null;
    return {
      status: 200 as const,
      body: {
        ...accountOf(path.user, account, definition, at),
        history: { data: events.map(entryOf), next_cursor },
      },
    };
  };
