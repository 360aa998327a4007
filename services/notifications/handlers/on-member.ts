/** Follows who an app's users are, which plan they have and what they want to hear. */
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { catalog, logger, members, notifications } from '../composition.ts';
import { followMember, memberEvent } from '../members/follow-member.ts';

const log = logger();

export const handler = busConsumer(
  log,
  memberEvent,
  followMember({ members: members(), notifications: notifications(), catalog: catalog(log), logger: log }),
);
