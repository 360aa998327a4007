/** Refusals that several routes give, with what a client goes on with. */
import { refuse } from '#shared/http/route.ts';
import type { RequestedPayment } from '../../buying/request-payment.ts';
import { paymentStatusOf } from '../../payment-view.ts';

export const keyTaken = () =>
  refuse('idempotency-mismatch', {
    detail: 'The key was used for another request: send this one under a new key.',
  });

/** Whoever lost the answer finds the payment by this. */
export const paymentOver = ({ paymentId, state }: RequestedPayment, at: string) => {
  const status = paymentStatusOf(state, at);
  return refuse('payment-over', {
    detail: `The key belongs to ${paymentId}, which is ${status}. To buy it once more, send a new key.`,
    members: { payment_id: paymentId, payment_status: status },
  });
};
