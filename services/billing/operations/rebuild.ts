/** What a rebuild makes of billing's events: the lists of payments and of due subscriptions, as the live projection does. */
import { type EventItem, fromItem } from '#shared/eventsourcing/dynamo-event-store.ts';
import type { ReadModel, RowWrite } from '#shared/operations/rebuild-rows.ts';
import type { PaymentEvent } from '../domain/payment-events.ts';
import type { Payment } from '../domain/payment-state.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import type { Subscription } from '../domain/subscription-state.ts';
import { projectEvent, type RecordedBillingEvent } from '../read-models/project-event.ts';
import type { Tables } from './connect.ts';

type List = 'payments' | 'subscriptions';

/** Those whose tables are known. */
export const listsIn = ({ payments, subscriptions }: Pick<Tables, List>): readonly ReadModel<List>[] => {
  const rowPer = 'newest version';
  return [
    ...(payments ? [{ name: 'payments', table: payments, key: ['id'], rowPer } as const] : []),
    ...(subscriptions ? [{ name: 'subscriptions', table: subscriptions, key: ['owner'], rowPer } as const] : []),
  ];
};

/** All rows that a page of events leads to. */
export const writesOf = async (page: readonly EventItem[]): Promise<RowWrite<List>[]> => {
  const writes: RowWrite<List>[] = [];
  const collect = (table: List) => ({ write: async (row: object) => void writes.push({ table, row }) });
  const project = projectEvent({ payments: collect('payments'), subscriptions: collect('subscriptions') });
  for (const item of page) {
    const recorded = fromItem<PaymentEvent | SubscriptionEvent, Payment | Subscription>(item);
    await project(recorded as RecordedBillingEvent);
  }
  return writes;
};
