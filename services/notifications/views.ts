/** What notifications' routes take and answer. */
import * as z from 'zod';
import { i18nKey, slug } from '#services/catalog/contracts.ts';
import { pageOf } from '#shared/http/page.ts';
import { idSchema } from '#shared/ids.ts';
import { userId } from '#shared/owner.ts';
import { notification } from './contracts.ts';

export const notificationPage = pageOf(notification);
/** Counted to 100; `more`: there are at least as many. */
export const unreadCount = z.object({ unread: z.int(), more: z.boolean() });
export const markedRead = z.object({ marked: z.int(), more: z.boolean() });

const listed = z.array(userId).min(1, 'must name somebody').max(1_000, 'must be a thousand at most: send several');
export const broadcastAudience = z.discriminatedUnion(
  'to',
  [
    z.strictObject({ to: z.literal('all') }),
    z.strictObject({ to: z.literal('plan'), plan: slug }),
    z.strictObject({ to: z.literal('users'), users: listed }),
  ],
  { error: ({ code }) => (code === 'invalid_union' ? 'must be all, plan or users' : undefined) },
);
export type BroadcastAudience = z.infer<typeof broadcastAudience>;
export const newBroadcast = z.strictObject({
  type: z.enum(['offer', 'feature', 'general'], 'must be offer, feature or general'),
  title_key: i18nKey,
  message_key: i18nKey,
  params: z
    .record(
      z.string().max(60),
      z.union([z.string().max(500), z.number()], 'must be a number, or a text of at most 500 characters'),
    )
    .refine((params) => Object.keys(params).length <= 20, 'are too many: each user gets a copy of at most 20')
    .default({}),
  url: z
    .url({ protocol: /^https$/, error: 'must be an address that begins with https://' })
    .max(2_000)
    .nullable()
    .default(null),
  audience: broadcastAudience,
});
export const broadcast = z.object({
  id: idSchema('ntf'),
  ...newBroadcast.shape,
  status: z.enum(['sending', 'sent', 'stopped']),
  /** Users who have it, and those who did not want it. */
  sent: z.int(),
  passed_over: z.int(),
  /** Of a list: those who are no members of the app, or none any more. */
  unknown: z.int(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export const broadcastPage = pageOf(broadcast);
