/** Callbacks as Paymob sends them, signed by a test's secret. */
import { createHmac } from 'node:crypto';
import type { CallbackRequest } from '../../../callbacks/facts.ts';

/** The example of Paymob's documentation, with what it does not sign. */
export const sample = {
  id: 192036465,
  pending: false,
  amount_cents: 100000,
  success: true,
  is_auth: false,
  is_capture: false,
  is_standalone_payment: true,
  is_voided: false,
  is_refunded: false,
  is_3d_secure: true,
  integration_id: 4097558,
  profile_id: 164295,
  has_parent_transaction: false,
  order: { id: 217503754, created_at: '2024-06-13T11:32:09.628623', merchant_order_id: 'pay_1', amount_cents: 100000 },
  created_at: '2024-06-13T11:33:44.592345',
  currency: 'EGP',
  source_data: { pan: '2346', type: 'card', sub_type: 'MasterCard' },
  is_void: false,
  is_refund: false,
  data: { txn_response_code: 'APPROVED', message: 'Approved' },
  error_occured: false,
  refunded_amount_cents: 0,
  owner: 302852,
  parent_transaction: null,
};
export type Sample = { [Field in keyof typeof sample]?: unknown };

/** Spelled out anew, so that it does not err where the code does. */
export const sign = (obj: Sample, secret: string): string => {
  const { order, source_data: source } = obj as {
    order: { id: unknown };
    source_data: Record<'pan' | 'sub_type' | 'type', unknown>;
  };
  const values = [
    obj.amount_cents,
    obj.created_at,
    obj.currency,
    obj.error_occured,
    obj.has_parent_transaction,
    obj.id,
  ];
  values.push(obj.integration_id, obj.is_3d_secure, obj.is_auth, obj.is_capture, obj.is_refunded);
  values.push(obj.is_standalone_payment, obj.is_voided, order.id, obj.owner, obj.pending);
  values.push(source.pan ?? '', source.sub_type ?? '', source.type ?? '', obj.success);
  return createHmac('sha512', secret).update(values.join('')).digest('hex');
};

export const request = (body: string, hmac: string | undefined): CallbackRequest => ({
  body,
  headers: {},
  query: { hmac },
  receivedAtMs: Date.parse('2026-11-21T12:00:00Z'),
});

/** The sample with these changes, signed as it is then. */
export const signedCallback = (changes: Sample, secret: string): CallbackRequest => {
  const obj = { ...sample, ...changes };
  return request(JSON.stringify({ type: 'TRANSACTION', obj }), sign(obj, secret));
};
