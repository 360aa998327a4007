/** Payments at Paymob, which has no list to compare them with: what is known here of money that came and was not what was asked for. */
import { paymentStream } from '../domain/payment-state.ts';
import type { PaymentRow } from '../read-models/payments.ts';
import { type Difference, mismatchedHere } from './compare.ts';
import { type Comparing, present } from './comparing.ts';

/** Mismatched money is the last thing that a payment hears of, but for refunds: far more than these have. */
const maxEvents = 500;

export const compareAtPaymob = async (
  { payments }: Pick<Comparing, 'payments'>,
  row: PaymentRow,
): Promise<Difference[]> => {
  const { mismatches = [], app, user, id: paymentId, requestedAt: at } = row;
  if (mismatches.length === 0) return [];
  const recorded = await payments.read(paymentStream({ app, user }, paymentId), { limit: maxEvents });
  // The state keeps amounts without their currency.
  const currencies = new Map(
    recorded.flatMap(({ event }) =>
      event.type === 'PaymentMismatched' ? [[event.reference, event.currency] as const] : [],
    ),
  );
  return present(
    mismatches.map((mismatch) => {
      const { reference } = mismatch;
      const currency = currencies.get(reference) ?? row.currency;
      return mismatchedHere({ at, reference, user, paymentId, currency }, mismatch, row);
    }),
  );
};
