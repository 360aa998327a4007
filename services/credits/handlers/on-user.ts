/** Opens the account of a user who registered, and closes that of one who left. */
import { busMessage } from '#shared/messaging/published-event.ts';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { accountStore, catalog, logger, showUserEventAgain } from '../composition.ts';
import { accountHandler } from '../handle-account.ts';
import { comeAgain } from '../leaving/come-again.ts';
import { followUser, userEvent } from '../leaving/follow-user.ts';

const log = logger();
const consume = comeAgain({
  follow: followUser({
    handle: accountHandler(accountStore()),
    catalog: catalog(log),
    logger: log,
    now: () => new Date().toISOString(),
  }),
  show: showUserEventAgain(),
});

export const handler = queueConsumer(
  log,
  busMessage(userEvent),
  ({ detail }, record) => {
    log.appendKeys({ correlationId: detail.correlationId, eventId: detail.id, eventType: detail.type });
    return consume(detail, record);
  },
  { oneByOne: true },
);
