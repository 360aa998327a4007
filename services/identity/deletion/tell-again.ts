/**
 * Has each user's leaving told a second time, an hour after it: what was under way when they left (a request, a worker, an
 * event behind others) has left its traces by then, and every service removes those too.
 */
import * as z from 'zod';
import type { HasTime } from '#shared/aws/remove-objects.ts';
import type { Logger } from '#shared/observability/logger.ts';
import type { Deletions, DuePage } from './tombstones.ts';

/** The schedule's message. */
export const againMessage = z.strictObject({ kind: z.literal('start') });

/** The schedule comes hourly: so a user's second pass is 55 minutes to not quite two hours behind the first. */
export const secondPassAfterMs = 55 * 60_000;

const pageSize = 100;
const atOnce = 10;

export interface TellAgainDeps {
  readonly deletions: Deletions;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly now: () => Date;
}

/** What no time is left for, the next hour has. */
export const tellAgain =
  ({ deletions, logger, now }: TellAgainDeps) =>
  async (hasTime: HasTime): Promise<void> => {
    const leftBefore = new Date(now().getTime() - secondPassAfterMs).toISOString();
    let told = 0;
    let from: DuePage['next'];
    do {
      if (!hasTime()) {
        logger.warn('not every leaving was told again', { told });
        return;
      }
      const page = await deletions.due(leftBefore, pageSize, from);
      for (let next = 0; next < page.owners.length; next += atOnce) {
        const some = page.owners.slice(next, next + atOnce);
        const done = await Promise.all(some.map((owner) => deletions.tellAgain(owner, now().toISOString())));
        told += done.filter(Boolean).length;
      }
      from = page.next;
    } while (from);
    if (told > 0) logger.info('leavings told again', { told });
  };
