/** What became of messages (X9): /v1/admin/webhooks/{id}/test, …/{id}/deliveries, …/{id}/deliveries/{delivery}/replay */
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { derivedUuid, idSchema } from '#shared/ids.ts';
import type { SendWakeUp } from '../../delivering/wake-up.ts';
import { giveUpAt, newDelivery } from '../../domain/delivery.ts';
import { pingMessage } from '../../domain/message.ts';
import type { routes } from '../../routes.ts';
import type { DeliveryTable } from '../../storage/delivery-table.ts';
import type { EndpointTable } from '../../storage/endpoint-table.ts';
import { deliveryView } from '../../views.ts';
import { webhookUnknown } from './endpoints.ts';

export interface DeliveryDependencies {
  readonly endpoints: Pick<EndpointTable, 'get'>;
  readonly deliveries: Pick<DeliveryTable, 'add' | 'get' | 'list' | 'restart'>;
  readonly wake: SendWakeUp;
}

const inactive = () =>
  refuse('webhook-inactive', { detail: 'Switch it on first: {"active": true}. Nothing is sent to it as it is.' });

export const testWebhook =
  ({ endpoints, deliveries, wake }: DeliveryDependencies) =>
  async ({ admin: { app }, path, requestId, at }: Input<typeof routes.testWebhook>) => {
    const endpoint = await endpoints.get(app, path.id);
    if (!endpoint) return webhookUnknown();
    if (!endpoint.active) return inactive();
    const delivery = newDelivery({
      app,
      endpoint: endpoint.id,
      event: { id: derivedUuid('test.ping', endpoint.id, requestId), at },
      message: pingMessage(app, endpoint.id, at),
      now: at,
    });
    await deliveries.add(delivery, at);
    await wake({ endpoint: endpoint.id, delivery: delivery.id, attempt: 0 });
    return { status: 202, body: deliveryView(delivery) } as const;
  };

export const listDeliveries =
  ({ endpoints, deliveries }: DeliveryDependencies) =>
  async ({ admin, path, query }: Input<typeof routes.listDeliveries>) => {
    const before = decodeCursor(idSchema('dlv'), query.cursor);
    if (!(await endpoints.get(admin.app, path.id))) return webhookUnknown();
    const { limit, status } = query;
    const { deliveries: found, next } = await deliveries.list(path.id, { limit, before, status });
    return {
      status: 200,
      body: { data: found.map(deliveryView), next_cursor: next ? encodeCursor(next) : null },
    } as const;
  };

/** Attempts begin and end meanwhile; one that meets several in a row is told to come again. */
const maxLooks = 3;

/** An attempt that is under way is as good as another: then nothing changes. */
export const replayDelivery =
  ({ endpoints, deliveries, wake }: DeliveryDependencies) =>
  async ({ admin, path, at }: Input<typeof routes.replayDelivery>) => {
    const endpoint = await endpoints.get(admin.app, path.id);
    if (!endpoint) return webhookUnknown();
    for (let look = 0; look < maxLooks; look += 1) {
      const known = await deliveries.get(path.id, path.delivery);
      if (!known) return refuse('delivery-unknown');
      if (!endpoint.active) return inactive();
      if (known.leaseUntil !== undefined && known.leaseUntil > at)
        return { status: 202, body: deliveryView(known) } as const;
      const restarted = await deliveries.restart(known, { at, giveUpAt: giveUpAt(known.type, at) });
      if (!restarted) continue;
      await wake({ endpoint: path.id, delivery: path.delivery, attempt: restarted.attempt });
      return { status: 202, body: deliveryView(restarted) } as const;
    }
    throw new ContentionError(`the delivery was tried again and again during ${maxLooks} looks`);
  };
