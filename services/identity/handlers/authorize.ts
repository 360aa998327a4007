/**
 * Judges the token or the admin key of a request and hands the verdict on as context. It lets every request pass: an HTTP API whose
 * authorizer refuses answers 403 without a problem document, so the routes themselves refuse (docs/adr/0003).
 */
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult as AuthorizerResult,
} from 'aws-lambda';
import type { Verdict } from '#shared/http/verdict.ts';
import type { Logger } from '#shared/observability/logger.ts';

export interface AuthorizeOptions {
  readonly verifyToken: (authorization: string | undefined) => Promise<Verdict>;
  readonly judgeKey: (header: string) => Promise<Verdict>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

export const authorize =
  ({ verifyToken, judgeKey, logger }: AuthorizeOptions) =>
  async ({ headers, requestContext }: APIGatewayRequestAuthorizerEventV2): Promise<AuthorizerResult<Verdict>> => {
    const { requestId } = requestContext;
    let context: Verdict;
    const key = headers?.['x-admin-key'];
    try {
      // Who shows a key acts by that key, whatever else is sent.
      context = key === undefined ? await verifyToken(headers?.authorization) : await judgeKey(key);
    } catch (error) {
      // Closed, not open: the routes answer 503 to this one.
      logger.error('caller not judged', { requestId, error: error as Error });
      context = { verdict: 'refused', reason: key === undefined ? 'issuer-unreachable' : 'admin-keys-unreachable' };
    }
    if (context.verdict === 'refused') logger.info('caller refused', { requestId, reason: context.reason });
    return { isAuthorized: true, context };
  };
