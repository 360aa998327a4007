/** An app's payments for its admins: /v1/admin/payments, …/{id}, …/{id}/refunds, …/{id}/void */
import type { Logger } from '@aws-lambda-powertools/logger';
import { type AdminCaller, type Input, type Refusal, refuse } from '#shared/http/route.ts';
import { derivedUuid } from '#shared/ids.ts';
import { ownerKey } from '#shared/owner.ts';
import type { KnownPayment } from '../../domain/payment-state.ts';
import type { PaymentStore } from '../../handle-payment.ts';
import { adminPaymentView } from '../../payment-view.ts';
import type { BillingRejection } from '../../problems.ts';
import type { PaymentProviderApi, ProvidersOf } from '../../providers/provider.ts';
import type { PaymentRows } from '../../read-models/payments.ts';
import type { routes } from '../../routes.ts';
import { loadPayment } from './payments.ts';

export interface AdminPaymentsDeps {
  readonly payments: Pick<PaymentStore, 'load'>;
  readonly paymentRows: PaymentRows;
  readonly providersOf: ProvidersOf;
  readonly logger: Pick<Logger, 'info'>;
}

export const listAppPayments =
  ({ paymentRows }: Pick<AdminPaymentsDeps, 'paymentRows'>) =>
  async ({ admin: { app }, query, at }: Input<typeof routes.listAppPayments>) => {
    const { limit, cursor, user } = query;
    const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
    const { rows, next = null } =
      user === undefined
        ? await paymentRows.listOfApp(app, page)
        : await paymentRows.listOfOwner(ownerKey({ app, user }), page);
    return {
      status: 200 as const,
      body: { data: rows.map((row) => adminPaymentView(row, row, at)), next_cursor: next },
    };
  };

interface OfApp {
  readonly id: string;
  readonly user: string;
  readonly state: KnownPayment;
}

/** The list says whose a payment is, its stream how it stands. */
const paymentOfApp = async (
  deps: Pick<AdminPaymentsDeps, 'payments' | 'paymentRows'>,
  { app }: AdminCaller,
  id: string,
): Promise<OfApp | undefined> => {
  const row = await deps.paymentRows.find(id);
  if (row?.app !== app) return undefined;
  const { user } = row;
  const state = await loadPayment(deps, { app, user }, id);
  return state && { id, user, state };
};

/** Whether the app has such a payment. */
export const isOfApp = async (
  { paymentRows }: Pick<AdminPaymentsDeps, 'paymentRows'>,
  { app }: AdminCaller,
  id: string,
): Promise<boolean> => (await paymentRows.find(id))?.app === app;

export const getAppPayment =
  (deps: Pick<AdminPaymentsDeps, 'payments' | 'paymentRows'>) =>
  async ({ admin, path, at }: Input<typeof routes.getAppPayment>) => {
    const found = await paymentOfApp(deps, admin, path.id);
    return found ? { status: 200 as const, body: adminPaymentView(found, found.state, at) } : refuse('payment-unknown');
  };

const giveBack = async (
  { providersOf, logger }: AdminPaymentsDeps,
  { admin, at, found }: { readonly admin: AdminCaller; readonly at: string; readonly found: OfApp },
  {
    reference,
    reason,
    ...how
  }: Parameters<PaymentProviderApi['refund']>[1] & { readonly reference: string; readonly reason: string },
) => {
  const { state, id } = found;
  const api = (await providersOf(admin.app))[state.provider];
  if (!api) return refuse<BillingRejection>('provider-unsupported', { detail: `${state.provider} is set up no more.` });
  await api.refund(reference, how);
  const { amountMinor, voids } = how;
  logger.info('money given back', { paymentId: id, actor: admin.actor, reason, amountMinor, voids });
  return { status: 202 as const, body: adminPaymentView(found, state, at) };
};

const exceeds = (detail: string): Refusal<BillingRejection> => refuse('refund-exceeds', { detail });

/**
 * The provider tells later that the money went back: until then the payment is shown as before. Stripe takes one key once, within
 * a day. Paymob has no keys: of two equal requests it refuses the second only where more would go back than came.
 */
export const refundPayment =
  (deps: AdminPaymentsDeps) =>
  async ({ admin, path, body, idempotencyKey, at }: Input<typeof routes.refundPayment>) => {
    const found = await paymentOfApp(deps, admin, path.id);
    if (!found) return refuse('payment-unknown');
    const { status, reference, amountMinor, refundedMinor } = found.state;
    if (status !== 'captured' || reference === undefined) return exceeds('No money came as it was asked for.');
    const left = amountMinor - refundedMinor;
    const amount = body.amount_minor ?? left;
    if (left === 0 || amount > left) return exceeds(`Of ${amountMinor} there are ${left} left.`);
    return giveBack(
      deps,
      { admin, at, found },
      {
        reference,
        reason: body.reason,
        amountMinor: amount,
        // Stripe's own keys are 255 characters at most, as the caller's are.
        idempotencyKey: `${path.id}:refund:${derivedUuid(idempotencyKey)}`,
        voids: false,
      },
    );
  };

export const voidPayment =
  (deps: AdminPaymentsDeps) =>
  async ({ admin, path, body, at }: Input<typeof routes.voidPayment>) => {
    const found = await paymentOfApp(deps, admin, path.id);
    if (!found) return refuse('payment-unknown');
    const { provider, status, reference, amountMinor, refundedMinor } = found.state;
    if (provider !== 'paymob') return refuse('provider-unsupported', { detail: 'Only Paymob voids payments.' });
    if (status !== 'captured' || reference === undefined || refundedMinor > 0) return refuse('payment-over');
    return giveBack(
      deps,
      { admin, at, found },
      { reference, reason: body.reason, amountMinor, idempotencyKey: `${path.id}:void`, voids: true },
    );
  };
