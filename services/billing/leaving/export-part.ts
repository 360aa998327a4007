/** Billing's part of a user's export: payments and subscription as the API shows them, and their customer's id. */
import type * as z from 'zod';
import type { WriteExportPart } from '#services/identity/client.ts';
import type { exportRequested } from '#services/identity/contracts.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { noSubscription, subscriptionStream } from '../domain/subscription-state.ts';
import type { SubscriptionStore } from '../handle-subscription.ts';
import { paymentView } from '../payment-view.ts';
import type { PaymentRows } from '../read-models/payments.ts';
import type { Customers } from '../storage/customers.ts';
import { subscriptionView } from '../subscription-view.ts';

export interface ExportPartDeps {
  readonly payments: Pick<PaymentRows, 'listOfOwner'>;
  readonly subscriptions: Pick<SubscriptionStore, 'load'>;
  readonly customers: Pick<Customers, 'find'>;
  readonly write: WriteExportPart;
}

const pageSize = 100;

async function* paymentsOf({ payments }: Pick<ExportPartDeps, 'payments'>, owner: Owner, at: string) {
  let cursor: string | undefined;
  do {
    const { rows, next } = await payments.listOfOwner(ownerKey(owner), {
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const row of rows) yield paymentView(row.id, row, at);
    cursor = next;
  } while (cursor !== undefined);
}

/** Told twice, it writes the same file again, perhaps with what came since. */
export const exportPart =
  ({ payments, subscriptions, customers, write }: ExportPartDeps) =>
  async ({ app, user, at, data }: z.infer<typeof exportRequested>): Promise<void> => {
    const owner = { app, user };
    const newest = await subscriptions.load(subscriptionStream(owner));
    const customer = await customers.find(owner);
    await write(
      { owner, exportId: data.exportId, service: 'billing' },
      {
        customer_id: customer ?? null,
        subscription: subscriptionView(newest?.state ?? noSubscription, at, customer),
        payments: paymentsOf({ payments }, owner, at),
      },
    );
  };
