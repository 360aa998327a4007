/**
 * Reads Paymob's callback about a transaction. What is signed has no time of sending, so none is too old: a callback that
 * is sent again says what it said, and its facts count once.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { CallbackRequest, ReadCallback } from '../../callbacks/facts.ts';
import type { PaymobSetup } from '../setup.ts';
import { isSigned, signedText } from './signature.ts';
import { factsOf, isShifted, strangeness, transaction } from './transaction.ts';

/** Others (saved cards) are signed over other fields, and nobody here asks for them. */
const type = 'TRANSACTION';
const envelope = z.object({ type: z.literal(type), obj: z.unknown() });

const parseBody = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** Every state of a transaction is a callback of its own; the same state told again is the same, whatever is not signed. */
const fingerprintOf = (signed: string): string => createHash('sha256').update(signed).digest('hex').slice(0, 12);

export const readCallback =
  (setup: Pick<PaymobSetup, 'hmac_secrets' | 'integration_ids' | 'owner'>) =>
  ({ body, query }: CallbackRequest): ReadCallback => {
    const { data } = envelope.safeParse(parseBody(body));
    const signed = signedText(data?.obj);
    if (signed === undefined || !isSigned(signed, query.hmac ?? '', setup.hmac_secrets)) return { fault: 'forged' };
    if (isShifted(data?.obj)) return { fault: 'forged', why: 'digits-shifted' };
    const fingerprint = fingerprintOf(signed);
    const told = transaction.safeParse(data?.obj);
    if (!told.success) return { fault: 'malformed', id: fingerprint };
    const why = strangeness(told.data, setup);
    if (why !== undefined) return { fault: 'forged', why };
    const id = `${told.data.id}-${fingerprint}`;
    return { callback: { provider: 'paymob', id, type, facts: factsOf(told.data) } };
  };
