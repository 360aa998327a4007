/** GET /v1/credits */
import type { Catalog } from '#services/catalog/contracts.ts';
import type { Input } from '#shared/http/route.ts';
import { accountStream } from '../../domain/account.ts';
import { type AccountStore, type HandleAccount, openOnFirstSight } from '../../handle-account.ts';
import type { routes } from '../../routes.ts';
import { creditsOf } from './account-view.ts';
import { unknownApp } from './refusals.ts';

export const getCredits =
  ({ store, handle, catalog }: { store: AccountStore; handle: HandleAccount; catalog: Catalog }) =>
  async ({ user, at, correlationId }: Input<typeof routes.getCredits>) => {
    const definition = await catalog.app(user.app);
    if (!definition) return unknownApp(user.app);
    const stream = accountStream(user);
    const meta = { actor: user.user, correlationId };
    const account = (await store.load(stream)) ?? (await openOnFirstSight(handle, stream, definition, { at, meta }));
    return { status: 200 as const, body: creditsOf(account, definition, at) };
  };
