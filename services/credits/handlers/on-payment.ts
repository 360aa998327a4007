/** Grants what was paid for, takes back what was refunded, and changes plans, as billing tells. */
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { countOne } from '#shared/observability/metrics.ts';
import { accountStore, catalog, logger, metrics } from '../composition.ts';
import { accountHandler } from '../handle-account.ts';
import { followPayment, paymentEvent } from '../payments/follow-payment.ts';

const log = logger();

export const handler = busConsumer(
  log,
  paymentEvent,
  followPayment({
    handle: accountHandler(accountStore()),
    catalog: catalog(log),
    logger: log,
    count: countOne(metrics()),
    now: () => new Date().toISOString(),
  }),
);
