/** What came, in order; `next` waits for what has not come yet. */
export interface Queue<Item> {
  readonly all: readonly Item[];
  push(item: Item): void;
  next(): Promise<Item>;
}

export const queue = <Item>(): Queue<Item> => {
  const all: Item[] = [];
  const waiting: ((item: Item) => void)[] = [];
  let taken = 0;
  return {
    all,
    push(item) {
      all.push(item);
      const wake = waiting.shift();
      if (wake === undefined) return;
      taken += 1;
      wake(item);
    },
    async next() {
      if (taken < all.length) {
        taken += 1;
        return all[taken - 1] as Item;
      }
      return new Promise((wake) => waiting.push(wake));
    },
  };
};
