/** Chance that repeats itself: the same seed, the same week. */

export interface Random {
  /** From 0 to below 1. */
  next(): number;
  chance(probability: number): boolean;
  /** A whole number, both ends included. */
  whole(min: number, max: number): number;
  /** Mostly near `typical`, sometimes many times it: as waiting times are. */
  skewed(typical: number): number;
  /** @throws for an empty list. */
  pick<Item>(items: readonly Item[]): Item;
}

/** Mulberry32: 32 bits of state, and good enough for a town of a thousand. */
export const seeded = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    skewed: (typical) => Math.round(typical * Math.exp(1.4 * (next() + next() + next() - 1.5))),
    pick: (items) => {
      const item = items[whole(0, items.length - 1)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
};
