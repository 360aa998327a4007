/** API Gateway's choice of a route: full match, then path variables, then a greedy variable, then `$default`. */
import type { Route } from './model.ts';

export interface RouteMatch {
  readonly route: Route;
  /** Decoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** Lower is more specific. */
const rank = { literal: 0, variable: 1, greedy: 2 } as const;

interface Candidate {
  readonly match: RouteMatch;
  /** One rank per segment of the route's path, then one for the method. */
  readonly ranks: readonly number[];
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function matchPath(route: Route, segments: readonly string[]): Candidate | undefined {
  const pattern = route.path.slice(1).split('/');
  const ranks: number[] = [];
  const pathParameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    const variable = /^\{(.+?)(\+?)\}$/.exec(part);
    if (variable?.[2]) {
      const rest = segments.slice(index);
      if (rest.length === 0 || rest[0] === '') return undefined;
      pathParameters[variable[1] ?? ''] = rest.map(decode).join('/');
      return { match: { route, pathParameters }, ranks: [...ranks, rank.greedy] };
    }
    if (segment === undefined) return undefined;
    if (variable) {
      if (segment === '') return undefined;
      pathParameters[variable[1] ?? ''] = decode(segment);
    } else if (decode(segment) !== part) {
      return undefined;
    }
    ranks.push(variable ? rank.variable : rank.literal);
  }
  return segments.length === pattern.length ? { match: { route, pathParameters }, ranks } : undefined;
}

function compare(a: Candidate, b: Candidate): number {
  for (let i = 0; i < Math.max(a.ranks.length, b.ranks.length); i += 1) {
    const difference = (a.ranks[i] ?? 0) - (b.ranks[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(a.match.route.method === 'ANY') - Number(b.match.route.method === 'ANY');
}

/** `path` is the request's path, still encoded, without the stage. */
export function findRoute(routes: readonly Route[], method: string, path: string): RouteMatch | undefined {
  const segments = path.slice(1).split('/');
  const candidates = routes
    .filter((route) => route.method === method || route.method === 'ANY')
    .map((route) => matchPath(route, segments))
    .filter((candidate) => candidate !== undefined);
  const [best] = candidates.sort(compare);
  if (best) return best.match;
  const fallback = routes.find(({ key }) => key === '$default');
  return fallback ? { route: fallback, pathParameters: {} } : undefined;
}
