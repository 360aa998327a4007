/** Kept prompts and replies in memory, and what of assets can be shown: for tests of what stands on them. */
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { AssetTable } from '../storage/asset-table.ts';
import type { KeptItem, KeptItems, Made } from '../storage/kept-items.ts';
import { maxPrompts, type Prompt, type PromptTable } from '../storage/prompt-table.ts';
import type { ReadyAssets } from '../storage/ready-assets.ts';
import { maxSavedReplies, type SavedReplies, type SavedReply } from '../storage/saved-replies.ts';

const memoryKept = <Item extends KeptItem>(max: number) => {
  const kept = new Map<string, Map<string, Item>>();
  const keys = new Map<string, Made<Item>>();
  const of = (owner: Owner) => {
    const mine = kept.get(ownerKey(owner)) ?? new Map<string, Item>();
    kept.set(ownerKey(owner), mine);
    return mine;
  };
  const items: KeptItems<Item> = {
    get: async (owner, id) => of(owner).get(id),
    list: async (owner, { limit, before, where = {} }) => {
      const found = [...of(owner).values()]
        .filter(({ id }) => before === undefined || id < before)
        .filter((item) => Object.entries(where).every(([name, value]) => item[name as keyof Item] === value))
        .sort((a, b) => b.id.localeCompare(a.id))
        .slice(0, limit);
      // As DynamoDB: a full page may be the last one.
      return { items: found, next: found.length === limit ? found.at(-1)?.id : undefined };
    },
    madeBy: async (owner, key) => keys.get(`${ownerKey(owner)}#${key}`),
    create: async (owner, item, by) => {
      const made = by && keys.get(`${ownerKey(owner)}#${by.key}`);
      if (made) return made;
      if (of(owner).size >= max) return 'full';
      of(owner).set(item.id, item);
      if (by) keys.set(`${ownerKey(owner)}#${by.key}`, { fingerprint: by.fingerprint, item: item.id });
      return 'created';
    },
    remove: async (owner, id) => of(owner).delete(id),
  };
  return { ...items, of };
};

export const memorySavedReplies = (): SavedReplies => memoryKept<SavedReply>(maxSavedReplies);

export const memoryPrompts = (): PromptTable => {
  const { of, ...items } = memoryKept<Prompt>(maxPrompts);
  return {
    ...items,
    change: async (owner, id, change, at) => {
      const prompt = of(owner).get(id);
      if (!prompt) return undefined;
      const fields = Object.entries({ ...prompt, ...removeUndefined(change), updatedAt: at });
      const changed = Object.fromEntries(fields.filter(([, value]) => value !== null)) as unknown as Prompt;
      of(owner).set(id, changed);
      return changed;
    },
  };
};

const removeUndefined = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export const memoryReadyAssets =
  (assets: Pick<AssetTable, 'get'>): ReadyAssets =>
  async (owner, ids) => {
    const found = await Promise.all(ids.map((id) => assets.get(owner, id)));
    return new Set(found.flatMap((asset) => (asset?.status === 'ready' ? [asset.id] : [])));
  };
