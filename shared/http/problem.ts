/** RFC 9457 problems: what every error looks like on the wire. */

export interface ProblemError {
  /** JSON pointer into `{ path, query, headers, body }` of the request, as in `/body/params/style`. */
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemSpec {
  readonly status: number;
  readonly title: string;
}

/** A problem on its way out. Thrown at the boundary only; business rules answer with rejections. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly slug: string;
  readonly status: number;
  readonly detail: string | undefined;
  readonly errors: readonly ProblemError[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly members: Readonly<Record<string, string>> | undefined;

  constructor(
    slug: string,
    { status, title }: ProblemSpec,
    {
      detail,
      errors,
      retryAfterSeconds,
      members,
    }: {
      detail?: string | undefined;
      errors?: readonly ProblemError[] | undefined;
      retryAfterSeconds?: number | undefined;
      members?: Readonly<Record<string, string>> | undefined;
    } = {},
  ) {
    super(title);
    this.slug = slug;
    this.status = status;
    this.detail = detail;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
    this.members = members;
  }
}

/** What any route may answer besides its service's own rejections. */
export const commonProblems = {
  'request-invalid': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'A valid access token is needed' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'media-type-unsupported': { status: 415, title: 'The body must be JSON' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'Try again in a moment' },
} as const satisfies Record<string, ProblemSpec>;

export const commonProblem = (
  slug: keyof typeof commonProblems,
  more: ConstructorParameters<typeof Problem>[2] = {},
): Problem => new Problem(slug, commonProblems[slug], more);

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The problem as a response. `instance` is the request's id, which the logs carry too. */
export const problemResponse = (problem: Problem, requestId: string): HttpResponse => ({
  statusCode: problem.status,
  headers: {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(problem.retryAfterSeconds === undefined ? {} : { 'retry-after': String(problem.retryAfterSeconds) }),
    ...(problem.status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {}),
  },
  body: JSON.stringify({
    ...problem.members,
    type: `urn:tessera:problem:${problem.slug}`,
    title: problem.message,
    status: problem.status,
    detail: problem.detail,
    instance: requestId,
    errors: problem.errors,
  }),
});
