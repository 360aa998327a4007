/** Sends what is due; those of a batch at the same time, so that one slow receiver holds up itself. */
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { publicHttp } from '#shared/net/public-http.ts';
import { deliveries, endpoints, logger, secretsOf, trusts, wake } from '../composition.ts';
import { deliver } from '../delivering/deliver.ts';
import { post } from '../delivering/post.ts';
import { wakeUp } from '../delivering/wake-up.ts';

const log = logger();
const now = () => new Date();

export const handler = queueConsumer(
  log,
  wakeUp,
  deliver({
    endpoints: endpoints(),
    deliveries: deliveries(),
    secretsOf: secretsOf(log),
    post: post(publicHttp({ trusts: trusts() }), now),
    wake: wake(),
    logger: log,
    now,
    random: Math.random,
  }),
);
