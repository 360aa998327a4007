/** Numbers that look random and are the same for the same request. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ProviderRequest } from '../provider.ts';

/** The n-th number of a request, from 0 up to (not including) `below`. */
export type Seed = (n: number, below: number) => number;

export const seedOf = ({ tool, params, inputs }: Pick<ProviderRequest, 'tool' | 'params' | 'inputs'>): Seed => {
  const hash = createHash('sha256').update(canonicalize({ tool: tool.id, params }) ?? '');
  for (const { bytes } of inputs) hash.update(createHash('sha256').update(bytes).digest());
  const seed = hash.digest();
  return (n, below) => createHash('sha256').update(seed).update(String(n)).digest().readUInt32BE(0) % below;
};

export const pick = <Item>(items: readonly [Item, ...Item[]], seed: Seed, n: number): Item =>
  items[seed(n, items.length)] ?? items[0];
