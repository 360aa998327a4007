/** One WebSocket API of the template: what happens on a connection becomes an event for its route's function. */
import type { AccountModel, InvokeResult } from '../../contracts.ts';
import type { InvokeFunction } from '../http-api/authorizer.ts';
import type { HandledRequest } from '../http-api/gateway.ts';
import { mayInvoke } from '../permissions.ts';
import { withinTime } from '../within-time.ts';
import { isIdentified, readVerdict, unauthorized, type Verdict } from './authorizer.ts';
import {
  type Authorization,
  authorizerEvent,
  type Client,
  connectEvent,
  disconnectEvent,
  messageEvent,
  newId,
  type Occasion,
  type UpgradeRequest,
} from './event.ts';
import type { Clock } from './limits.ts';
import type { Authorizer, Route, WebSocketApi } from './model.ts';
import { selectRoute } from './route-selection.ts';

export interface WebSocketApiOptions {
  readonly model: AccountModel;
  readonly api: WebSocketApi;
  readonly invoke: InvokeFunction;
  readonly clock: Clock;
  readonly onRequest?: (request: HandledRequest) => void;
}

export type Connected =
  | { readonly accepted: true; readonly authorization?: Authorization; readonly protocol?: string }
  | { readonly accepted: false; readonly status: number; readonly body: string };

/** What came of a request; `answer` is the function's, `message` the gateway's own. */
interface Outcome {
  readonly status: number;
  readonly route?: Route;
  readonly answer?: FunctionAnswer;
  readonly message?: string;
  /** Why the gateway itself answered. */
  readonly reason?: string;
}

interface FunctionAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body?: string;
}

const internalError = 'Internal server error';

/** Undefined when it is none that API Gateway takes: a function must answer with a `statusCode` even where nobody reads it. */
function readAnswer({ payload }: InvokeResult): FunctionAnswer | undefined {
  const answer = JSON.parse(payload.toString()) as Record<string, unknown> | null;
  const status = Number(answer?.statusCode ?? Number.NaN);
  if (!answer || !Number.isInteger(status) || status < 100 || status > 599) return undefined;
  const { headers, body, isBase64Encoded } = answer;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const text = typeof body === 'string' && isBase64Encoded === true ? Buffer.from(body, 'base64').toString() : body;
  return {
    status,
    headers: typeof headers === 'object' && headers !== null ? { ...headers } : {},
    ...(typeof text === 'string' ? { body: text } : {}),
  };
}

const protocolOf = ({ headers }: FunctionAnswer): string | undefined =>
  Object.entries(headers)
    .filter(([name, value]) => name.toLowerCase() === 'sec-websocket-protocol' && typeof value === 'string')
    .map(([, value]) => String(value))[0];

const ownAnswer = (message: string, { client, requestId }: Occasion): string =>
  JSON.stringify({ message, connectionId: client.connectionId, requestId });

/** Calls the functions behind an API's routes. */
function createIntegrations({ model, api, invoke }: WebSocketApiOptions) {
  const executeArn = `arn:aws:execute-api:${model.region}:${model.accountId}:${api.id}`;
  const permits = (functionName: string, resource: string) =>
    mayInvoke(model, functionName, 'apigateway.amazonaws.com', `${executeArn}/${resource}`);
  const notPermitted = (functionName: string, key: string): Outcome => ({
    status: 500,
    message: internalError,
    reason: `${functionName} does not permit API Gateway to invoke it for ${key}`,
  });

  return {
    async integrate(route: Route, event: unknown): Promise<Outcome> {
      const { functionName, key, timeoutMs } = route;
      if (!permits(functionName, `${api.stage}/${key}`)) return { route, ...notPermitted(functionName, key) };
      const result = await withinTime(invoke(functionName, event), timeoutMs);
      if (!result)
        return {
          route,
          status: 504,
          message: 'Endpoint request timed out',
          reason: `no answer within ${timeoutMs} ms`,
        };
      const answer = result.functionError ? undefined : readAnswer(result);
      if (answer) return { route, status: answer.status, answer };
      const reason = result.functionError ? 'the function failed' : 'the function answered without a statusCode';
      return { route, status: 502, message: internalError, reason };
    },
    async authorize(authorizer: Authorizer, occasion: Occasion, request: UpgradeRequest): Promise<Verdict> {
      if (!isIdentified(authorizer, request)) return unauthorized;
      if (!permits(authorizer.functionName, `authorizers/${authorizer.id}`))
        return { allowed: false, status: 500, message: internalError };
      const methodArn = `${executeArn}/${api.stage}/$connect`;
      const started = performance.now();
      const result = await invoke(authorizer.functionName, authorizerEvent(occasion, request, methodArn));
      return readVerdict(result, methodArn, performance.now() - started);
    },
  };
}

/** Makes a request and tells of it; one that goes wrong in here is a 500. */
function createLog({ api, onRequest }: WebSocketApiOptions) {
  return async (method: string, { requestId }: Occasion, make: () => Promise<Outcome>): Promise<Outcome> => {
    const started = performance.now();
    const outcome = await make().catch(
      (error: unknown): Outcome => ({ status: 500, message: internalError, reason: String(error) }),
    );
    const { status, route, reason } = outcome;
    onRequest?.({
      api: api.name,
      method,
      path: `/${api.stage}${route ? `/${route.key}` : ''}`,
      status,
      durationMs: performance.now() - started,
      requestId,
      ...(route ? { route: route.key, function: route.functionName } : {}),
      ...(reason ? { reason } : {}),
    });
    return outcome;
  };
}

export type WebSocketEvents = ReturnType<typeof createWebSocketApi>;

export function createWebSocketApi(options: WebSocketApiOptions) {
  const { api, clock } = options;
  const { integrate, authorize } = createIntegrations(options);
  const logged = createLog(options);
  const routeOf = (key: string) => api.routes.find((route) => route.key === key);
  const occasionOf = (client: Client, authorization?: Authorization): Occasion => ({
    api,
    client,
    authorization,
    at: clock.now(),
    requestId: newId(),
  });

  return {
    api,
    /** Before the handshake is answered. */
    async connect(client: Client, request: UpgradeRequest): Promise<Connected> {
      const occasion = occasionOf(client);
      const route = routeOf('$connect');
      let authorization: Authorization | undefined;
      const outcome = await logged('CONNECT', occasion, async () => {
        if (request.path !== `/${api.stage}` && request.path !== `/${api.stage}/`)
          return { status: 403, message: 'Forbidden', reason: 'no such stage' };
        if (!route) return { status: 200 };
        if (route.authorizer) {
          const verdict = await authorize(route.authorizer, occasion, request);
          if (!verdict.allowed) return { route, ...verdict, reason: 'the authorizer refused, failed or was not asked' };
          authorization = verdict.authorization;
        }
        return integrate(route, connectEvent({ ...occasion, authorization }, request));
      });
      const { status, answer, message } = outcome;
      if (status < 200 || status > 299)
        return { accepted: false, status, body: message === undefined ? '' : ownAnswer(message, occasion) };
      const protocol = answer && protocolOf(answer);
      return { accepted: true, ...(authorization ? { authorization } : {}), ...(protocol ? { protocol } : {}) };
    },
    /** Answers what goes back to the client, if anything does. */
    async message(client: Client, authorization: Authorization | undefined, body: string): Promise<string | undefined> {
      const occasion = occasionOf(client, authorization);
      const route = selectRoute(api, body);
      const { answer, message } = await logged('MESSAGE', occasion, async () =>
        route
          ? integrate(route, messageEvent(occasion, route.key, body))
          : { status: 403, message: 'Forbidden', reason: 'no route' },
      );
      if (message !== undefined) return ownAnswer(message, occasion);
      return route?.answers ? answer?.body : undefined;
    },
    async disconnect(
      client: Client,
      authorization: Authorization | undefined,
      { code, reason }: { readonly code: number; readonly reason: string },
    ): Promise<void> {
      const route = routeOf('$disconnect');
      if (!route) return;
      const occasion = occasionOf(client, authorization);
      await logged('DISCONNECT', occasion, () => integrate(route, disconnectEvent(occasion, code, reason)));
    },
  };
}
