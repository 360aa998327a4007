/** A list as it is read: one page, page after page, or one thing after the other. Nothing is asked for before. */
import { TesseraError } from './error.ts';

export interface Page<Item> {
  readonly data: readonly Item[];
  readonly next_cursor: string | null;
}

export interface Pages<Item> extends AsyncIterable<Item> {
  /** The first one, or the one that the query's `cursor` names. */
  page(): Promise<Page<Item>>;
  pages(): AsyncIterable<Page<Item>>;
}

const maxPages = 10_000;

export const pagesOf = <Item>(ask: (cursor: string | undefined) => Promise<Page<Item>>): Pages<Item> => {
  async function* pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let cursor: string | undefined;
    for (let count = 0; count < maxPages; count += 1) {
      const page = await ask(cursor);
      yield page;
      if (!page.next_cursor) return;
      // A server that goes in circles would be asked for ever.
      if (page.next_cursor === cursor) break;
      cursor = page.next_cursor;
    }
    throw new TesseraError({ type: 'urn:tessera:client:pages-endless', title: 'The list does not end' });
  }
  async function* items(): AsyncGenerator<Item, void, undefined> {
    for await (const { data } of pages()) yield* data;
  }
  return { page: () => ask(undefined), pages, [Symbol.asyncIterator]: items };
};
