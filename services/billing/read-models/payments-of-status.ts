/**
 * Payments of a list that stand in one way. How a payment stands depends on the time as well, for pages expire, so no index knows it:
 * the list is read on until the page is full, for so many reads at most.
 */

import { paymentStatusOf } from '../payment-view.ts';
import type { PaymentStatus } from '../views.ts';
import { cursorOf, type PaymentRow, type PaymentRowPage } from './payments.ts';

const maxReads = 10;
const readSize = 100;

export type ListPayments = (options: { readonly limit: number; readonly cursor?: string }) => Promise<PaymentRowPage>;

/** A page may be short of rows, or empty, and still have a next one. */
export const paymentsOfStatus = async (
  list: ListPayments,
  { status, at }: { readonly status: PaymentStatus; readonly at: string },
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<PaymentRowPage> => {
  const rows: PaymentRow[] = [];
  let from = cursor;
  for (let reads = 0; reads < maxReads; reads += 1) {
    const { rows: more, next } = await list({ limit: readSize, ...(from === undefined ? {} : { cursor: from }) });
    rows.push(...more.filter((row) => paymentStatusOf(row, at) === status));
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    if (rows.length > limit && last) return { rows: page, next: cursorOf(last) };
    from = next;
    if (from === undefined || rows.length === limit) break;
  }
  return { rows, ...(from === undefined ? {} : { next: from }) };
};
