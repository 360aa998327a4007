/** GET /v1/credits */
import type { Catalog } from '#services/catalog/contracts.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { accountStream } from '../../domain/account.ts';
import { byBurnOrder } from '../../domain/burn-order.ts';
import { type Account, available, epochSeconds, held, isoTime, usableGrants } from '../../domain/state.ts';
import { type AccountStore, type HandleAccount, openOnFirstSight } from '../../handle-account.ts';
import type { routes } from '../../routes.ts';

const grantsOf = (account: Account, now: number) =>
  account.status === 'unopened'
    ? []
    : usableGrants(account, now)
        .toSorted(byBurnOrder)
        .map(([id, { kind, left, from, until }]) => ({
          id,
          kind,
          remaining: left,
          granted_at: isoTime(from),
          expires_at: until === undefined ? null : isoTime(until),
        }));

export const getCredits =
  ({ store, handle, catalog }: { store: AccountStore; handle: HandleAccount; catalog: Catalog }) =>
  async ({ user, at, correlationId }: Input<typeof routes.getCredits>) => {
    const definition = await catalog.app(user.app);
    if (!definition) return refuse('app-unknown', { detail: `No app "${user.app}" is served here.` });
    const stream = accountStream(user);
    const meta = { actor: user.user, correlationId };
    const { state, version } =
      (await store.load(stream)) ?? (await openOnFirstSight(handle, stream, definition, { at, meta }));
    const now = epochSeconds(at);
    return {
      status: 200 as const,
      body: {
        available: available(state, now),
        held: held(state),
        spent: state.status === 'unopened' ? 0 : state.totals.spent,
        plan: definition.default_plan,
        grants: grantsOf(state, now),
        open_holds: state.status === 'unopened' ? 0 : Object.keys(state.holds).length,
        version,
      },
    };
  };
