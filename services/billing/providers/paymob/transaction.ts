/** A transaction as Paymob's callback shows it, and the facts in it. Only signed fields decide anything. */
import * as z from 'zod';
import type { Fact } from '../../callbacks/facts.ts';
import { amountMinor, currency } from '../../contracts.ts';
import { voidedReason } from '../../domain/payment-state.ts';
import type { PaymobSetup } from '../setup.ts';
import { orderReference } from './order-reference.ts';

/** Some callbacks have their numbers and booleans as text. */
const number = z.union([
  z.int().min(0),
  z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/)
    .transform(Number)
    .pipe(z.int()),
]);
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/**
 * Nothing stands between the signed values, so a digit could go from one to its neighbour under the same signature, which
 * every buyer knows of their own payment. The amount ends where a year of four digits begins, `id` where an integration of ours
 * does, and `order.id` where the account's `owner` does. Without an `owner` in the setup the last one is open: then a transaction
 * could name an order with a tenth of the number, and counts for the payment that it was told of first.
 */
const digits = z.union([z.int().min(0), z.string().regex(/^(0|[1-9]\d*)$/)]);
const unshifted = z.looseObject({
  amount_cents: digits,
  // Where it begins with a year, that has four digits.
  created_at: z.string().regex(/^([1-9]\d{3}-|(?!\d*-))/),
  id: digits,
  integration_id: digits,
  order: z.looseObject({ id: digits }),
  owner: digits,
});

/** Digits stand where Paymob has none, or are missing: whoever sends this has the signature of another text. */
export const isShifted = (told: unknown): boolean => !unshifted.safeParse(told).success;

const signed = {
  amount_cents: number.pipe(amountMinor),
  created_at: z.string().regex(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/),
  currency,
  error_occured: flag,
  has_parent_transaction: flag,
  id: number,
  integration_id: number,
  is_3d_secure: flag,
  is_auth: flag,
  is_capture: flag,
  is_refunded: flag,
  is_standalone_payment: flag,
  is_voided: flag,
  order: z.object({ id: number }),
  owner: number,
  pending: flag,
  success: flag,
};

/** For people; a text that is long or odd is not taken. */
const wording = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N} .,:;'()_/-]{1,100}$/u)
  .optional()
  .catch(undefined);
const unsigned = {
  /** A refund that is a void. It decides only whether to wait for a capture: what a void gave back, the parent tells under signature. */
  is_void: flag.optional().catch(undefined),
  data: z.object({ txn_response_code: wording, message: wording }).optional().catch(undefined),
};

export const transaction = z.object({ ...signed, ...unsigned });
export type Transaction = z.infer<typeof transaction>;

/** Whose transactions count. */
export type Account = Pick<PaymobSetup, 'integration_ids' | 'owner'>;

/**
 * Why a transaction is none of the account's; undefined for one that is. Money may go back by an integration that is not offered any
 * more: no buyer sees the signature of a refund.
 */
export const strangeness = (
  told: Transaction,
  { integration_ids: ours, owner }: Account,
): 'owner-other' | 'integration-other' | undefined => {
  if (owner !== undefined && told.owner !== owner) return 'owner-other';
  const isMoneyBack = told.has_parent_transaction && !told.is_capture;
  return isMoneyBack || ours.includes(told.integration_id) ? undefined : 'integration-other';
};

const reasonOf = ({ data }: Transaction): string => data?.message ?? data?.txn_response_code ?? 'failed';

/** Refunds, voids and captures are transactions of their own, with the same order. */
const factsOfChild = (child: Transaction): readonly Fact[] => {
  const { id, amount_cents: amount } = child;
  const payment = { by: 'reference', reference: orderReference(child.order.id) } as const;
  if (!child.success || child.pending) return [];
  if (child.is_capture) {
    return [{ kind: 'captured', payment, reference: String(id), amountMinor: amount, currency: child.currency }];
  }
  const refunded = { refund: String(id), amountMinor: amount };
  return [{ kind: 'refunded', payment, refunded, ...(child.is_void === true ? { voids: true } : {}) }];
};

export const factsOf = (told: Transaction): readonly Fact[] => {
  if (told.has_parent_transaction) return factsOfChild(told);
  const { amount_cents: amount } = told;
  const payment = { by: 'reference', reference: orderReference(told.order.id) } as const;
  const reference = String(told.id);
  // Of a card that is only reserved the money comes with a capture; a void frees the card.
  if (told.success && told.is_auth && told.is_voided && !told.pending) {
    return [{ kind: 'failed', payment, reference, reason: voidedReason }];
  }
  if (told.pending || (told.success && told.is_auth)) return [{ kind: 'pending', payment, reference }];
  if (!told.success) return [{ kind: 'failed', payment, reference, reason: reasonOf(told) }];
  const captured: Fact = { kind: 'captured', payment, reference, amountMinor: amount, currency: told.currency };
  // How much of a refunded one went back is not signed here: the refunds tell, each with its amount. A void is all of it.
  if (!told.is_voided) return [captured];
  return [captured, { kind: 'refunded', payment, refunded: { totalMinor: amount }, reference }];
};
