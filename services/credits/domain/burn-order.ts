/** Which grant pays first: priority ascending, then expiry (none last), then the one granted first, then the id. */
import type { GrantKind } from '../contracts.ts';
import type { Rows } from './events.ts';
import type { Grant } from './state.ts';

/** What is lost soonest burns first, what was paid for last. A grant may have a priority of its own. */
export const kindPriority: Readonly<Record<GrantKind, number>> = {
  daily: 10,
  plan: 20,
  bonus: 30,
  welcome: 30,
  adjustment: 40,
  pack: 50,
};

const orderOf = ([id, { kind, priority, until, from }]: readonly [string, Grant]) =>
  [priority ?? kindPriority[kind], until ?? Number.POSITIVE_INFINITY, from, id] as const;

/** For `sort`; a total order, so that equal states burn equally. */
export const byBurnOrder = (a: readonly [string, Grant], b: readonly [string, Grant]): number => {
  const [orderA, orderB] = [orderOf(a), orderOf(b)];
  const differing = orderA.findIndex((part, index) => part !== orderB[index]);
  if (differing < 0) return 0;
  return (orderA[differing] ?? 0) < (orderB[differing] ?? 0) ? -1 : 1;
};

/** Takes credits from the sources in order. Nothing when they do not hold enough. */
const take = (sources: readonly (readonly [string, number])[], credits: number): Rows | undefined => {
  let missing = credits;
  const rows: [string, number][] = [];
  for (const [id, most] of sources) {
    const taken = Math.min(most, missing);
    if (taken > 0) rows.push([id, taken]);
    missing -= taken;
  }
  return missing === 0 ? Object.fromEntries(rows) : undefined;
};

/** Which grants pay for so many credits. Nothing when they do not suffice. */
export const takeFromGrants = (grants: readonly (readonly [string, Grant])[], credits: number): Rows | undefined =>
  take(
    grants.toSorted(byBurnOrder).map(([id, { left }]) => [id, left] as const),
    credits,
  );

/** Splits a hold: what is spent, taken in burn order, and what goes back. Nothing when more is asked than was held. */
export const splitHold = (
  rows: Rows,
  grants: Readonly<Record<string, Grant>>,
  credits: number,
): { readonly spent: Rows; readonly returned: Rows } | undefined => {
  const order = Object.entries(grants)
    .filter(([id]) => Object.hasOwn(rows, id))
    .toSorted(byBurnOrder)
    .map(([id]) => [id, rows[id] ?? 0] as const);
  const spent = take(order, credits);
  if (!spent) return undefined;
  const rest = order.map(([id, most]) => [id, most - (Object.hasOwn(spent, id) ? (spent[id] ?? 0) : 0)] as const);
  return { spent, returned: Object.fromEntries(rest.filter(([, most]) => most > 0)) };
};
