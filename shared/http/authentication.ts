/**
 * Who calls. The Lambda authorizer judges the token and hands its verdict on; the routes act on it. A gateway that
 * refuses by itself cannot answer problem+json or tell 401 from 403, so a bad token passes the gateway as `refused`
 * and every user route answers 401 (docs/adr/0003).
 */
import { commonProblem } from './problem.ts';
import type { Caller } from './route.ts';
import { type RefusalReason, verdict } from './verdict.ts';

const details: Record<RefusalReason, string> = {
  'token-missing': 'Send the access token of your session as "Authorization: Bearer <token>".',
  'token-malformed': 'The Authorization header does not hold a bearer token.',
  'token-expired': 'The access token has expired: refresh the session.',
  'token-not-yet-valid': 'The access token is not valid yet: check the clock of its issuer.',
  'token-untrusted': 'The access token was not issued for an app of this deployment, or its signature does not fit.',
  'user-anonymous': 'Anonymous sessions are not accepted: sign up first.',
  'issuer-unreachable': "The keys of the token's issuer cannot be read just now.",
};

/** The caller, from the authorizer's verdict. Anything but a clear `user` is refused. */
export const callerOf = (context: unknown): Caller => {
  const parsed = verdict.safeParse(context);
  if (parsed.success && parsed.data.verdict === 'user') {
    const { app, user, email } = parsed.data;
    return { app, user, email };
  }
  const reason = parsed.success && parsed.data.verdict === 'refused' ? parsed.data.reason : 'token-missing';
  if (reason === 'issuer-unreachable')
    throw commonProblem('unavailable', { detail: details[reason], retryAfterSeconds: 5 });
  throw commonProblem('unauthenticated', { detail: details[reason] });
};
