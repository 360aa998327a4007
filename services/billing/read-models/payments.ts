/** Payments as they are listed: one row each, made of the newest event, written only over an older one. */
import type { KnownPayment } from '../domain/payment-state.ts';

export interface PaymentRow extends KnownPayment {
  readonly id: string;
  /** `app#user`. */
  readonly owner: string;
  readonly app: string;
  readonly user: string;
  /** `<requestedAt>#<id>`: sorts by time. */
  readonly sk: string;
  readonly version: number;
}

export interface PaymentRowPage {
  readonly rows: readonly PaymentRow[];
  readonly next?: string;
}

export interface PaymentRows {
  /** Only if newer. */
  write(row: PaymentRow): Promise<void>;
  find(id: string): Promise<PaymentRow | undefined>;
  listOfOwner(owner: string, options: { readonly limit: number; readonly cursor?: string }): Promise<PaymentRowPage>;
  listOfApp(app: string, options: { readonly limit: number; readonly cursor?: string }): Promise<PaymentRowPage>;
}
