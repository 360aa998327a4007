/** Removes what generation holds of a user who left. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { jobStore, logger, ownedData } from '../composition.ts';
import { jobHandler } from '../handle-job.ts';
import { leavingMessage } from '../leaving/message.ts';
import { removeUser } from '../leaving/remove-user.ts';

/** Left for the page that is under way, and for sending on. */
const reserveMs = 15_000;

const remove = removeUser({
  ...ownedData(),
  handleJob: jobHandler(jobStore()),
  logger,
  now: () => new Date().toISOString(),
});

export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
  queueConsumer(
    logger,
    leavingMessage,
    (message) => {
      logger.appendKeys({ correlationId: message.detail.correlationId });
      return remove(message, () => context.getRemainingTimeInMillis() > reserveMs);
    },
    { oneByOne: true },
  )(event, context);
