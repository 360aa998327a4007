/**
 * Who calls. The Lambda authorizer judges the token and hands its verdict on; the routes act on it. A gateway that
 * refuses by itself cannot answer problem+json or tell 401 from 403, so a bad token passes the gateway as `refused`
 * and every route that needs a caller answers 401 (docs/adr/0003).
 */
import { commonProblem } from './problem.ts';
import type { AdminCaller, Caller, OperatorCaller } from './route.ts';
import { isTransient, type RefusalReason, type Verdict, verdict } from './verdict.ts';

const details: Record<RefusalReason, string> = {
  'token-missing': 'Send the access token of your session as "Authorization: Bearer <token>".',
  'token-malformed': 'The Authorization header does not hold a bearer token.',
  'token-expired': 'The access token has expired: refresh the session.',
  'token-not-yet-valid': 'The access token is not valid yet: check the clock of its issuer.',
  'token-untrusted': 'The access token was not issued for an app of this deployment, or its signature does not fit.',
  'user-anonymous': 'Anonymous sessions are not accepted: sign up first.',
  'user-deleted': 'The user was deleted: the sessions of a deleted user are not accepted.',
  'user-unreadable': "The user's record cannot be read just now.",
  'session-pending': 'The session is pending: finish the steps that its issuer still asks for.',
  'issuer-unreachable': "The keys of the token's issuer cannot be read just now.",
  'admin-key-untrusted': 'The X-Admin-Key header holds no admin key of an app of this deployment, and no operator key.',
  'admin-keys-unreachable': 'The admin keys cannot be read just now.',
};

/** Anything that is no verdict counts as no token. */
const verdictOf = (context: unknown): Verdict =>
  verdict.safeParse(context).data ?? { verdict: 'refused', reason: 'token-missing' };

/** @throws Problem 401, or 503 when the judge could not read what it judges by. */
const refuseFor = (reason: RefusalReason, detail: string = details[reason]): never => {
  if (isTransient(reason)) throw commonProblem('unavailable', { detail, retryAfterSeconds: 5 });
  throw commonProblem('unauthenticated', { detail });
};

/** The caller, from the authorizer's verdict. Anything but a clear `user` is refused. */
export const callerOf = (context: unknown): Caller => {
  const judged = verdictOf(context);
  switch (judged.verdict) {
    case 'user': {
      const { app, user, email } = judged;
      return { app, user, email };
    }
    case 'admin':
    case 'operator':
      return refuseFor('token-missing', 'A key is no user: send the access token of a session.');
    case 'refused':
      return refuseFor(judged.reason);
  }
};

/**
 * The admin, by role or by key, and the one app that this admin may act on.
 *
 * @throws Problem 403 for a user without the role; 401 for nobody.
 */
export const adminOf = (context: unknown): AdminCaller => {
  const judged = verdictOf(context);
  switch (judged.verdict) {
    case 'user':
      if (judged.role !== 'admin') throw commonProblem('forbidden', { detail: 'The user is no admin of the app.' });
      return { app: judged.app, actor: `admin:${judged.user}` };
    case 'admin':
      return { app: judged.app, actor: `admin:${judged.key}` };
    case 'operator':
      throw commonProblem('forbidden', { detail: "An operator key is no app's: send an admin key of the app." });
    case 'refused':
      return refuseFor(
        judged.reason,
        judged.reason === 'token-missing' ? "Send an admin's access token, or an admin key as X-Admin-Key." : undefined,
      );
  }
};

/**
 * Who runs the deployment, by an operator key.
 *
 * @throws Problem 403 for users and for admins of an app; 401 for nobody.
 */
export const operatorOf = (context: unknown): OperatorCaller => {
  const judged = verdictOf(context);
  switch (judged.verdict) {
    case 'operator':
      return { actor: `operator:${judged.key}` };
    case 'user':
    case 'admin':
      throw commonProblem('forbidden', {
        detail: 'This concerns the deployment, not one app: it takes an operator key.',
      });
    case 'refused':
      return refuseFor(
        judged.reason,
        judged.reason === 'token-missing' ? 'Send an operator key as X-Admin-Key.' : undefined,
      );
  }
};
