/** Charges a user's saved card when their credits run low (X11). */
import { topUpRequested } from '#services/credits/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { catalog, customers, logger, paymentStore, providers, publicUrl, references } from '../composition.ts';
import { paymentHandler } from '../handle-payment.ts';
import { chargeTopUp } from '../top-up/charge-top-up.ts';

const log = logger();
const payments = paymentStore();

export const handler = busConsumer(
  log,
  topUpRequested,
  chargeTopUp({
    payments,
    handlePayment: paymentHandler(payments),
    catalog: catalog(log),
    providersOf: providers(log),
    customers: customers(),
    references: references(),
    publicUrl: publicUrl(),
    logger: log,
    now: () => new Date().toISOString(),
  }),
);
