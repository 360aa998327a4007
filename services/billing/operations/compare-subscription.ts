/** Subscriptions that give their users a plan here, beside how Stripe says that they stand. */
import { OperatorError } from '#shared/operations/operator-error.ts';
import { type Owner, parseOwnerKey } from '#shared/owner.ts';
import { ifThere } from '../callbacks/applied.ts';
import { livingSubscription, paidOfObserved } from '../domain/entitlement.ts';
import { formatMoney } from '../domain/money.ts';
import { isSameObserved } from '../domain/subscription.ts';
import type { Observed } from '../domain/subscription-state.ts';
import { type DueCursor, type DueShard, type DueTable, dueShards } from '../subscriptions/due-table.ts';
import type { Difference } from './compare.ts';
import { type Comparing, subscriptionOf } from './comparing.ts';

export type DueRows = Pick<DueTable, 'listDue'>;

const pageSize = 1_000;
/** Of all apps, in one shard. */
const maxPages = 1_000;
/** Behind everything that is due. */
const ever = '9999-12-31T23:59:59.999Z';

async function* ownersIn(due: DueRows, shard: DueShard): AsyncGenerator<Owner> {
  let cursor: DueCursor | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const { owners, next } = await due.listDue(shard, { at: ever, limit: pageSize, cursor });
    for (const owner of owners) {
      const { app, user } = parseOwnerKey(owner);
      yield { app, user };
    }
    if (!next) return;
    cursor = next;
  }
  throw new OperatorError(`there are more than ${(maxPages * pageSize).toLocaleString('en')} subscriptions`);
}

/** Who has a plan that will end by itself: everybody who pays by periods, and nobody else. */
export async function* entitledUsers(due: DueRows, app: string): AsyncGenerator<Owner> {
  for (const shard of dueShards) for await (const owner of ownersIn(due, shard)) if (owner.app === app) yield owner;
}

const textOf = ({ status, plan, amountMinor, currency, cancelAtPeriodEnd, currentPeriodEnd }: Observed): string =>
  [
    status,
    `${plan ?? 'no plan of ours'} for ${formatMoney(amountMinor, currency)}`,
    `${cancelAtPeriodEnd ? 'ends' : 'until'} ${currentPeriodEnd.slice(0, 10)}`,
  ].join(', ');

/** `'none'` of a user without a living subscription at Stripe; undefined where both say the same. */
export const compareSubscription = async (
  comparing: Comparing,
  owner: Owner,
): Promise<Difference | 'none' | undefined> => {
  const state = await subscriptionOf(comparing, owner);
  const here = livingSubscription(state);
  if (here?.provider !== 'stripe') return 'none';
  const { reference } = here;
  const at = paidOfObserved(state)?.from ?? here.currentPeriodEnd;
  const about = { kind: 'subscription differs', at, reference, user: owner.user } as const;
  const there = await ifThere(comparing.stripe.readSubscription(reference));
  if (!there) return { ...about, what: `here ${textOf(here)}; Stripe knows no such subscription` };
  if (isSameObserved(there.observed, here)) return undefined;
  const fact = { kind: 'subscription-touched', subscription: reference, customer: there.customer } as const;
  return { ...about, what: `here ${textOf(here)}; there ${textOf(there.observed)}`, fact };
};
