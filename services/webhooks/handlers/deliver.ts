/** Sends what is due; those of a batch at the same time, so that one slow receiver holds up itself. */
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { publicHttp } from '#shared/net/public-http.ts';
import { MetricUnit } from '#shared/observability/metrics.ts';
import { deliveries, endpoints, logger, metrics, secretsOf, trusts, wake } from '../composition.ts';
import { deliver } from '../delivering/deliver.ts';
import { type AttemptCount, webhookMetrics } from '../delivering/metrics.ts';
import { post } from '../delivering/post.ts';
import { wakeUp } from '../delivering/wake-up.ts';

const log = logger();
const counts = metrics();

const count = ({ failed, givenUp }: AttemptCount): void => {
  counts.addMetric(webhookMetrics.failed, MetricUnit.Count, Number(failed));
  if (givenUp) counts.addMetric(webhookMetrics.givenUp, MetricUnit.Count, 1);
  counts.publishStoredMetrics();
};

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
    count,
    now,
    random: Math.random,
  }),
);
