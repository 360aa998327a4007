/** Paymob's signature of a transaction: twenty of its fields in a fixed order, without anything between them. */
import { createHmac } from 'node:crypto';

export interface SignedTransaction {
  readonly id: number;
  readonly amount_cents: number;
  readonly created_at: string;
  readonly currency: string;
  readonly error_occured: boolean;
  readonly has_parent_transaction: boolean;
  readonly integration_id: number;
  readonly is_3d_secure: boolean;
  readonly is_auth: boolean;
  readonly is_capture: boolean;
  readonly is_refunded: boolean;
  readonly is_standalone_payment: boolean;
  readonly is_voided: boolean;
  readonly order: { readonly id: number };
  readonly owner: number;
  readonly pending: boolean;
  readonly source_data: { readonly pan: string; readonly sub_type: string; readonly type: string };
  readonly success: boolean;
}

/** By name, in the order that is signed; the redirect to the app has the same as parameters. */
export const signedFields = (transaction: SignedTransaction): readonly (readonly [string, string])[] => {
  const { source_data: source } = transaction;
  const fields: readonly (readonly [string, string | number | boolean])[] = [
    ['amount_cents', transaction.amount_cents],
    ['created_at', transaction.created_at],
    ['currency', transaction.currency],
    ['error_occured', transaction.error_occured],
    ['has_parent_transaction', transaction.has_parent_transaction],
    ['id', transaction.id],
    ['integration_id', transaction.integration_id],
    ['is_3d_secure', transaction.is_3d_secure],
    ['is_auth', transaction.is_auth],
    ['is_capture', transaction.is_capture],
    ['is_refunded', transaction.is_refunded],
    ['is_standalone_payment', transaction.is_standalone_payment],
    ['is_voided', transaction.is_voided],
    ['order', transaction.order.id],
    ['owner', transaction.owner],
    ['pending', transaction.pending],
    ['source_data.pan', source.pan],
    ['source_data.sub_type', source.sub_type],
    ['source_data.type', source.type],
    ['success', transaction.success],
  ];
  return fields.map(([name, value]) => [name, String(value)] as const);
};

export const hmacOf = (transaction: SignedTransaction, secret: string): string =>
  createHmac('sha512', secret)
    .update(
      signedFields(transaction)
        .map(([, value]) => value)
        .join(''),
    )
    .digest('hex');
