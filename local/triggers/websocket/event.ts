/**
 * The events of a WebSocket API, for integrations and for its authorizer.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
import { randomBytes } from 'node:crypto';
import { accessLogTime } from '../http-api/event.ts';
import type { WebSocketApi } from './model.ts';

/** The request that asks for the upgrade. */
export interface UpgradeRequest {
  /** Encoded, without the query. */
  readonly path: string;
  /** Encoded, without `?`. */
  readonly query: string;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly sourceIp: string;
  readonly port: number;
}

/** Who is at the other end; known from the upgrade on. */
export interface Client {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly domainName: string;
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** What the authorizer said, as later events carry it. */
export type Authorization = Readonly<Record<string, string | number>>;

/** One request of a connection: its upgrade, a message, its end. */
export interface Occasion {
  readonly api: WebSocketApi;
  readonly client: Client;
  readonly at: number;
  readonly requestId: string;
  readonly authorization?: Authorization | undefined;
}

/** Such as `L0SM9cOFvHcCIhw=`: connections, requests and messages are named so. */
export const newId = (): string => `${randomBytes(11).toString('base64url')}=`;

/** Values by name; names that `sameName` makes equal keep the spelling of the first. */
function gather(
  pairs: Iterable<readonly [string, string]>,
  sameName: (name: string) => string = (name) => name,
): Record<string, string[]> {
  const found = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of pairs) {
    const known = found.get(sameName(name));
    if (known) known.values.push(value);
    else found.set(sameName(name), { name, values: [value] });
  }
  return Object.fromEntries([...found.values()].map(({ name, values }) => [name, values]));
}

function* pairsOf(rawHeaders: readonly string[]): Iterable<readonly [string, string]> {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) yield [rawHeaders[i] ?? '', rawHeaders[i + 1] ?? ''];
}

const lastOf = (values: Record<string, string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));

/** A header's last value, whatever its spelling. */
export function headerOf({ rawHeaders }: UpgradeRequest, name: string): string | undefined {
  let found: string | undefined;
  for (const [one, value] of pairsOf(rawHeaders)) if (one.toLowerCase() === name.toLowerCase()) found = value;
  return found;
}

function requestContext({ api, client, at, requestId, authorization }: Occasion, routeKey: string, eventType: string) {
  const { connectionId, connectedAt, domainName, sourceIp, userAgent } = client;
  return {
    routeKey,
    eventType,
    messageDirection: 'IN',
    connectionId,
    connectedAt,
    domainName,
    stage: api.stage,
    apiId: api.id,
    requestId,
    extendedRequestId: requestId,
    requestTime: accessLogTime(new Date(at)),
    requestTimeEpoch: at,
    identity: { sourceIp, ...(userAgent ? { userAgent } : {}) },
    ...(authorization ? { authorizer: authorization } : {}),
  };
}

function upgradeParts(request: UpgradeRequest, at: number) {
  const { rawHeaders, query, sourceIp, port } = request;
  const forwarded = headerOf(request, 'x-forwarded-for');
  const added = {
    'X-Amzn-Trace-Id': `Root=1-${Math.floor(at / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
    'X-Forwarded-For': forwarded ? `${forwarded}, ${sourceIp}` : sourceIp,
    'X-Forwarded-Port': String(port),
    'X-Forwarded-Proto': 'http',
  };
  const replaced = new Set(Object.keys(added).map((name) => name.toLowerCase()));
  const sent = [...pairsOf(rawHeaders)].filter(([name]) => !replaced.has(name.toLowerCase()));
  const multiValueHeaders = gather([...sent, ...Object.entries(added)], (name) => name.toLowerCase());
  const multiValueQueryStringParameters = gather(new URLSearchParams(query));
  return {
    headers: lastOf(multiValueHeaders),
    multiValueHeaders,
    ...(query === ''
      ? {}
      : { queryStringParameters: lastOf(multiValueQueryStringParameters), multiValueQueryStringParameters }),
  };
}

export const connectEvent = (occasion: Occasion, request: UpgradeRequest) => ({
  ...upgradeParts(request, occasion.at),
  requestContext: requestContext(occasion, '$connect', 'CONNECT'),
  isBase64Encoded: false,
});

export const authorizerEvent = (occasion: Occasion, request: UpgradeRequest, methodArn: string) => ({
  type: 'REQUEST',
  methodArn,
  ...upgradeParts(request, occasion.at),
  stageVariables: {},
  requestContext: requestContext(occasion, '$connect', 'CONNECT'),
});

export const messageEvent = (occasion: Occasion, routeKey: string, body: string) => ({
  requestContext: { ...requestContext(occasion, routeKey, 'MESSAGE'), messageId: newId() },
  body,
  isBase64Encoded: false,
});

export function disconnectEvent(occasion: Occasion, disconnectStatusCode: number, disconnectReason: string) {
  const headers = { Host: occasion.client.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: {
      ...requestContext(occasion, '$disconnect', 'DISCONNECT'),
      disconnectStatusCode,
      disconnectReason,
    },
    isBase64Encoded: false,
  };
}
