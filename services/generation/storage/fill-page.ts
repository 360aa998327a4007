/** A page of a list of which a filter lets only some through: it is read on until the page is full, for so many reads at most. */

/** Reads for one page at most when a filter lets little through. */
const maxReads = 10;
/** Items looked at in one read when there is a filter. */
export const filteredRead = 100;

export interface Read<Item> {
  readonly items: readonly Item[];
  /** Where it stopped; absent at the end of the list. */
  readonly last: string | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where to read on. A page may be short of items, or empty, and still have one. */
  readonly next: string | undefined;
}

export const fillPage = async <Item>(
  read: (after: string | undefined) => Promise<Read<Item>>,
  positionOf: (item: Item) => string,
  { limit, after: from }: { readonly limit: number; readonly after?: string | undefined },
): Promise<Page<Item>> => {
  const items: Item[] = [];
  let after = from;
  for (let reads = 0; reads < maxReads; reads += 1) {
    const { items: more, last } = await read(after);
    items.push(...more);
    if (items.length > limit) {
      const page = items.slice(0, limit);
      const end = page.at(-1);
      return { items: page, next: end === undefined ? undefined : positionOf(end) };
    }
    after = last;
    if (after === undefined || items.length === limit) break;
  }
  return { items, next: after };
};

/** Equality with each value that is given, as a filter of a query. No value: no filter. */
export const equalTo = (wanted: Readonly<Record<string, unknown>>) => {
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return {
    conditions: given.map(([name]) => `#${name} = :${name}`),
    names: Object.fromEntries(given.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
  };
};
