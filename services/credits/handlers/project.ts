/** Keeps the read models in step with the accounts: the events table's stream to the balances and the usage. */
import { catalog } from '#apps';
import { streamConsumer } from '#shared/messaging/stream-consumer.ts';
import { logger, writeReadModel } from '../composition.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { projectAccount } from '../read-models/projections.ts';

export const handler = streamConsumer<AccountEvent, Account>(
  logger(),
  projectAccount({ catalog, write: writeReadModel() }),
);
