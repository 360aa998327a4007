/** API Gateway's Lambda authorizer with simple responses: identity sources, a cached answer, the context for the function. */
import type { InvokeResult } from '../../contracts.ts';
import { authorizerEvent, type EventSource, readHeaders } from './event.ts';
import type { Authorizer } from './model.ts';
import { type HttpResponse, internalServerError, message } from './response.ts';

/** Tokens differ per user; beyond this many the oldest go. */
const cacheLimit = 10_000;

export type Authorization =
  | { readonly allowed: true; readonly context: Record<string, unknown> | null }
  | { readonly allowed: false; readonly response: HttpResponse };

interface Cached {
  readonly authorization: Authorization;
  readonly until: number;
}

export type InvokeFunction = (functionName: string, event: unknown) => Promise<InvokeResult>;

function identityOf(expression: string, source: EventSource): string | undefined {
  const [, kind, name = ''] = /^\$request\.(header|querystring)\.(.+)$/.exec(expression) ?? [];
  if (kind === 'header') return readHeaders(source.request.rawHeaders).headers[name.toLowerCase()];
  if (kind === 'querystring') return new URLSearchParams(source.request.query).get(name) ?? undefined;
  throw new Error(`the identity source ${expression} is not known here`);
}

function readAnswer({ payload, functionError }: InvokeResult): Authorization {
  if (functionError) return { allowed: false, response: internalServerError };
  const answer = JSON.parse(payload.toString()) as { isAuthorized?: unknown; context?: unknown } | null;
  if (typeof answer?.isAuthorized !== 'boolean') return { allowed: false, response: internalServerError };
  if (!answer.isAuthorized) return { allowed: false, response: message(403, 'Forbidden') };
  return { allowed: true, context: (answer.context ?? null) as Record<string, unknown> | null };
}

export function createAuthorization(authorizer: Authorizer, region: string, invoke: InvokeFunction) {
  const cache = new Map<string, Cached>();
  const caches = authorizer.resultTtlSeconds > 0 && authorizer.identitySources.length > 0;

  function remember(key: string, authorization: Authorization): void {
    const [oldest] = cache.keys();
    if (cache.size >= cacheLimit && oldest !== undefined) cache.delete(oldest);
    cache.set(key, { authorization, until: Date.now() + authorizer.resultTtlSeconds * 1000 });
  }

  return async (source: EventSource): Promise<Authorization> => {
    const identity = authorizer.identitySources.map((expression) => identityOf(expression, source));
    if (!identity.every((value) => value !== undefined && value !== '')) {
      return { allowed: false, response: message(401, 'Unauthorized') };
    }
    const key = JSON.stringify(identity);
    const cached = caches ? cache.get(key) : undefined;
    if (cached && cached.until > Date.now()) return cached.authorization;
    const event = authorizerEvent(source, region, identity.length > 0 ? (identity as string[]) : null);
    const result = await invoke(authorizer.functionName, event);
    const authorization = readAnswer(result);
    // A failed authorizer is asked again; a refusal is remembered like a permission.
    if (caches && !result.functionError) remember(key, authorization);
    return authorization;
  };
}
