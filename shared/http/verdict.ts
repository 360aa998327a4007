/** The authorizer's verdict on a token, as API Gateway hands it on: strings, numbers and booleans only. */
import * as z from 'zod';
import { appId, userId } from '../owner.ts';

export const refusalReason = z.enum([
  'token-missing',
  'token-malformed',
  'token-expired',
  'token-not-yet-valid',
  'token-untrusted',
  'user-anonymous',
  'issuer-unreachable',
]);
export type RefusalReason = z.infer<typeof refusalReason>;

export const verdict = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('user'), app: appId, user: userId, email: z.string().optional() }),
  z.object({ verdict: z.literal('refused'), reason: refusalReason }),
]);
export type Verdict = z.infer<typeof verdict>;
