/** The authorizer's verdict on a token or an admin key, as API Gateway hands it on: strings, numbers and booleans only. */
import * as z from 'zod';
import { appId, userId } from '../owner.ts';

export const refusalReason = z.enum([
  'token-missing',
  'token-malformed',
  'token-expired',
  'token-not-yet-valid',
  'token-untrusted',
  'user-anonymous',
  'user-deleted',
  'user-unreadable',
  'session-pending',
  'issuer-unreachable',
  'admin-key-untrusted',
  'admin-keys-unreachable',
]);

/** The judge could not read what it judges by: the caller may be in the right. */
export const isTransient = (reason: RefusalReason): boolean =>
  reason === 'issuer-unreachable' || reason === 'user-unreadable' || reason === 'admin-keys-unreachable';

/** What a user may be beside a user. */
export const userRole = z.enum(['admin']);

/** Tells keys apart in logs and in the ledger, and gives nothing away. */
export const adminKeyId = z.string().regex(/^key-[0-9a-f]{12}$/);

export type RefusalReason = z.infer<typeof refusalReason>;

export const verdict = z.discriminatedUnion('verdict', [
  z.object({
    verdict: z.literal('user'),
    app: appId,
    user: userId,
    email: z.string().optional(),
    role: userRole.optional(),
  }),
  /** An admin key, in the hands of an app's own server or operators. */
  z.object({ verdict: z.literal('admin'), app: appId, key: adminKeyId }),
  /** An operator key, in the hands of whoever runs the deployment. It is no app's. */
  z.object({ verdict: z.literal('operator'), key: adminKeyId }),
  z.object({ verdict: z.literal('refused'), reason: refusalReason }),
]);
export type Verdict = z.infer<typeof verdict>;
