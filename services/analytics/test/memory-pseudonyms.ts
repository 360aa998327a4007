/** Keys in memory, for tests of what is made with them. */
import { ownerKey } from '#shared/owner.ts';
import { newKey } from '../pseudonyms/keyed-hash.ts';
import type { PseudonymTable } from '../storage/pseudonym-table.ts';

export const memoryPseudonyms = (): PseudonymTable & { broken: boolean } => {
  const keys = new Map<string, string | undefined>();
  return {
    broken: false,
    async keysOf(owners) {
      if (this.broken) throw new Error('down');
      for (const owner of owners) if (!keys.has(owner)) keys.set(owner, newKey());
      return new Map(owners.map((owner) => [owner, keys.get(owner) ?? newKey()]));
    },
    async forget(owner) {
      keys.set(ownerKey(owner), undefined);
    },
  };
};
