/** Keeps the balances in step with the accounts: the events table's stream to the read model. */
import { streamConsumer } from '#shared/messaging/stream-consumer.ts';
import { logger, putBalance } from '../composition.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { balanceOf } from '../read-models/balances.ts';

const put = putBalance();

export const handler = streamConsumer<AccountEvent, Account>(logger(), async (recorded) => {
  await put(balanceOf(recorded));
});
