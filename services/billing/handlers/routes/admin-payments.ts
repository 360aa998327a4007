/** An app's payments for its admins: /v1/admin/payments, …/{id}, …/{id}/refunds, …/{id}/void */
import type { Logger } from '@aws-lambda-powertools/logger';
import { type AdminCaller, type Input, type Refusal, refuse } from '#shared/http/route.ts';
import { derivedUuid } from '#shared/ids.ts';
import { ownerKey } from '#shared/owner.ts';
import { askedBy, leftMinor } from '../../domain/ask-refund.ts';
import { type AskedRefund, type KnownPayment, paymentStream } from '../../domain/payment-state.ts';
import type { HandlePayment, PaymentStore } from '../../handle-payment.ts';
import { adminPaymentView } from '../../payment-view.ts';
import { type PaymentProviderApi, ProviderFailure, type ProvidersOf } from '../../providers/provider.ts';
import type { PaymentRows } from '../../read-models/payments.ts';
import { type ListPayments, paymentsOfStatus } from '../../read-models/payments-of-status.ts';
import type { routes } from '../../routes.ts';
import { loadPayment } from './payments.ts';

export interface AdminPaymentsDeps {
  readonly payments: Pick<PaymentStore, 'load'>;
  readonly handlePayment: HandlePayment;
  readonly paymentRows: PaymentRows;
  readonly providersOf: ProvidersOf;
  readonly logger: Pick<Logger, 'info'>;
}

export const listAppPayments =
  ({ paymentRows }: Pick<AdminPaymentsDeps, 'paymentRows'>) =>
  async ({ admin: { app }, query, at }: Input<typeof routes.listAppPayments>) => {
    const { limit, cursor, user, status } = query;
    const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
    const list: ListPayments = (options) =>
      user === undefined
        ? paymentRows.listOfApp(app, options)
        : paymentRows.listOfOwner(ownerKey({ app, user }), options);
    const { rows, next = null } =
      status === undefined ? await list(page) : await paymentsOfStatus(list, { status, at }, page);
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

type Money = Parameters<PaymentProviderApi['refund']>[1] & { readonly reference: string; readonly reason: string };
interface Giving {
  readonly admin: AdminCaller;
  readonly found: OfApp;
  readonly api: PaymentProviderApi;
}

const giveBack = async (
  { logger }: AdminPaymentsDeps,
  { admin, found: { id }, api }: Giving,
  { reference, reason, ...how }: Money,
): Promise<void> => {
  await api.refund(reference, how);
  const { amountMinor, voids } = how;
  logger.info('money given back', { paymentId: id, actor: admin.actor, reason, amountMinor, voids });
};

const isGone = ({ provider }: KnownPayment) =>
  refuse('provider-unsupported', { detail: `${provider} is set up no more.` });
const exceeds = (state: KnownPayment): Refusal<'refund-exceeds'> =>
  refuse('refund-exceeds', {
    detail:
      state.status === 'captured'
        ? `Of ${state.amountMinor} there are ${leftMinor(state)} left.`
        : 'No money came as it was asked for.',
  });

/** Stripe answers a key that comes again within a day as it did, so there what was lost is found. Paymob would give twice. */
const stripeRemembersMs = 20 * 3_600_000;
const mayAskAgain = ({ provider }: KnownPayment, { askedAt }: AskedRefund, at: string): boolean =>
  provider === 'stripe' && Date.parse(at) - Date.parse(askedAt) < stripeRemembersMs;

/**
 * Written down before the provider is asked, so that a key gives money back once. The provider tells later that it went back: until
 * then the payment is shown as before. Where its answer was lost, its callback tells what became of it.
 */
export const refundPayment =
  (deps: AdminPaymentsDeps) =>
  async ({ admin, path, body, idempotencyKey, at, correlationId }: Input<typeof routes.refundPayment>) => {
    const found = await paymentOfApp(deps, admin, path.id);
    if (!found) return refuse('payment-unknown');
    const api = (await deps.providersOf(admin.app))[found.state.provider];
    if (!api) return isGone(found.state);
    const key = derivedUuid(idempotencyKey);
    const stream = paymentStream({ app: admin.app, user: found.user }, path.id);
    const meta = { actor: admin.actor, correlationId };
    const amount = body.amount_minor === undefined ? {} : { amountMinor: body.amount_minor };
    const ask = await deps.handlePayment(stream, { type: 'AskRefund', at, key, ...amount }, meta);
    if (!ask.accepted && ask.rejection === 'refund-differs')
      return refuse('idempotency-mismatch', { detail: 'The first request under the key was of another amount.' });
    if (!ask.accepted || ask.state.status === 'unknown') return exceeds(found.state);
    const { state } = ask;
    const asked = askedBy(state, key);
    const { reference } = state;
    if (asked && reference !== undefined && (ask.events.length > 0 || mayAskAgain(state, asked, at))) {
      const { amountMinor } = asked;
      // Stripe's own keys are 255 characters at most, as the caller's are.
      const how = { amountMinor, idempotencyKey: `${path.id}:refund:${key}`, voids: false };
      try {
        await giveBack(deps, { admin, found, api }, { reference, reason: body.reason, ...how });
      } catch (error) {
        const isRefused =
          error instanceof ProviderFailure && error.kind !== 'unavailable' && error.kind !== 'key-taken';
        if (isRefused) await deps.handlePayment(stream, { type: 'RefuseRefund', at, key }, meta);
        throw error;
      }
    }
    return { status: 202 as const, body: adminPaymentView(found, state, at) };
  };

export const voidPayment =
  (deps: AdminPaymentsDeps) =>
  async ({ admin, path, body, at }: Input<typeof routes.voidPayment>) => {
    const found = await paymentOfApp(deps, admin, path.id);
    if (!found) return refuse('payment-unknown');
    const { provider, status, reference, amountMinor, refundedMinor } = found.state;
    if (provider !== 'paymob') return refuse('provider-unsupported', { detail: 'Only Paymob voids payments.' });
    if (status !== 'captured' || reference === undefined || refundedMinor > 0)
      return refuse('payment-unvoidable', { detail: 'Only a whole payment that is paid can be voided.' });
    const api = (await deps.providersOf(admin.app))[provider];
    if (!api) return isGone(found.state);
    const how = { amountMinor, idempotencyKey: `${path.id}:void`, voids: true };
    await giveBack(deps, { admin, found, api }, { reference, reason: body.reason, ...how });
    return { status: 202 as const, body: adminPaymentView(found, found.state, at) };
  };
