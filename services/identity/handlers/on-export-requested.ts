/** Adds a user's profile to their export. */
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { catalog, exportParts, logger, users } from '../composition.ts';
import { exportRequested } from '../contracts.ts';
import { profilePart } from '../export/profile-part.ts';
import { zoneOf } from '../users/local-zone.ts';

const log = logger();

export const handler = busConsumer(
  log,
  exportRequested,
  profilePart({ users: users(), zoneOf: zoneOf(catalog(log)), write: exportParts() }),
);
