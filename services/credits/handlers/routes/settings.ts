/** GET and PUT of /v1/credits/alert and /v1/credits/top-up (X11) */
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { accountStream } from '../../domain/account.ts';
import type { SetAlert, SetTopUp } from '../../domain/commands.ts';
import { unopened } from '../../domain/state.ts';
import { type AccountStore, type HandleAccount, handleOpening } from '../../handle-account.ts';
import type { routes } from '../../routes.ts';
import { alertOf, topUpOf } from './account-view.ts';
import { refusalOf, unknownApp } from './refusals.ts';

interface Reading {
  readonly store: AccountStore;
}
interface Writing {
  readonly handle: HandleAccount;
  readonly catalog: Catalog;
}

/** Nobody is there to pay on a page. */
const chargesCards = ({ payment_providers = ['stripe'] }: AppDefinition): boolean =>
  payment_providers.includes('stripe');

export const getAlert =
  ({ store }: Reading) =>
  async ({ user }: Input<typeof routes.getAlert>) => {
    const state = (await store.load(accountStream(user)))?.state ?? unopened;
    return { status: 200 as const, body: alertOf(state) };
  };

export const setAlert =
  ({ handle, catalog }: Writing) =>
  async ({ user, body, at, correlationId }: Input<typeof routes.setAlert>) => {
    const definition = await catalog.app(user.app);
    if (!definition) return unknownApp(user.app);
    const command: SetAlert = { type: 'SetAlert', at, below: body.below };
    const meta = { actor: user.user, correlationId };
    const handled = await handleOpening(handle, accountStream(user), definition, { command, meta });
    return handled.accepted ? { status: 200 as const, body: alertOf(handled.state) } : refusalOf(handled.rejection);
  };

export const getTopUp =
  ({ store }: Reading) =>
  async ({ user, at }: Input<typeof routes.getTopUp>) => {
    const state = (await store.load(accountStream(user)))?.state ?? unopened;
    return { status: 200 as const, body: topUpOf(state, at) };
  };

export const setTopUp =
  ({ handle, catalog }: Writing) =>
  async ({ user, body, at, correlationId }: Input<typeof routes.setTopUp>) => {
    const definition = await catalog.app(user.app);
    if (!definition) return unknownApp(user.app);
    const { top_up } = body;
    if (top_up && !chargesCards(definition))
      return refuse('provider-unsupported', {
        detail: 'Only Stripe charges cards by itself: the app is not paid by it.',
      });
    const pack = definition.packs.find(({ id }) => id === top_up?.pack_id);
    if (top_up && !pack)
      return refuse('pack-unknown', {
        detail: `The app sells no pack "${top_up.pack_id}".`,
        errors: [{ pointer: '/body/top_up/pack_id', detail: 'is none of the packs in the catalog' }],
      });
    const brings = pack ? pack.credits + pack.bonus_credits : 0;
    // Whoever has nothing must be out of it by one pack: else it is bought again and again.
    if (top_up && top_up.below > brings)
      return refuse('threshold-above-pack', {
        detail: `The pack "${top_up.pack_id}" brings ${brings} credits: "below" may be ${brings} at most.`,
        errors: [{ pointer: '/body/top_up/below', detail: `must be at most ${brings}, which the pack brings` }],
      });
    const topUp = top_up && { below: top_up.below, packId: top_up.pack_id, maxPerMonth: top_up.max_per_month };
    const command: SetTopUp = { type: 'SetTopUp', at, topUp };
    const meta = { actor: user.user, correlationId };
    const handled = await handleOpening(handle, accountStream(user), definition, { command, meta });
    return handled.accepted ? { status: 200 as const, body: topUpOf(handled.state, at) } : refusalOf(handled.rejection);
  };
