/** One HTTP API of the template: a request becomes an event for its route's function, the result becomes the answer. */
import type { AccountModel } from '../../contracts.ts';
import { payloadLimitBytes } from '../../functions/messages.ts';
import { mayInvoke } from '../permissions.ts';
import { withinTime } from '../within-time.ts';
import { type Authorization, createAuthorization, type InvokeFunction } from './authorizer.ts';
import { isPreflight, preflightHeaders, withCors } from './cors.ts';
import {
  type EventSource,
  type HttpRequest,
  integrationEvent,
  newIdentity,
  type RequestIdentity,
  readHeaders,
} from './event.ts';
import type { Authorizer, HttpApi, Route } from './model.ts';
import { type HttpResponse, internalServerError, message, toResponse } from './response.ts';
import { findRoute } from './router.ts';

export interface HandledRequest {
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly requestId: string;
  readonly route?: string;
  readonly function?: string;
  /** Why the gateway itself answered, when it was not the function. */
  readonly reason?: string;
}

export interface HttpApiOptions {
  readonly model: AccountModel;
  readonly api: HttpApi;
  readonly invoke: InvokeFunction;
  readonly onRequest?: (request: HandledRequest) => void;
}

/** API Gateway's limit, in bytes. */
export const bodyLimitBytes = 10 * 1024 * 1024;

interface Answer {
  readonly response: HttpResponse;
  readonly route?: Route;
  readonly reason?: string;
}

export function createHttpApi({ model, api, invoke, onRequest }: HttpApiOptions) {
  const authorizations = new Map<string, (source: EventSource) => Promise<Authorization>>();
  const stagePrefix = api.stage === '$default' ? '' : `/${api.stage}`;
  const executeArn = `arn:aws:execute-api:${model.region}:${model.accountId}:${api.id}`;
  const invocable = (functionName: string, resource: string) =>
    mayInvoke(model, functionName, 'apigateway.amazonaws.com', `${executeArn}/${resource}`);

  function authorizationOf(authorizer: Authorizer) {
    const known = authorizations.get(authorizer.id);
    if (known) return known;
    const created = createAuthorization(authorizer, model.region, invoke);
    authorizations.set(authorizer.id, created);
    return created;
  }

  async function callFunction(
    source: EventSource,
    context: Record<string, unknown> | null | undefined,
  ): Promise<Answer> {
    const { route } = source.match;
    const routePart = route.method ? `${source.request.method}${route.path}` : route.key;
    if (!invocable(route.functionName, `${api.stage}/${routePart}`)) {
      return {
        response: internalServerError,
        route,
        reason: `${route.functionName} does not permit API Gateway to invoke it for ${route.key}`,
      };
    }
    const event = integrationEvent(source, context);
    if (Buffer.byteLength(JSON.stringify(event)) > payloadLimitBytes) {
      return { response: message(413, 'Request Entity Too Large'), route, reason: 'larger than an event may be' };
    }
    const result = await withinTime(invoke(route.functionName, event), route.timeoutMs);
    if (!result)
      return { response: message(503, 'Service Unavailable'), route, reason: `no answer within ${route.timeoutMs} ms` };
    if (result.functionError) return { response: internalServerError, route, reason: 'the function failed' };
    return { response: toResponse(result.payload), route };
  }

  async function answer(request: HttpRequest, identity: RequestIdentity): Promise<Answer> {
    if (request.body.length > bodyLimitBytes)
      return { response: message(413, 'Request Entity Too Large'), reason: 'body over 10 MB' };
    if (stagePrefix && !`${request.path}/`.startsWith(`${stagePrefix}/`))
      return { response: message(404, 'Not Found'), reason: 'no such stage' };
    const match = findRoute(api.routes, request.method, request.path.slice(stagePrefix.length) || '/');
    if (!match) return { response: message(404, 'Not Found'), reason: 'no route' };
    const source: EventSource = { accountId: model.accountId, api, request, identity, match };
    const { authorizer } = match.route;
    if (!authorizer) return callFunction(source, undefined);
    if (!invocable(authorizer.functionName, `authorizers/${authorizer.id}`)) {
      return {
        response: internalServerError,
        route: match.route,
        reason: `${authorizer.functionName} does not permit API Gateway to invoke it`,
      };
    }
    const authorization = await authorizationOf(authorizer)(source);
    if (!authorization.allowed)
      return { response: authorization.response, route: match.route, reason: 'the authorizer refused' };
    return callFunction(source, authorization.context);
  }

  return answering(api, answer, onRequest);
}

type AnswerRequest = (request: HttpRequest, identity: RequestIdentity) => Promise<Answer>;

const preflightAnswer: Answer = {
  response: { status: 204, headers: {}, cookies: [], body: Buffer.alloc(0) },
  reason: 'preflight',
};

/** What is around every answer: CORS, the request's id, the log. */
function answering(api: HttpApi, answer: AnswerRequest, onRequest: HttpApiOptions['onRequest']) {
  return async (request: HttpRequest): Promise<HttpResponse> => {
    const started = performance.now();
    const identity = newIdentity();
    const { headers } = readHeaders(request.rawHeaders);
    const preflight = api.cors && isPreflight(request.method, headers);
    const failure = (error: unknown): Answer => ({ response: internalServerError, reason: String(error) });
    const { response, route, reason } = preflight ? preflightAnswer : await answer(request, identity).catch(failure);
    onRequest?.({
      api: api.name,
      method: request.method,
      path: request.path,
      status: response.status,
      durationMs: performance.now() - started,
      requestId: identity.requestId,
      ...(route ? { route: route.key, function: route.functionName } : {}),
      ...(reason ? { reason } : {}),
    });
    const answered = { ...response.headers, 'apigw-requestid': identity.requestId };
    if (!api.cors) return { ...response, headers: answered };
    const withHeaders = preflight
      ? { ...answered, ...preflightHeaders(api.cors, headers.origin ?? '') }
      : withCors(api.cors, headers.origin, answered);
    return { ...response, headers: withHeaders };
  };
}
