/**
 * A user who left is charged no more: their customer at Stripe is removed, and with it their cards and subscription there. What names
 * them in callbacks' bodies goes too. What was paid stays, under the bare id, as the ledger does (docs/adr/0014).
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import type * as z from 'zod';
import type { userDeleted } from '#services/identity/contracts.ts';
import type { CallbackLog } from '../callbacks/callback-log.ts';
import type { ProvidersOf } from '../providers/provider.ts';
import type { Customers } from '../storage/customers.ts';

export interface RemoveUserDeps {
  readonly customers: Pick<Customers, 'find' | 'remove'>;
  readonly callbacks: Pick<CallbackLog, 'removeBodies'>;
  readonly providersOf: ProvidersOf;
  readonly logger: Pick<Logger, 'info'>;
}

/**
 * At both passes: the second one finds what came while the first was under way, the last callbacks among it. Bodies go first: they need
 * nobody's answer.
 *
 * @throws Error when Stripe does not answer, or the app's keys of it are not there: the customer would go on paying. The message comes
 * again, and ends in the dead letters, where an alarm rings.
 */
export const removeUser =
  ({ customers, callbacks, providersOf, logger }: RemoveUserDeps) =>
  async ({ app, user, data }: z.infer<typeof userDeleted>): Promise<void> => {
    const owner = { app, user };
    const bodies = await callbacks.removeBodies(owner);
    const customer = await customers.find(owner);
    if (customer !== undefined) {
      const { stripe } = await providersOf(app);
      if (!stripe) throw new Error(`a customer stays at Stripe, whose keys ${app} does not have`);
      await stripe.removeCustomer(customer);
      await customers.remove(owner);
    }
    logger.info('billing of a user who left removed', { app, user, pass: data.pass, bodies });
  };
