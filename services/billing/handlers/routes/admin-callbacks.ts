/** What providers told, for an app's admins: /v1/admin/callbacks, …/{id}, /v1/admin/payments/{id}/callbacks */
import type * as z from 'zod';
import { type Input, refuse } from '#shared/http/route.ts';
import type { Id } from '#shared/ids.ts';
import type { CallbackLog, CallbackPage, CallbackRecord } from '../../callbacks/callback-log.ts';
import type { PaymentRows } from '../../read-models/payments.ts';
import type { routes } from '../../routes.ts';
import type { callback } from '../../views.ts';
import { isOfApp } from './admin-payments.ts';

export interface AdminCallbacksDeps {
  readonly callbacks: Pick<CallbackLog, 'find' | 'list' | 'listOfPayment' | 'readBody'>;
  readonly paymentRows: PaymentRows;
}

const viewOf = ({ id, provider, type, outcome, paymentId, receivedAt }: CallbackRecord): z.input<typeof callback> => ({
  id,
  provider,
  type,
  outcome,
  payment_id: paymentId === undefined ? null : (paymentId as Id<'pay'>),
  received_at: receivedAt,
});

const answer = ({ records, next }: CallbackPage) => ({
  status: 200 as const,
  body: { data: records.map(viewOf), next_cursor: next ?? null },
});

export const listCallbacks =
  ({ callbacks }: AdminCallbacksDeps) =>
  async ({ admin, query: { limit, cursor, outcome } }: Input<typeof routes.listCallbacks>) =>
    answer(
      await callbacks.list(admin.app, {
        limit,
        ...(cursor === undefined ? {} : { cursor }),
        ...(outcome === undefined ? {} : { outcome }),
      }),
    );

export const listPaymentCallbacks =
  ({ callbacks, paymentRows }: AdminCallbacksDeps) =>
  async ({ admin, path, query: { limit, cursor } }: Input<typeof routes.listPaymentCallbacks>) =>
    (await isOfApp({ paymentRows }, admin, path.id))
      ? answer(
          await callbacks.listOfPayment(admin.app, path.id, { limit, ...(cursor === undefined ? {} : { cursor }) }),
        )
      : refuse('payment-unknown');

export const getCallback =
  ({ callbacks }: AdminCallbacksDeps) =>
  async ({ admin, path }: Input<typeof routes.getCallback>) => {
    const record = await callbacks.find(admin.app, path.id);
    if (!record) return refuse('callback-unknown');
    const raw = (await callbacks.readBody(admin.app, path.id)) ?? null;
    return { status: 200 as const, body: { ...viewOf(record), raw } };
  };
