/** One thing that a user is told, in words that their app has texts for. */
import type * as z from 'zod';
import type { Id } from '#shared/ids.ts';
import type { notification } from '../contracts.ts';

export type NotificationId = Id<'ntf'>;

/** A notification is kept so long after what it tells of. */
export const keptMs = 90 * 24 * 3_600_000;

export type NotificationFacts = Omit<z.infer<typeof notification>, 'read'> & {
  readonly correlation_id: string;
  /** Of the user, for whoever tells them in other ways. */
  readonly locale: string | null;
};

export interface Notice {
  readonly facts: Omit<NotificationFacts, 'locale'>;
  /** What is told once, however many events tell of it. Absent: the event itself is the cause. */
  readonly once?: string;
}
