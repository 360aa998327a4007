/** Kept prompts in memory, and what of assets can be shown: for tests of what stands on them. */
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { AssetTable } from '../storage/asset-table.ts';
import { type Made, maxPrompts, type Prompt, type PromptTable } from '../storage/prompt-table.ts';
import type { ReadyAssets } from '../storage/ready-assets.ts';

export const memoryPrompts = (): PromptTable => {
  const kept = new Map<string, Map<string, Prompt>>();
  const keys = new Map<string, Made>();
  const of = (owner: Owner) => {
    const mine = kept.get(ownerKey(owner)) ?? new Map<string, Prompt>();
    kept.set(ownerKey(owner), mine);
    return mine;
  };
  return {
    get: async (owner, id) => of(owner).get(id),
    list: async (owner, { limit, before }) => {
      const prompts = [...of(owner).values()]
        .filter(({ id }) => before === undefined || id < before)
        .sort((a, b) => b.id.localeCompare(a.id))
        .slice(0, limit);
      // As DynamoDB: a full page may be the last one.
      return { prompts, next: prompts.length === limit ? prompts.at(-1)?.id : undefined };
    },
    madeBy: async (owner, key) => keys.get(`${ownerKey(owner)}#${key}`),
    create: async (owner, prompt, by) => {
      const made = by && keys.get(`${ownerKey(owner)}#${by.key}`);
      if (made) return made;
      if (of(owner).size >= maxPrompts) return 'full';
      of(owner).set(prompt.id, prompt);
      if (by) keys.set(`${ownerKey(owner)}#${by.key}`, { fingerprint: by.fingerprint, prompt: prompt.id });
      return 'created';
    },
    change: async (owner, id, change, at) => {
      const prompt = of(owner).get(id);
      if (!prompt) return undefined;
      const fields = Object.entries({ ...prompt, ...removeUndefined(change), updatedAt: at });
      const changed = Object.fromEntries(fields.filter(([, value]) => value !== null)) as unknown as Prompt;
      of(owner).set(id, changed);
      return changed;
    },
    remove: async (owner, id) => of(owner).delete(id),
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
