/**
 * What the claims of a verified token say about its bearer: who it is, and that it is a session at all. They say nothing
 * about roles, which are in the user's record alone (docs/adr/0012).
 */
import * as z from 'zod';
import type { Issuer } from '#services/catalog/contracts.ts';
import type { RefusalReason, Verdict } from '#shared/http/verdict.ts';
import { userId } from '#shared/owner.ts';

const common = {
  sub: userId,
  /** Supabase sets it on sessions without a sign-up. */
  is_anonymous: z.literal(false).optional(),
  email: z.string().min(1).max(320).optional().catch(undefined),
} as const;

/** Of an issuer with an audience, as Supabase is. Its API keys are tokens too, with the roles `anon` and `service_role`. */
const audienceClaims = z.object({ ...common, role: z.literal('authenticated').optional() });

/**
 * Of an issuer without one, as Clerk is. Its session tokens alone have a `sid`: what the same key signs for third parties
 * (templates, OAuth, machines) has none, or an audience, and must not come back as a session.
 */
const sessionClaims = (parties: readonly string[]) =>
  z.object({
    ...common,
    sid: z.string().min(1),
    aud: z.never().optional(),
    /** The origin that the session was made for; native apps have none. */
    azp: z
      .string()
      .refine((party) => parties.includes(party))
      .optional(),
    /** `pending`: signed in, but with steps left to take. */
    sts: z.literal('active').optional(),
  });

const claimsOf = (issuer: Issuer) =>
  'authorized_parties' in issuer && issuer.authorized_parties
    ? sessionClaims(issuer.authorized_parties)
    : audienceClaims;

/** Claims whose fault the bearer can mend, when it is the only one. */
const ownReasons: Readonly<Record<string, RefusalReason>> = { is_anonymous: 'user-anonymous', sts: 'session-pending' };

const reasonOf = ({ issues }: z.core.$ZodError): RefusalReason => {
  const [claim, ...others] = new Set(issues.map(({ path }) => String(path[0])));
  return (others.length === 0 && ownReasons[claim ?? '']) || 'token-untrusted';
};

/** @param payload verified: signature, `iss`, times, and `aud` where the issuer has one. */
export const judgeClaims = (
  { app, issuer }: { readonly app: string; readonly issuer: Issuer },
  payload: Readonly<Record<string, unknown>>,
): Verdict => {
  const { success, data, error } = claimsOf(issuer).safeParse(payload);
  if (!success) return { verdict: 'refused', reason: reasonOf(error) };
  const { sub, email } = data;
  return { verdict: 'user', app, user: sub, ...(email && { email }) };
};
