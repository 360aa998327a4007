/** An event of the bus becomes one delivery for each endpoint of its app that asks for it. Told twice, it is the same deliveries. */
import type { EventMessage } from '../contracts.ts';
import { newDelivery } from '../domain/delivery.ts';
import { wants } from '../domain/endpoint.ts';
import type { DeliveryTable } from '../storage/delivery-table.ts';
import type { EndpointTable } from '../storage/endpoint-table.ts';
import type { SendWakeUp } from './wake-up.ts';

export interface TellDependencies {
  readonly endpoints: Pick<EndpointTable, 'list'>;
  readonly deliveries: Pick<DeliveryTable, 'add'>;
  readonly wake: SendWakeUp;
  readonly now: () => Date;
}

/** The parts of a bus event that matter whatever it tells of. */
interface Told {
  readonly id: string;
  readonly app: string;
  readonly at: string;
}

export const tellEndpoints =
  <Event extends Told>(
    { endpoints, deliveries, wake, now }: TellDependencies,
    messageOf: (event: Event) => EventMessage,
  ) =>
  async (event: Event): Promise<void> => {
    const message = messageOf(event);
    const { app } = event;
    const at = now().toISOString();
    const wanting = (await endpoints.list(app)).endpoints.filter((endpoint) => wants(endpoint, message.type));
    for (const { id: endpoint } of wanting) {
      const delivery = newDelivery({ app, endpoint, event, message, now: at });
      await deliveries.add(delivery, at);
      // Also where it was known: what put it there may have come to an end before it sent this.
      await wake({ endpoint, delivery: delivery.id, attempt: 0 });
    }
  };
