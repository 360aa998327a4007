/** Who shows a token: the verdict on it, and on the user whose it is. For whichever door it is shown at. */
import type { RefusalReason, Verdict } from '#shared/http/verdict.ts';
import type { Logger } from '#shared/observability/logger.ts';
import type { Owner } from '#shared/owner.ts';
import { judgeStanding, type Standing } from '../domain/judge-standing.ts';

export interface JudgeBearerOptions {
  readonly verifyToken: (authorization: string | undefined) => Promise<Verdict>;
  /** Of a user whose token is good; nothing when the user has no record yet. */
  readonly readStanding: (owner: Owner) => Promise<Standing | undefined>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

/** Closed, not open: whoever cannot be judged is refused, for a reason that passes. */
export const orRefused = async (
  logger: Pick<Logger, 'error'>,
  { requestId, reason }: { readonly requestId: string; readonly reason: RefusalReason },
  judge: () => Promise<Verdict>,
): Promise<Verdict> => {
  try {
    return await judge();
  } catch (error) {
    logger.error('caller not judged', { requestId, error: error as Error });
    return { verdict: 'refused', reason };
  }
};

/** `authorization`: as in the header of that name. */
export const judgeBearer = async (
  { verifyToken, readStanding, logger }: JudgeBearerOptions,
  { authorization, requestId }: { readonly authorization: string | undefined; readonly requestId: string },
): Promise<Verdict> => {
  const verified = await orRefused(logger, { requestId, reason: 'issuer-unreachable' }, () =>
    verifyToken(authorization),
  );
  if (verified.verdict !== 'user') return verified;
  return orRefused(logger, { requestId, reason: 'user-unreadable' }, async () =>
    judgeStanding(verified, await readStanding(verified)),
  );
};
