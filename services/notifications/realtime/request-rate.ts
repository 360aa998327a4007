/** How much one connection says, as this instance of the function hears it: each request costs posts and reads. */

export const maxRequests = 20;
export const perMs = 10_000;
/** Connections whose requests are counted; the longest known is forgotten for a new one. */
const maxConnections = 1_000;

/** `over`: the first beyond the limit. `far-over`: what comes behind it, within the same seconds. */
export type Rate = 'within' | 'over' | 'far-over';

export const requestRate = (now: () => number): ((connection: string) => Rate) => {
  const counted = new Map<string, { readonly from: number; count: number }>();
  const countOf = (connection: string) => {
    const known = counted.get(connection);
    if (known && known.from > now() - perMs) return known;
    counted.delete(connection);
    const [longestKnown] = counted.keys();
    if (counted.size >= maxConnections && longestKnown !== undefined) counted.delete(longestKnown);
    const begun = { from: now(), count: 0 };
    counted.set(connection, begun);
    return begun;
  };
  return (connection) => {
    const current = countOf(connection);
    current.count += 1;
    if (current.count <= maxRequests) return 'within';
    return current.count === maxRequests + 1 ? 'over' : 'far-over';
  };
};
