/** CORS as API Gateway does it for a configured API: it answers preflights itself and replaces the function's own CORS headers. */
import type { CorsConfiguration } from './model.ts';

type Headers = Record<string, string>;

function originHeaders(cors: CorsConfiguration, origin: string): Headers | undefined {
  const allowed = cors.allowOrigins.includes('*') ? '*' : matches(cors.allowOrigins, origin) ? origin : undefined;
  if (allowed === undefined) return undefined;
  return {
    'access-control-allow-origin': allowed,
    ...(allowed === '*' ? {} : { vary: 'Origin' }),
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
}

/** An origin may be listed in full, or as `https://*` or `http://*`. */
function matches(allowed: readonly string[], origin: string): boolean {
  return allowed.some(
    (one) => one === origin || ((one === 'https://*' || one === 'http://*') && origin.startsWith(one.slice(0, -1))),
  );
}

export function isPreflight(method: string, headers: Headers): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

export function preflightHeaders(cors: CorsConfiguration, origin: string): Headers {
  const forOrigin = originHeaders(cors, origin);
  if (!forOrigin) return {};
  return {
    ...forOrigin,
    ...(cors.allowMethods.length > 0 ? { 'access-control-allow-methods': cors.allowMethods.join(',') } : {}),
    ...(cors.allowHeaders.length > 0 ? { 'access-control-allow-headers': cors.allowHeaders.join(',') } : {}),
    ...(cors.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(cors.maxAgeSeconds) }),
  };
}

/** The headers of any other answer, given those of the function. */
export function withCors(cors: CorsConfiguration, origin: string | undefined, headers: Headers): Headers {
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('access-control-')));
  const forOrigin = origin === undefined ? undefined : originHeaders(cors, origin);
  if (!forOrigin) return own;
  const exposed: Headers =
    cors.exposeHeaders.length > 0 ? { 'access-control-expose-headers': cors.exposeHeaders.join(',') } : {};
  return { ...own, ...forOrigin, ...exposed };
}
