/** Keeps the read models in step with the accounts: the events table's stream to the balances and the usage. */
import { measuringLag } from '#shared/messaging/projection-lag.ts';
import { streamConsumer } from '#shared/messaging/stream-consumer.ts';
import { catalog, logger, metrics, writeReadModel } from '../composition.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { projectAccount } from '../read-models/projections.ts';

const log = logger();

export const handler = measuringLag(
  { metrics: metrics() },
  streamConsumer<AccountEvent, Account>(log, projectAccount({ catalog: catalog(log), write: writeReadModel() })),
);
