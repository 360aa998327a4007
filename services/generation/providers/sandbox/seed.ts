/** Numbers that look random and are the same for the same request. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ProviderRequest } from '../provider.ts';

/** What the sandbox makes something of. */
export type Subject = Pick<ProviderRequest, 'tool' | 'params' | 'inputs' | 'instruction' | 'resultSchema'>;

/** The n-th number of a request, from 0 up to (not including) `below`. */
export type Seed = (n: number, below: number) => number;

/** All that the numbers of a request follow from. */
export const digestOf = ({ tool, params, inputs }: Pick<Subject, 'tool' | 'params' | 'inputs'>): Buffer => {
  const hash = createHash('sha256').update(canonicalize({ tool: tool.id, params }) ?? '');
  for (const { bytes } of inputs) hash.update(createHash('sha256').update(bytes).digest());
  return hash.digest();
};

export const seedFrom =
  (digest: Uint8Array): Seed =>
  (n, below) =>
    createHash('sha256').update(digest).update(String(n)).digest().readUInt32BE(0) % below;

export const pick = <Item>(items: readonly [Item, ...Item[]], seed: Seed, n: number): Item =>
  items[seed(n, items.length)] ?? items[0];
