/** Notifications' rejections on the wire. */
import { commonProblems, type ProblemSpec } from '#shared/http/problem.ts';

export type NotificationsRejection =
  | 'request-invalid'
  | 'notification-unknown'
  | 'broadcast-unknown'
  | 'broadcast-over'
  | 'text-missing'
  | 'plan-unknown'
  | 'idempotency-mismatch';

export const problems: Readonly<Record<NotificationsRejection, ProblemSpec>> = {
  'request-invalid': commonProblems['request-invalid'],
  'notification-unknown': { status: 404, title: 'There is no such notification' },
  'broadcast-unknown': { status: 404, title: 'There is no such broadcast' },
  'broadcast-over': { status: 409, title: 'The broadcast is over' },
  'text-missing': { status: 409, title: 'The app has no text for a key' },
  'plan-unknown': { status: 404, title: 'There is no such plan' },
  'idempotency-mismatch': { status: 422, title: 'The idempotency key was used for another request' },
};
