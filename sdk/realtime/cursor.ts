/** Where to resume: in memory, and in a storage where the app names one. */
import type { CursorStorage } from './options.ts';

export interface Cursor {
  readonly newest: string | undefined;
  /** What is in memory, else what is kept. */
  load(): Promise<string | undefined>;
  move(cursor: string): void;
}

export const keptCursor = (options: {
  readonly since: string | undefined;
  readonly storage: CursorStorage | undefined;
  readonly key: string;
  readonly onError: (error: unknown) => void;
}): Cursor => {
  const { storage, key, onError } = options;
  let newest = options.since;
  return {
    get newest() {
      return newest;
    },
    async load() {
      if (newest !== undefined || storage === undefined) return newest;
      try {
        newest = (await storage.getItem(key)) ?? undefined;
      } catch (error) {
        // As in a private window: then it begins with now.
        onError(error);
      }
      return newest;
    },
    move(cursor) {
      newest = cursor;
      if (storage === undefined) return;
      const save = async () => storage.setItem(key, cursor);
      save().catch(onError);
    },
  };
};
