/**
 * Judges who opens a socket, as the HTTP API's requests are judged. The token comes as a subprotocol. Whoever is refused is denied by
 * policy (403); where it could not be judged just now, the function fails (500), and the client comes again.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { tokenProtocolPrefix } from '#services/notifications/contracts.ts';
import { isTransient, type RefusalReason, type Verdict } from '#shared/http/verdict.ts';
import { expiresAt } from '../tokens/expires-at.ts';
import { type JudgeBearerOptions, judgeBearer } from '../tokens/judge-bearer.ts';

/** The parts of the event that are looked at. Header names come as the client spelled them. */
export interface SocketAuthorizerEvent {
  readonly methodArn: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly requestContext: { readonly requestId?: string };
}

export interface AuthorizeSocketOptions extends JudgeBearerOptions {
  readonly now: () => number;
}

/** API Gateway keeps no connection longer. */
const maxConnectionMs = 2 * 3_600_000;

const isProtocolHeader = ([name]: readonly [string, unknown]) => name.toLowerCase() === 'sec-websocket-protocol';

/** Undefined without one, and with more than one: none of them is guessed. */
const tokenOf = ({ headers, multiValueHeaders }: SocketAuthorizerEvent): string | undefined => {
  const lists = Object.entries(multiValueHeaders ?? {}).filter(isProtocolHeader);
  const values = lists.length > 0 ? lists : Object.entries(headers ?? {}).filter(isProtocolHeader);
  const [token, ...more] = values
    .flatMap(([, value]) => value ?? [])
    .flatMap((value) => value.split(','))
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol.startsWith(tokenProtocolPrefix))
    .map((protocol) => protocol.slice(tokenProtocolPrefix.length));
  return more.length === 0 ? token : undefined;
};

const policy = (principalId: string, Effect: 'Allow' | 'Deny', Resource: string): APIGatewayAuthorizerResult => ({
  principalId,
  policyDocument: { Version: '2012-10-17', Statement: [{ Effect, Action: 'execute-api:Invoke', Resource }] },
});

const refusalOf = (judged: Verdict): RefusalReason => {
  switch (judged.verdict) {
    case 'refused':
      return judged.reason;
    // Its last seconds, by the leeway that clocks are given, are no time for a connection.
    case 'user':
      return 'token-expired';
    case 'admin':
    case 'operator':
      return 'token-missing';
  }
};

/** @throws Error when nobody can be judged just now. */
export const authorizeSocket =
  ({ now, ...options }: AuthorizeSocketOptions) =>
  async (event: SocketAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const { methodArn, requestContext } = event;
    const { requestId = '' } = requestContext;
    const token = tokenOf(event);
    const judged = await judgeBearer(options, { authorization: token && `Bearer ${token}`, requestId });
    const until = token && judged.verdict === 'user' ? Math.min(expiresAt(token), now() + maxConnectionMs) : 0;
    if (judged.verdict === 'user' && until > now()) {
      const { app, user } = judged;
      return { ...policy(user, 'Allow', methodArn), context: { app, user, expiresAt: new Date(until).toISOString() } };
    }
    const reason = refusalOf(judged);
    options.logger.info('socket refused', { requestId, reason });
    if (isTransient(reason)) throw new Error('Callers cannot be judged just now.');
    return policy('nobody', 'Deny', methodArn);
  };
