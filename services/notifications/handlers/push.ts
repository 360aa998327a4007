/** Tells open sockets what happened; events of a batch at the same time, so that one slow receiver holds up itself. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { busMessage } from '#shared/messaging/published-event.ts';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { connections, feed, logger, removeFromFeed, sendingFanOut, sockets } from '../composition.ts';
import { push, pushed } from '../realtime/push.ts';

const reserveMs = 10_000;

const log = logger();
const tell = push({
  connections: connections(),
  feed: feed(),
  sockets: sockets(),
  fanOut: sendingFanOut(),
  removeFeed: removeFromFeed(),
  logger: log,
  now: Date.now,
});

export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
  queueConsumer(log, busMessage(pushed), ({ detail }) =>
    tell(detail, () => context.getRemainingTimeInMillis() > reserveMs),
  )(event, context);
