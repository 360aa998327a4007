/** Keeps something for a user once for each idempotency key, however often and in how many pieces the request comes. */
import { type Refusal, refuse } from '#shared/http/route.ts';
import type { Owner } from '#shared/owner.ts';
import type { KeptItem, KeptItems, Made } from '../../storage/kept-items.ts';
import type { GenerationRejection } from '../problems.ts';
import { fingerprintOf } from './create-generation.ts';

interface Request {
  readonly user: Owner;
  readonly body: object;
  readonly idempotencyKey: string | undefined;
}

export interface Keeping<Item extends KeptItem, Rejection extends GenerationRejection> {
  readonly items: Pick<KeptItems<Item>, 'get' | 'madeBy' | 'create'>;
  /** What the request names is looked at here: when it is repeated, that may be gone, and the first request was good. */
  readonly draft: () => Promise<Refusal<Rejection> | { readonly item: Item }>;
  readonly whenFull: () => Refusal<Rejection>;
  readonly whenRemoved: () => Refusal<Rejection>;
}

export const keepOnce = async <Item extends KeptItem, Rejection extends GenerationRejection>(
  { user, body, idempotencyKey: key }: Request,
  { items, draft, whenFull, whenRemoved }: Keeping<Item, Rejection>,
): Promise<Refusal<Rejection | 'idempotency-mismatch'> | { readonly item: Item }> => {
  const by = key === undefined ? undefined : { key, fingerprint: fingerprintOf(body) };
  /** The key's item as it is now, which may have been changed since. */
  const again = async (made: Made<Item>) => {
    if (made.fingerprint !== by?.fingerprint) return refuse('idempotency-mismatch');
    const item = await items.get(user, made.item);
    return item ? { item } : whenRemoved();
  };
  const made = by && (await items.madeBy(user, by.key));
  if (made) return again(made);
  const drafted = await draft();
  if ('rejection' in drafted) return drafted;
  const outcome = await items.create(user, drafted.item, by);
  if (outcome === 'full') return whenFull();
  return outcome === 'created' ? drafted : again(outcome);
};
