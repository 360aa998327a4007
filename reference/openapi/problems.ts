/** The errors of an operation: what every route may answer, and what its handler can refuse with, each a problem of its own. */
import { commonProblems, type ProblemSpec } from '#shared/http/problem.ts';
import type { Route } from '#shared/http/route.ts';
import type { Json } from '../json.ts';

type CommonSlug = keyof typeof commonProblems;

/** What a route may answer besides its service's own rejections, by what it takes and whom it is for. */
export const commonSlugsOf = ({ auth, method, rawBody }: Route): CommonSlug[] => [
  'request-invalid',
  ...(auth === 'public' ? [] : (['unauthenticated'] as const)),
  ...(auth === 'public' || auth === 'user' ? [] : (['forbidden'] as const)),
  // A callback's app may be none.
  ...(rawBody ? (['not-found'] as const) : []),
  ...(method === 'GET' ? [] : (['body-too-large'] as const)),
  ...(method === 'GET' || rawBody ? [] : (['media-type-unsupported'] as const)),
  'internal-error',
  'unavailable',
];

const typeOf = (slug: string): string => `urn:tessera:problem:${slug}`;

const exampleOf = (slug: string, { status, title }: ProblemSpec): Json => ({
  type: typeOf(slug),
  title,
  status,
  instance: 'JKJaXmPLvHcESHA=',
  ...(slug === 'request-invalid'
    ? {
        detail: '/query/limit: must be at most 100',
        errors: [{ pointer: '/query/limit', detail: 'must be at most 100' }],
      }
    : {}),
});

const headersOf = (status: number): Json => ({
  ...(status === 401 ? { 'WWW-Authenticate': { $ref: '#/components/headers/WwwAuthenticate' } } : {}),
  ...(status === 429 || status === 503 ? { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } : {}),
});

type Problems = Readonly<Record<string, ProblemSpec>>;

/** One response for all problems of a status. */
const responseOf = (status: number, problems: Problems): Json => {
  const slugs = Object.keys(problems).toSorted();
  const headers = headersOf(status);
  return {
    description: slugs.map((slug) => `\`${slug}\`: ${problems[slug]?.title}.`).join(' '),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { type: { enum: slugs.map(typeOf) }, status: { const: status } } },
          ],
        },
        examples: Object.fromEntries(
          slugs.flatMap((slug) => {
            const problem = problems[slug];
            return problem ? [[slug, { summary: problem.title, value: exampleOf(slug, problem) }]] : [];
          }),
        ),
      },
    },
  };
};

const pascal = (slug: string): string =>
  slug.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Longer names than this help nobody: such a response stands where it is used. */
const maxNameLength = 60;

/**
 * By status. `rejections`: what the handler's type names; where nobody knows, all of the service's.
 *
 * @throws Error for a rejection that the service's table of problems does not have.
 */
export interface ProblemResponses {
  of(route: Route, rejections: readonly string[], own: Problems): Json;
  /** Those that several operations share, by name. */
  readonly components: Json;
}

export const problemResponses = (): ProblemResponses => {
  const components: Json = {};
  const named = (status: number, problems: Problems): Json => {
    const name = Object.keys(problems).toSorted().map(pascal).join('Or');
    const response = responseOf(status, problems);
    if (name.length > maxNameLength) return response;
    // Two services may say the same word with other titles.
    const isTaken = name in components && JSON.stringify(components[name]) !== JSON.stringify(response);
    if (isTaken) return response;
    components[name] = response;
    return { $ref: `#/components/responses/${name}` };
  };
  return {
    components,
    of(route, rejections, own) {
      const byStatus = new Map<number, Record<string, ProblemSpec>>();
      const add = (slug: string, problem: ProblemSpec) =>
        byStatus.set(problem.status, { ...byStatus.get(problem.status), [slug]: problem });
      for (const slug of commonSlugsOf(route)) add(slug, commonProblems[slug]);
      for (const slug of rejections) {
        const problem = own[slug];
        if (!problem) throw new Error(`${route.path} refuses with "${slug}", which is no problem of its service`);
        add(slug, problem);
      }
      return Object.fromEntries([...byStatus].map(([status, problems]) => [status, named(status, problems)]));
    },
  };
};

/** RFC 9457, as every error looks. A problem may have members of its own, which tell a client how to go on. */
export const problemSchema: Json = {
  type: 'object',
  description: 'RFC 9457. Tell problems apart by `type`; `title` and `detail` are for people.',
  required: ['type', 'title', 'status', 'instance'],
  properties: {
    type: { type: 'string', description: 'Names the problem, and stays as it is: `urn:tessera:problem:<name>`.' },
    title: { type: 'string', description: 'The same for every problem of this type.' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What it was this time.' },
    instance: {
      type: 'string',
      description: "The request's id. The logs have it too: quote it when you ask for help.",
    },
    errors: {
      type: 'array',
      maxItems: 50,
      description: 'What is wrong with the request, place by place.',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'A JSON pointer into `path`, `query`, `headers` or `body`.' },
          detail: { type: 'string' },
        },
      },
    },
  },
};
