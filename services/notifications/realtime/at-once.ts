/** Work on many, so many at the same time: who is slow takes one place, not the turn of all. */
export const atOnce = async <Item>(
  places: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  let next = 0;
  const takeTurns = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(places, items.length) }, takeTurns));
};
