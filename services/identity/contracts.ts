/** What other services know of identity: the events that tell of users. None carries a name or an address. */
import * as z from 'zod';
import { publishedEvent } from '#shared/messaging/published-event.ts';

export const notificationPreferences = z.object({
  promotions: z.boolean(),
  feature_updates: z.boolean(),
  general_alerts: z.boolean(),
});

/** What the user wants to hear of is another now. The first time it is told with `UserRegistered`. */
export const preferencesChanged = publishedEvent(
  'PreferencesChanged',
  z.object({ notifications: notificationPreferences, locale: z.string().nullable() }),
);

/** A user has a record now: by the sign-up hook or by a first request, whichever came first. Told once for a user. */
export const userRegistered = publishedEvent('UserRegistered', z.object({ via: z.enum(['hook', 'request']) }));

/**
 * A user has left; their tokens are refused from now on. Each service removes what is theirs and keeps what it must under the
 * bare id. Told again an hour later (`pass` 2), for what was still under way.
 */
export const userDeleted = publishedEvent('UserDeleted', z.object({ pass: z.int().min(1).max(2) }));

/** A user wants all of their data: each service in `exportedBy` writes its part (`client.ts`). */
export const exportRequested = publishedEvent('ExportRequested', z.object({ exportId: z.uuid() }));

/** Everything identity publishes. */
export const identityEvent = z.discriminatedUnion('type', [
  userRegistered,
  preferencesChanged,
  userDeleted,
  exportRequested,
]);
export type IdentityEvent = z.infer<typeof identityEvent>;

/** The services that hold data of users; an export is ready when each has written its part. */
export const exportedBy = ['identity', 'credits', 'generation', 'billing', 'notifications'] as const;
export type ExportingService = (typeof exportedBy)[number];
