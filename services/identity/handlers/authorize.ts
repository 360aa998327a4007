/**
 * Judges the token or the admin key of a request and hands the verdict on as context. It lets every request pass: an HTTP API whose
 * authorizer refuses answers 403 without a problem document, so the routes themselves refuse (docs/adr/0003).
 */
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult as AuthorizerResult,
} from 'aws-lambda';
import type { RefusalReason, Verdict } from '#shared/http/verdict.ts';
import type { Logger } from '#shared/observability/logger.ts';
import type { Owner } from '#shared/owner.ts';
import { judgeStanding, type Standing } from '../domain/judge-standing.ts';

export interface AuthorizeOptions {
  readonly verifyToken: (authorization: string | undefined) => Promise<Verdict>;
  /** Of a user whose token is good; nothing when the user has no record yet. */
  readonly readStanding: (owner: Owner) => Promise<Standing | undefined>;
  readonly judgeKey: (header: string) => Promise<Verdict>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

export const authorize =
  ({ verifyToken, readStanding, judgeKey, logger }: AuthorizeOptions) =>
  async ({ headers, requestContext }: APIGatewayRequestAuthorizerEventV2): Promise<AuthorizerResult<Verdict>> => {
    const { requestId } = requestContext;
    /** Closed, not open: the routes answer 503 to these reasons. */
    const orRefused = async (reason: RefusalReason, judge: () => Promise<Verdict>): Promise<Verdict> => {
      try {
        return await judge();
      } catch (error) {
        logger.error('caller not judged', { requestId, error: error as Error });
        return { verdict: 'refused', reason };
      }
    };
    const judgeToken = async (): Promise<Verdict> => {
      const verified = await orRefused('issuer-unreachable', () => verifyToken(headers?.authorization));
      if (verified.verdict !== 'user') return verified;
      return orRefused('user-unreadable', async () => judgeStanding(verified, await readStanding(verified)));
    };
    const key = headers?.['x-admin-key'];
    // Who shows a key acts by that key, whatever else is sent.
    const context =
      key === undefined ? await judgeToken() : await orRefused('admin-keys-unreachable', () => judgeKey(key));
    if (context.verdict === 'refused') logger.info('caller refused', { requestId, reason: context.reason });
    return { isAuthorized: true, context };
  };
