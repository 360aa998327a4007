/** Every hour: the second pass over users who left. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { deletions, logger } from '../composition.ts';
import { againMessage, tellAgain } from '../deletion/tell-again.ts';

const reserveMs = 10_000;

const log = logger();
const tell = tellAgain({ deletions: deletions(), logger: log, now: () => new Date() });

export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
  queueConsumer(log, againMessage, () => tell(() => context.getRemainingTimeInMillis() > reserveMs), {
    oneByOne: true,
  })(event, context);
