/** Makes API Gateway events (HTTP API, payload 2.0) for tests: say what matters, the rest is filled in. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Verdict } from '../http/verdict.ts';

export interface ApiEventParts {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly rawBody?: string;
  /** The authorizer's verdict `user`. */
  readonly user?: { readonly app: string; readonly user: string; readonly email?: string };
  /** The authorizer's whole context, in place of `user`. */
  readonly verdict?: Verdict;
  readonly requestId?: string;
}

/** @example apiEvent({ method: 'POST', path: '/v1/generations', body: { tool: 'photo-filter' }, user: { app: 'sparky', user: 'u1' } }) */
export const apiEvent = ({
  method = 'GET',
  path = '/',
  query,
  headers = {},
  body,
  rawBody,
  user,
  verdict,
  requestId = 'request-1',
}: ApiEventParts = {}): APIGatewayProxyEventV2 => {
  const text = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  const context = verdict ?? (user && { verdict: 'user', ...user });
  const requestContext = {
    accountId: '000000000000',
    apiId: 'api',
    domainName: 'api.example',
    domainPrefix: 'api',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
    requestId,
    routeKey: '$default',
    stage: '$default',
    time: '01/Jan/2026:00:00:00 +0000',
    timeEpoch: 1_767_225_600_000,
    ...(context && { authorizer: { lambda: context } }),
  };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(query && { queryStringParameters: { ...query } }),
    requestContext,
    ...(text !== undefined && { body: text }),
    isBase64Encoded: false,
  };
};
