/** A payment begins with its order. A request that is repeated by its key meets the payment that it made. */
import type { EventMeta } from '#shared/eventsourcing/recorded-event.ts';
import { derivedId, type Id, newId } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import { type KnownPayment, type Order, paymentStream } from '../domain/payment-state.ts';
import type { HandlePayment, PaymentStore } from '../handle-payment.ts';

export interface RequestDeps {
  readonly payments: Pick<PaymentStore, 'load'>;
  readonly handlePayment: HandlePayment;
}

export interface PaymentRequest {
  readonly owner: Owner;
  readonly key: string | undefined;
  readonly order: Order;
  readonly at: string;
  readonly meta: EventMeta;
}

export interface RequestedPayment {
  readonly paymentId: Id<'pay'>;
  readonly state: KnownPayment;
}

/** The price may be another one by now: the order keeps the one that it was made with. */
const isSame = (made: Order, { provider, purpose, item, via }: Order): boolean =>
  made.provider === provider && made.purpose === purpose && made.item === item && made.via === via;

export const requestPayment =
  ({ payments, handlePayment }: RequestDeps) =>
  async ({ owner, key, order, at, meta }: PaymentRequest): Promise<RequestedPayment | 'idempotency-mismatch'> => {
    const paymentId = key === undefined ? newId('pay') : derivedId('pay', owner.app, owner.user, 'key', key);
    const stream = paymentStream(owner, paymentId);
    const tail = key === undefined ? undefined : await payments.load(stream);
    const known = tail?.state;
    if (known && known.status !== 'unknown')
      return isSame(known, order) ? { paymentId, state: known } : 'idempotency-mismatch';
    const { accepted, state } = await handlePayment(stream, { type: 'RequestPayment', at, order }, meta, { tail });
    if (!accepted) return 'idempotency-mismatch';
    if (state.status === 'unknown') throw new Error('a payment that was requested is known');
    return { paymentId, state };
  };
