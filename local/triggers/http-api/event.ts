/**
 * API Gateway's payload format 2.0, for integrations and for authorizers.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
import { randomBytes } from 'node:crypto';
import type { APIGatewayProxyEventV2WithLambdaAuthorizer, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { HttpApi } from './model.ts';
import type { RouteMatch } from './router.ts';

export type HttpEvent = APIGatewayProxyEventV2WithLambdaAuthorizer<Record<string, unknown> | null>;
export type AuthorizerEvent = Omit<APIGatewayRequestAuthorizerEventV2, 'identitySource'> & {
  identitySource: string[] | null;
};

/** A request as it came over the wire. */
export interface HttpRequest {
  readonly method: string;
  /** Encoded, with the stage if it has a part in it. */
  readonly path: string;
  /** Encoded, without `?`. */
  readonly query: string;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly protocol: string;
  readonly port: number;
}

export interface RequestIdentity {
  readonly requestId: string;
  readonly at: Date;
}

export const newIdentity = (): RequestIdentity => ({ requestId: randomBytes(11).toString('base64'), at: new Date() });

const textTypes = /^(text\/|application\/(json|javascript|xml)\b|application\/[\w.-]+\+(json|xml)\b)/i;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2026:19:03:58 +0000` */
export function accessLogTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  return `${date}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
}

/** Lower-case names; several values of a name are joined by commas; cookies apart. */
export function readHeaders(rawHeaders: readonly string[]): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    if (name === 'cookie') cookies.push(...value.split(/;\s*/).filter(Boolean));
    else headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  return { headers, cookies };
}

function readQuery(query: string): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query))
    values[name] = name in values ? `${values[name]},${value}` : value;
  return Object.keys(values).length > 0 ? values : undefined;
}

/** API Gateway decodes the path, unlike the query. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function common(api: HttpApi, request: HttpRequest, identity: RequestIdentity, { route, pathParameters }: RouteMatch) {
  const { headers, cookies } = readHeaders(request.rawHeaders);
  const forwarded = headers['x-forwarded-for'];
  const queryStringParameters = readQuery(request.query);
  const domainName = (headers.host ?? '').replace(/:\d+$/, '');
  const rawPath = decodePath(request.path);
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath,
    rawQueryString: request.query,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: {
      ...headers,
      'x-amzn-trace-id': `Root=1-${Math.floor(identity.at.getTime() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
      'x-forwarded-for': forwarded ? `${forwarded}, ${request.sourceIp}` : request.sourceIp,
      'x-forwarded-port': String(request.port),
      'x-forwarded-proto': 'http',
    },
    ...(queryStringParameters ? { queryStringParameters } : {}),
    ...(Object.keys(pathParameters).length > 0 ? { pathParameters: { ...pathParameters } } : {}),
    context: (accountId: string) => ({
      accountId,
      apiId: api.id,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? '',
      http: {
        method: request.method,
        path: rawPath,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: identity.requestId,
      routeKey: route.key,
      stage: api.stage,
      time: accessLogTime(identity.at),
      timeEpoch: identity.at.getTime(),
    }),
  };
}

export interface EventSource {
  readonly accountId: string;
  readonly api: HttpApi;
  readonly request: HttpRequest;
  readonly identity: RequestIdentity;
  readonly match: RouteMatch;
}

/** `authorization` is the authorizer's context, when the route has one. */
export function integrationEvent(
  { accountId, api, request, identity, match }: EventSource,
  authorization?: Record<string, unknown> | null,
): HttpEvent {
  const { context, ...event } = common(api, request, identity, match);
  const isText = textTypes.test(event.headers['content-type' as keyof typeof event.headers] ?? 'text/plain');
  return {
    ...event,
    requestContext: {
      ...context(accountId),
      ...(authorization === undefined ? {} : { authorizer: { lambda: authorization } }),
    } as HttpEvent['requestContext'],
    ...(request.body.length > 0 ? { body: request.body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

export function authorizerEvent(
  { accountId, api, request, identity, match }: EventSource,
  region: string,
  identitySource: string[] | null,
): AuthorizerEvent {
  const { context, ...event } = common(api, request, identity, match);
  return {
    ...event,
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:${region}:${accountId}:${api.id}/${api.stage}/${request.method}${event.rawPath}`,
    identitySource,
    requestContext: { ...context(accountId), authentication: null },
    cookies: event.cookies ?? [],
    stageVariables: {},
  } as unknown as AuthorizerEvent;
}
