/** Routes of replies that users keep to use again (FS6): keep, list, read, remove. */
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { idSchema, newId } from '#shared/ids.ts';
import type { routes } from '../../routes.ts';
import { maxSavedReplies, type SavedReplies, type SavedReply } from '../../storage/saved-replies.ts';
import { savedReplyView } from '../views.ts';
import { factsNow, type JobStore } from './generations.ts';
import { keepOnce } from './keep-once.ts';

export interface SavedReplyDeps {
  readonly savedReplies: SavedReplies;
  readonly store: JobStore;
}

/** POST /v1/saved-replies */
export const createSavedReply =
  ({ savedReplies, store }: SavedReplyDeps) =>
  async ({ user, body, idempotencyKey, at }: Input<typeof routes.createSavedReply>) => {
    const { text, note, generation_id: generation } = body;
    const draft = async () => {
      if (generation !== undefined && !(await factsNow(store, user, generation)))
        return refuse('job-not-found', {
          errors: [{ pointer: '/body/generation_id', detail: 'there is no such generation' }],
        });
      const item: SavedReply = { id: newId('rpl'), text, note, generation, createdAt: at };
      return { item };
    };
    const kept = await keepOnce(
      { user, body, idempotencyKey },
      {
        items: savedReplies,
        draft,
        whenFull: () =>
          refuse('replies-too-many', { detail: `At most ${maxSavedReplies} replies are saved. Remove some first.` }),
        whenRemoved: () => refuse('reply-removed', { detail: 'Send the request with a new key to save another.' }),
      },
    );
    return 'rejection' in kept ? kept : ({ status: 201, body: savedReplyView(kept.item) } as const);
  };

/** GET /v1/saved-replies */
export const listSavedReplies =
  ({ savedReplies }: Pick<SavedReplyDeps, 'savedReplies'>) =>
  async ({ user, query }: Input<typeof routes.listSavedReplies>) => {
    const { limit, cursor, generation_id: generation } = query;
    const before = decodeCursor(idSchema('rpl'), cursor);
    const where = generation === undefined ? undefined : { generation };
    const { items, next } = await savedReplies.list(user, { limit, before, where });
    return {
      status: 200,
      body: { data: items.map(savedReplyView), next_cursor: next ? encodeCursor(next) : null },
    } as const;
  };

/** GET /v1/saved-replies/{id} */
export const getSavedReply =
  ({ savedReplies }: Pick<SavedReplyDeps, 'savedReplies'>) =>
  async ({ user, path }: Input<typeof routes.getSavedReply>) => {
    const found = await savedReplies.get(user, path.id);
    return found ? ({ status: 200, body: savedReplyView(found) } as const) : refuse('reply-not-found');
  };

/** DELETE /v1/saved-replies/{id} */
export const deleteSavedReply =
  ({ savedReplies }: Pick<SavedReplyDeps, 'savedReplies'>) =>
  async ({ user, path }: Input<typeof routes.deleteSavedReply>) =>
    (await savedReplies.remove(user, path.id))
      ? ({ status: 204, body: undefined } as const)
      : refuse('reply-not-found');
