/** Which version of each thing was told last, so that what is told twice or late is not told again. */

/** More things than a user has before their eyes; of what was not heard of for longest, a late message would be told again. */
const keptKeys = 1_000;

export interface Newest {
  /** Whether it is newer than all that was told of its key. What is newer is remembered. */
  isNews(message: { readonly key: string; readonly version: number }): boolean;
}

export const newest = (limit: number = keptKeys): Newest => {
  // A Map keeps the order of insertion: the first is the one not heard of for longest.
  const versions = new Map<string, number>();
  return {
    isNews({ key, version }) {
      const known = versions.get(key);
      const isNewer = known === undefined || version > known;
      versions.delete(key);
      versions.set(key, isNewer ? version : known);
      for (const oldest of versions.keys()) {
        if (versions.size <= limit) break;
        versions.delete(oldest);
      }
      return isNewer;
    },
  };
};
