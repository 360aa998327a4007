/** Every route's handler, over what they all stand on. */
import type { Handlers } from '#shared/http/route.ts';
import type { NotificationsRejection } from '../problems.ts';
import type { routes } from '../routes.ts';
import * as broadcasts from './routes/broadcasts.ts';
import * as inbox from './routes/inbox.ts';

export type ApiDependencies = inbox.InboxDependencies & broadcasts.BroadcastDependencies;

export const apiHandlers = (dependencies: ApiDependencies): Handlers<typeof routes, NotificationsRejection> => ({
  listNotifications: inbox.listNotifications(dependencies),
  countUnread: inbox.countUnread(dependencies),
  readNotification: inbox.readNotification(dependencies),
  readAllNotifications: inbox.readAllNotifications(dependencies),
  deleteNotification: inbox.deleteNotification(dependencies),
  createBroadcast: broadcasts.createBroadcast(dependencies),
  listBroadcasts: broadcasts.listBroadcasts(dependencies),
  getBroadcast: broadcasts.getBroadcast(dependencies),
  stopBroadcast: broadcasts.stopBroadcast(dependencies),
});
