/** One Lambda function for a service's route table: middy routes, parses, answers; a problem leaves as problem+json. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import httpRouterHandler from '@middy/http-router';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type * as z from 'zod';
import { ContentionError } from '../eventsourcing/command-handler.ts';
import { wholeDeployment } from '../owner.ts';
import { type AuditTrail, actAudited } from './audit.ts';
import { commonProblem, type HttpResponse, Problem, type ProblemSpec, problemResponse } from './problem.ts';
import { parseRequest } from './request.ts';
import {
  type Act,
  type Handler,
  type Handlers,
  type Input,
  isAct,
  mediaTypeOf,
  type Refusal,
  type Reply,
  type Route,
  type RouteTable,
} from './route.ts';

export interface ApiOptions<Table extends RouteTable, Rejection extends string> {
  readonly routes: Table;
  readonly handlers: Handlers<Table, Rejection>;
  /** How each rejection looks on the wire; one that is missing does not compile. */
  readonly problems: Readonly<Record<Rejection, ProblemSpec>>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Where acts of admins and operators are written down. */
  readonly audit?: AuditTrail;
}

/** A table with such routes does not compile without a trail. */
type AuditOf<Table extends RouteTable> =
  Extract<Table[keyof Table], Act> extends never ? unknown : { readonly audit: AuditTrail };

const textOf = (parsed: unknown, mediaType: string | undefined): string => {
  if (parsed === undefined) return '';
  return mediaType === undefined ? JSON.stringify(parsed) : String(parsed);
};

const replyResponse = (route: Route, { status, body, headers = {} }: Reply<Route>): HttpResponse => {
  const schema = route.replies[status] as z.ZodType;
  const parsed = schema.parse(body);
  const mediaType = mediaTypeOf(schema);
  const type = parsed === undefined ? {} : { 'content-type': mediaType ?? 'application/json' };
  return {
    statusCode: status,
    headers: { ...type, 'cache-control': 'no-store', ...headers },
    body: textOf(parsed, mediaType),
  };
};

const noSuchRoute = (): never => {
  throw commonProblem('not-found', { detail: 'There is no such route.' });
};

const toProblem = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof ContentionError)
    return commonProblem('unavailable', {
      detail: 'Too many changes at once.',
      retryAfterSeconds: error.retryAfterSeconds,
    });
  return commonProblem('internal-error');
};

const auditedAct = (
  name: string,
  { method, path }: APIGatewayProxyEventV2['requestContext']['http'],
  input: Input<Route>,
) => {
  // Of an act, one of the two is there.
  const { admin, operator } = input as unknown as {
    admin?: { app: string; actor: string };
    operator?: { actor: string };
  };
  return {
    id: input.requestId,
    at: input.at,
    app: admin?.app ?? wholeDeployment,
    actor: admin?.actor ?? operator?.actor ?? '',
    route: name,
    method: method as 'POST',
    path,
    params: input.path,
    query: input.query,
    body: input.body,
    correlationId: input.correlationId,
  };
};

/** Runs one route: parse, one call, answer. */
const routeHandler =
  <R extends Route, Rejection extends string>(
    name: string,
    route: R,
    handler: Handler<R, Rejection>,
    { problems, logger, audit }: Pick<ApiOptions<RouteTable, Rejection>, 'problems' | 'logger' | 'audit'>,
  ) =>
  async (event: APIGatewayProxyEventV2): Promise<HttpResponse> => {
    logger.appendKeys({ route: name });
    const input = parseRequest(route, event, new Date().toISOString());
    const { correlationId, user, admin, operator } = input;
    const actor = admin?.actor ?? operator?.actor;
    logger.appendKeys({ correlationId, app: user?.app ?? admin?.app, user: user?.user, actor });
    const act = async (): Promise<HttpResponse> => {
      const result: Reply<R> | Refusal<Rejection> = await handler(input);
      if ('rejection' in result) throw new Problem(result.rejection, problems[result.rejection], result);
      return replyResponse(route, result as unknown as Reply<Route>);
    };
    if (!audit || !isAct(route)) return act();
    return actAudited(audit, auditedAct(name, event.requestContext.http, input as unknown as Input<Route>), {
      act,
      statusOf: (ended) => ('answer' in ended ? ended.answer.statusCode : toProblem(ended.error).status),
      onLost: (error) => logger.error('act not written down', { error: error as Error }),
    });
  };

/** Logs each request once, when it is over, and counts it. */
const requestLog = (logger: Logger, metrics: Metrics): middy.MiddlewareObj<APIGatewayProxyEventV2, HttpResponse> => {
  let startedAt = 0;
  const finish: middy.MiddlewareFn<APIGatewayProxyEventV2, HttpResponse> = ({ event, response }) => {
    const { method, path } = event.requestContext.http;
    const status = response?.statusCode ?? 500;
    logger.info('request', { method, path, status, durationMs: Date.now() - startedAt });
    metrics.addMetric('Requests', MetricUnit.Count, 1);
    metrics.addMetric('Latency', MetricUnit.Milliseconds, Date.now() - startedAt);
    if (status >= 500) metrics.addMetric('ServerErrors', MetricUnit.Count, 1);
    metrics.publishStoredMetrics();
    logger.resetKeys();
  };
  return {
    before: ({ event }) => {
      startedAt = Date.now();
      logger.appendKeys({ requestId: event.requestContext.requestId });
    },
    after: finish,
    onError: finish,
  };
};

const problemJson = (logger: Logger): middy.MiddlewareObj<APIGatewayProxyEventV2, HttpResponse> => ({
  onError: (request) => {
    const problem = toProblem(request.error);
    if (problem.status >= 500) logger.error('request failed', { error: request.error as Error });
    request.response = problemResponse(problem, request.event.requestContext.requestId);
  },
});

/**
 * The Lambda handler of a service's API.
 *
 * @example export const handler = apiFunction({ routes, handlers, problems, logger, metrics });
 */
export const apiFunction = <const Table extends RouteTable, Rejection extends string>({
  routes,
  handlers,
  problems,
  logger,
  metrics,
  audit,
}: ApiOptions<Table, Rejection> & AuditOf<Table>): ((
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<HttpResponse>) => {
  const parts = { problems, logger, ...(audit ? { audit } : {}) };
  const table = Object.entries(routes).map(([name, route]) => ({
    method: route.method,
    path: route.path,
    handler: routeHandler(name, route, handlers[name] as unknown as Handler<Route, Rejection>, parts),
  }));
  // middy runs what comes after the handler in the reverse order of `use`, so the problem is made before it is logged.
  return middy<APIGatewayProxyEventV2, HttpResponse>()
    .use(requestLog(logger, metrics))
    .use(problemJson(logger))
    .handler(httpRouterHandler({ routes: table, notFoundResponse: noSuchRoute } as never) as never) as never;
};
