/** Work on many, so many at the same time: who is slow takes one place, not the turn of all, and who fails stops nobody else. */
export const atOnce = async <Item>(
  places: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const failures: unknown[] = [];
  let next = 0;
  const takeTurns = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++])
      await work(item).catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: Math.min(places, items.length) }, takeTurns));
  if (failures.length > 0) throw new Error(`${failures.length} of ${items.length} failed`, { cause: failures[0] });
};
