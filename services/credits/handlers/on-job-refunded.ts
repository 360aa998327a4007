/** Gives back what a job cost when generation says that an admin refunded it. */
import { jobRefunded } from '#services/generation/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { countOne } from '#shared/observability/metrics.ts';
import { accountStore, catalog, logger, metrics } from '../composition.ts';
import { accountHandler } from '../handle-account.ts';
import { followRefund } from '../refunds/follow-refund.ts';

const log = logger();

export const handler = busConsumer(
  log,
  jobRefunded,
  followRefund({
    handle: accountHandler(accountStore()),
    catalog: catalog(log),
    logger: log,
    count: countOne(metrics()),
    now: () => new Date().toISOString(),
  }),
);
