/**
 * Judges the token or the admin key of a request and hands the verdict on as context. It lets every request pass: an HTTP API whose
 * authorizer refuses answers 403 without a problem document, so the routes themselves refuse (docs/adr/0003).
 */
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult as AuthorizerResult,
} from 'aws-lambda';
import type { Verdict } from '#shared/http/verdict.ts';
import { type JudgeBearerOptions, judgeBearer, orRefused } from '../tokens/judge-bearer.ts';

export interface AuthorizeOptions extends JudgeBearerOptions {
  readonly judgeKey: (header: string) => Promise<Verdict>;
}

export const authorize =
  ({ judgeKey, ...options }: AuthorizeOptions) =>
  async ({ headers, requestContext }: APIGatewayRequestAuthorizerEventV2): Promise<AuthorizerResult<Verdict>> => {
    const { logger } = options;
    const { requestId } = requestContext;
    const key = headers?.['x-admin-key'];
    // Who shows a key acts by that key, whatever else is sent.
    const context =
      key === undefined
        ? await judgeBearer(options, { authorization: headers?.authorization, requestId })
        : await orRefused(logger, { requestId, reason: 'admin-keys-unreachable' }, () => judgeKey(key));
    if (context.verdict === 'refused') logger.info('caller refused', { requestId, reason: context.reason });
    return { isAuthorized: true, context };
  };
