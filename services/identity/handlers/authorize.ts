/**
 * Judges the token of a request and hands the verdict on as context. It lets every request pass: an HTTP API whose
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
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

export const authorize =
  ({ verifyToken, logger }: AuthorizeOptions) =>
  async ({ headers, requestContext }: APIGatewayRequestAuthorizerEventV2): Promise<AuthorizerResult<Verdict>> => {
    const { requestId } = requestContext;
    let context: Verdict;
    try {
      context = await verifyToken(headers?.authorization);
    } catch (error) {
      // Closed, not open: the routes answer 503 to this one.
      logger.error('token not judged', { requestId, error: error as Error });
      context = { verdict: 'refused', reason: 'issuer-unreachable' };
    }
    if (context.verdict === 'refused') logger.info('token refused', { requestId, reason: context.reason });
    return { isAuthorized: true, context };
  };
