/** A payment as it is shown. */
import type * as z from 'zod';
import type { Id } from '#shared/ids.ts';
import { isAfter } from './buying/is-after.ts';
import type { KnownPayment } from './domain/payment-state.ts';
import type { adminPayment, PaymentStatus, payment } from './views.ts';

/** A payment intent has no page, and no end. */
const isOpen = ({ page }: KnownPayment, at: string): boolean =>
  page === undefined || page.expiresAt === undefined || isAfter(page.expiresAt, at);

const statusOfCaptured = ({ amountMinor, refundedMinor, disputes }: KnownPayment): PaymentStatus => {
  // What a lost dispute took is gone as well. Those of money that came besides are another matter.
  if (disputes.some(({ status, of }) => status !== 'won' && of === undefined)) return 'disputed';
  if (refundedMinor === 0) return 'paid';
  return refundedMinor < amountMinor ? 'partially_refunded' : 'refunded';
};

/** As it stands at `at`. */
export const paymentStatusOf = (state: KnownPayment, at: string): PaymentStatus => {
  switch (state.status) {
    case 'captured':
      return statusOfCaptured(state);
    case 'requested':
      return isOpen(state, at) ? 'requested' : 'expired';
    case 'action-required':
      return isOpen(state, at) ? 'action_required' : 'expired';
    case 'pending':
    case 'failed':
    case 'expired':
    case 'mismatched':
      return state.status;
  }
};

const actionUrlOf = (state: KnownPayment, at: string): string | null => {
  const waits = state.status === 'requested' || state.status === 'action-required' || state.status === 'failed';
  return waits && isOpen(state, at) ? (state.page?.url ?? null) : null;
};

/** What its user sees. `id`: `pay_…`. */
export const paymentView = (id: string, state: KnownPayment, at: string): z.input<typeof payment> => ({
  id: id as Id<'pay'>,
  status: paymentStatusOf(state, at),
  provider: state.provider,
  purpose: state.purpose,
  item: { id: state.item, name: state.name },
  amount_minor: state.amountMinor,
  currency: state.currency,
  credits: state.credits,
  refunded_minor: state.refundedMinor,
  automatic: state.via === 'top-up',
  failure: state.status === 'failed' ? (state.failure ?? null) : null,
  action_url: actionUrlOf(state, at),
  created_at: state.requestedAt,
  paid_at: state.capturedAt ?? null,
});

/** What an admin sees. */
export const adminPaymentView = (
  { id, user }: { readonly id: string; readonly user: string },
  state: KnownPayment,
  at: string,
): z.input<typeof adminPayment> => ({
  ...paymentView(id, state, at),
  user,
  provider_reference: state.reference ?? null,
});
