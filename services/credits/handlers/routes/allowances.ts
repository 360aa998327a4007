/** GET /v1/allowances, POST /v1/allowances/{tool}/check (BM9) */
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { CountUse, ReadUses } from '../../allowances/use-counter.ts';
import { accountStream } from '../../domain/account.ts';
import { allowanceOf, periodOf } from '../../domain/allowance.ts';
import { planOf } from '../../domain/plans.ts';
import { policyOf } from '../../domain/policy.ts';
import { type Account, isoTime, unopened } from '../../domain/state.ts';
import type { AccountStore } from '../../handle-account.ts';
import type { routes } from '../../routes.ts';
import { unknownApp } from './refusals.ts';

interface Dependencies {
  readonly store: AccountStore;
  readonly catalog: Catalog;
}

/** A user without an account is on the app's default plan. */
const planAndState = async (store: AccountStore, user: Owner, definition: AppDefinition, at: string) => {
  const state: Account = (await store.load(accountStream(user)))?.state ?? unopened;
  return { state, plan: planOf(state, policyOf(definition, at)) };
};

export const listAllowances =
  ({ store, catalog, readUses }: Dependencies & { readUses: ReadUses }) =>
  async ({ user, at }: Input<typeof routes.listAllowances>) => {
    const definition = await catalog.app(user.app);
    if (!definition) return unknownApp(user.app);
    const [{ plan }, usedOf] = await Promise.all([planAndState(store, user, definition, at), readUses(ownerKey(user))]);
    const data = definition.allowances
      .filter(({ plans }) => plans.includes(plan))
      .map(({ tool, period, limit }) => {
        const current = periodOf(period, at, definition.zone);
        const used = usedOf(tool, current);
        const resets_at = isoTime(current.endsAt);
        return { tool, period, limit, used, remaining: Math.max(limit - used, 0), resets_at };
      });
    return { status: 200 as const, body: { data } };
  };

export const checkAllowance =
  ({ store, catalog, countUse }: Dependencies & { countUse: CountUse }) =>
  async ({ user, path, idempotencyKey, requestId, at }: Input<typeof routes.checkAllowance>) => {
    const { tool } = path;
    const definition = await catalog.app(user.app);
    if (!definition) return unknownApp(user.app);
    if (!definition.tools.some(({ id, active }) => id === tool && active))
      return refuse('tool-unknown', { detail: `The app has no tool "${tool}".` });
    const { state, plan } = await planAndState(store, user, definition, at);
    const answer = <Body>(body: Body) => ({ status: 200 as const, body });
    if (state.status === 'closed')
      return answer({ allowed: false, reason: 'account-closed' as const, remaining: 0, resets_at: null });
    const allowance = allowanceOf(definition, tool, plan);
    if (!allowance) return answer({ allowed: true, remaining: null, resets_at: null });
    const { limit } = allowance;
    const period = periodOf(allowance.period, at, definition.zone);
    // A call whose answer was lost is sent again by the SDK: so every request has a key, also where the client gave none.
    const requestKey = idempotencyKey === undefined ? `request ${requestId}` : `key ${idempotencyKey}`;
    const { allowed, used } = await countUse({ owner: ownerKey(user), tool, period, limit, requestKey });
    return answer({
      allowed,
      ...(allowed ? {} : { reason: 'limit-reached' as const }),
      remaining: Math.max(limit - used, 0),
      resets_at: isoTime(period.endsAt),
    });
  };
