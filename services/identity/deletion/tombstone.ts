/** What stays of a user who left: that they were here and are not any more. Nothing of it is theirs but the bare id. */
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { DeletedUser, UserRecord } from '../domain/user.ts';
import type { Stamp } from '../users/user-table.ts';

/** The index of those whose leaving is to be told once more. */
export const deletionsIndex = { name: 'deletions', partitionKey: 'deletions', sortKey: 'deleted_at' } as const;

/** Of a tombstone of the first pass only, so that the index holds no others. */
export type Tombstone = DeletedUser & { readonly [deletionsIndex.partitionKey]?: typeof due };
export const due = 'due';

/** In place of the whole record. A user who had none leaves one too: nothing begins by a request or a hook that is under way. */
export const tombstone = (owner: Owner, known: UserRecord | undefined, { at, correlationId }: Stamp): Tombstone => ({
  owner: ownerKey(owner),
  app: owner.app,
  user: owner.user,
  status: 'deleted',
  version: (known?.version ?? 0) + 1,
  ...(known?.created_at === undefined ? {} : { created_at: known.created_at }),
  updated_at: at,
  deleted_at: at,
  deletion_pass: 1,
  deletions: due,
  correlation_id: correlationId,
});
