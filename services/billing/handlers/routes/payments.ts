/** A user's own payments (SP6): GET /v1/payments, …/{id}, …/{id}/receipt */
import { type Input, refuse } from '#shared/http/route.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { type KnownPayment, paymentStream } from '../../domain/payment-state.ts';
import type { PaymentStore } from '../../handle-payment.ts';
import { paymentView } from '../../payment-view.ts';
import { ProviderFailure, type ProvidersOf } from '../../providers/provider.ts';
import type { PaymentRows } from '../../read-models/payments.ts';
import type { routes } from '../../routes.ts';

export interface PaymentsDeps {
  readonly payments: Pick<PaymentStore, 'load'>;
  readonly paymentRows: Pick<PaymentRows, 'listOfOwner'>;
  readonly providersOf: ProvidersOf;
}

/** As its stream says. Another's id names a stream that is not there. */
export const loadPayment = async (
  { payments }: Pick<PaymentsDeps, 'payments'>,
  owner: Owner,
  id: string,
): Promise<KnownPayment | undefined> => {
  const state = (await payments.load(paymentStream(owner, id)))?.state;
  return state?.status === 'unknown' ? undefined : state;
};

export const listPayments =
  ({ paymentRows }: Pick<PaymentsDeps, 'paymentRows'>) =>
  async ({ user, query: { limit, cursor }, at }: Input<typeof routes.listPayments>) => {
    const { rows, next = null } = await paymentRows.listOfOwner(ownerKey(user), {
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return {
      status: 200 as const,
      body: { data: rows.map((row) => paymentView(row.id, row, at)), next_cursor: next },
    };
  };

export const getPayment =
  (deps: Pick<PaymentsDeps, 'payments'>) =>
  async ({ user, path, at }: Input<typeof routes.getPayment>) => {
    const state = await loadPayment(deps, user, path.id);
    return state ? { status: 200 as const, body: paymentView(path.id, state, at) } : refuse('payment-unknown');
  };

/** Stripe makes receipts' addresses some time after the payment, so it is asked where none came with the capture. */
const askForReceipt = async (
  { providersOf }: Pick<PaymentsDeps, 'providersOf'>,
  app: string,
  { provider, reference }: KnownPayment,
): Promise<string | undefined> => {
  if (provider !== 'stripe' || reference === undefined) return undefined;
  const { stripe } = await providersOf(app);
  try {
    return (await stripe?.readPayment(reference))?.receiptUrl;
  } catch (error) {
    if (error instanceof ProviderFailure && error.kind === 'unknown-there') return undefined;
    throw error;
  }
};

export const getReceipt =
  (deps: Pick<PaymentsDeps, 'payments' | 'providersOf'>) =>
  async ({ user, path }: Input<typeof routes.getReceipt>) => {
    const state = await loadPayment(deps, user, path.id);
    if (!state) return refuse('payment-unknown');
    const url = state.receiptUrl ?? (await askForReceipt(deps, user.app, state));
    return url === undefined ? refuse('receipt-none') : { status: 200 as const, body: { url } };
  };
