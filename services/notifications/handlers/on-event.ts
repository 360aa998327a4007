/** Tells a user what became of their generations, credits and payments. */
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { catalog, logger, members, notifications } from '../composition.ts';
import { notedEvent } from '../domain/notify.ts';
import { tellUser } from '../inbox/tell-user.ts';

const log = logger();

export const handler = busConsumer(
  log,
  notedEvent,
  tellUser({ catalog: catalog(log), members: members(), notifications: notifications(), logger: log }),
);
