/** What an admin does to an account: each act is one command, with the admin as actor and a reason (FS9). */
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { type AdminCaller, type Input, refuse } from '#shared/http/route.ts';
import { derivedId } from '#shared/ids.ts';
import { accountStream } from '../../../domain/account.ts';
import type { AccountCommand, AdjustCredits } from '../../../domain/commands.ts';
import { policyOf } from '../../../domain/policy.ts';
import type { AccountStore, HandleAccount } from '../../../handle-account.ts';
import type { routes } from '../../../routes.ts';
import { accountOf } from '../account-view.ts';
import { refusalOf, unknownApp } from '../refusals.ts';

interface Dependencies {
  readonly handle: HandleAccount;
  readonly catalog: Catalog;
}

interface Act {
  readonly admin: AdminCaller;
  readonly path: { readonly user: string };
  readonly at: string;
  readonly correlationId: string;
}

/** Carries out a command on an account of the admin's own app; never opens one. */
const carryOut = async (
  { handle, catalog }: Dependencies,
  { admin, path, at, correlationId }: Act,
  commandFor: (definition: AppDefinition) => AccountCommand,
) => {
  const definition = await catalog.app(admin.app);
  if (!definition) return { refusal: unknownApp(admin.app) };
  const stream = accountStream({ app: admin.app, user: path.user });
  const handled = await handle(stream, commandFor(definition), { actor: admin.actor, correlationId });
  if (!handled.accepted) return { refusal: refusalOf(handled.rejection) };
  return { stream, repeated: handled.events.length === 0, account: accountOf(path.user, handled, definition, at) };
};

/** Whoever repeats a request does so soon: an adjustment further back is taken to be the same. */
const eventsLookedThrough = 500;

/** Whether the key was used for this very adjustment. */
const isSame = async (
  store: AccountStore,
  stream: string,
  { adjustmentId, credits, reason }: Pick<AdjustCredits, 'adjustmentId' | 'credits' | 'reason'>,
): Promise<boolean> => {
  const events = await store.read(stream, { direction: 'backward', limit: eventsLookedThrough });
  const found = events.find(({ event }) => event.type === 'CreditsAdjusted' && event.adjustmentId === adjustmentId);
  if (found?.event.type !== 'CreditsAdjusted') return true;
  return found.event.credits === credits && found.event.reason === reason;
};

export const adjustCredits =
  ({ store, ...dependencies }: Dependencies & { store: AccountStore }) =>
  async (input: Input<typeof routes.adjustCredits>) => {
    const { body, idempotencyKey, path, admin, at } = input;
    const adjustmentId = derivedId('adj', admin.app, path.user, idempotencyKey);
    const adjustment = { adjustmentId, credits: body.credits, reason: body.reason };
    const done = await carryOut(dependencies, input, (definition) => ({
      type: 'AdjustCredits',
      at,
      ...adjustment,
      policy: policyOf(definition, at),
    }));
    if ('refusal' in done) return done.refusal;
    const { stream, repeated, account } = done;
    if (repeated && !(await isSame(store, stream, adjustment)))
      return refuse('idempotency-mismatch', { detail: 'The key was used for another adjustment of this account.' });
    return {
      status: 200 as const,
      body: { adjustment_id: adjustmentId, credits: body.credits, repeated, account },
    };
  };

export const changePlan = (dependencies: Dependencies) => async (input: Input<typeof routes.changePlan>) => {
  const { plan, reason } = input.body;
  const { at } = input;
  const done = await carryOut(dependencies, input, (definition) => ({
    type: 'ChangePlan',
    at,
    plan,
    reason,
    policy: policyOf(definition, at),
  }));
  return 'refusal' in done ? done.refusal : { status: 200 as const, body: done.account };
};

export const closeAccount = (dependencies: Dependencies) => async (input: Input<typeof routes.closeAccount>) => {
  const { at, body } = input;
  const done = await carryOut(dependencies, input, () => ({ type: 'CloseAccount', at, reason: body.reason }));
  return 'refusal' in done ? done.refusal : { status: 200 as const, body: done.account };
};
