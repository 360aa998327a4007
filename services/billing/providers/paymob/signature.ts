/**
 * Paymob's signature of a transaction: an HMAC over twenty values of it, put together without anything between them.
 * https://developers.paymob.com/paymob-docs/developers/webhook-callbacks-and-hmac/hmac/hmac-transaction-callback
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

/** In this order. */
const signedFields = [
  ['amount_cents'],
  ['created_at'],
  ['currency'],
  ['error_occured'],
  ['has_parent_transaction'],
  ['id'],
  ['integration_id'],
  ['is_3d_secure'],
  ['is_auth'],
  ['is_capture'],
  ['is_refunded'],
  ['is_standalone_payment'],
  ['is_voided'],
  ['order', 'id'],
  ['owner'],
  ['pending'],
  ['source_data', 'pan'],
  ['source_data', 'sub_type'],
  ['source_data', 'type'],
  ['success'],
] as const;

const fields = z.record(z.string(), z.unknown());
/** What is not there adds nothing, as in Paymob's own plugin. */
const signable = z.union([z.string(), z.number(), z.boolean(), z.null(), z.undefined()]);

const valueAt = (transaction: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => {
    const { data } = fields.safeParse(at);
    return data !== undefined && Object.hasOwn(data, name) ? data[name] : undefined;
  }, transaction);

/** What is signed of a transaction; undefined for what cannot have been. */
export const signedText = (transaction: unknown): string | undefined => {
  if (!fields.safeParse(transaction).success) return undefined;
  let text = '';
  for (const path of signedFields) {
    const { success, data } = signable.safeParse(valueAt(transaction, path));
    if (!success) return undefined;
    text += String(data ?? '');
  }
  return text;
};

/** Whether one of the secrets made this signature, in lower-case hex. Every one is tried, so that time tells nothing. */
export const isSigned = (text: string, hmac: string, secrets: readonly string[]): boolean => {
  const given = Buffer.from(hmac);
  let isGood = false;
  for (const secret of secrets) {
    const expected = Buffer.from(createHmac('sha512', secret).update(text).digest('hex'));
    if (given.length === expected.length && timingSafeEqual(given, expected)) isGood = true;
  }
  return isGood;
};
