/** From an API Gateway event to a handler's input: every part parsed by the route's schemas, every fault named by a pointer. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { adminOf, callerOf, operatorOf } from './authentication.ts';
import { commonProblem, type ProblemError } from './problem.ts';
import type { Input, Route } from './route.ts';

/** Bytes of a request body at most; files go to S3 directly. */
export const maxBodyBytes = 256 * 1024;

const idempotencyKey = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');
const correlationId = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9_.:-]+$/);

/** Faults told at most: a body of a thousand unknown fields is not answered by a thousand lines. */
const maxErrors = 50;

const pointerTo = (part: string, path: readonly PropertyKey[]): string =>
  ['', part, ...path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');

/** For `safeParse`: what is not there is said to be needed. A schema that has words of its own for it keeps them. */
export const plainWords = {
  error: ({ code, input }: z.core.$ZodRawIssue): string | undefined =>
    input === undefined && (code === 'invalid_type' || code === 'invalid_value' || code === 'invalid_union')
      ? 'is needed'
      : undefined,
};

export const errorsOf = (part: string, { issues }: z.core.$ZodError): ProblemError[] =>
  issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ pointer: pointerTo(part, issue.path), detail: issue.message }];
    return issue.keys.map((key) => ({
      pointer: pointerTo(part, [...issue.path, key]),
      detail: 'is not a known field',
    }));
  });

const readText = ({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): string => {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  if (Buffer.byteLength(text) > maxBodyBytes)
    throw commonProblem('body-too-large', { detail: `At most ${maxBodyBytes} bytes are taken.` });
  return text;
};

/** JSON may escape half of a surrogate pair, which no other encoding can hold: neither a hash nor a table would take it. */
const escapedSurrogate = /\\ud[89a-f]/i;
/** `JSON.stringify` escapes what has no other half, and nothing else; a text's own backslash comes out as two. */
const halfSurrogate = /(?<!\\)(\\\\)*\\ud[89a-f]/i;

/** Levels of arrays and objects at most: parsers and hashes go down by recursion, and a table's item takes 32. */
const maxDepth = 24;

/** Counted in the text, so that nothing has to go down before it is known how deep it is. */
const isTooDeep = (json: string): boolean => {
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
};

const readBody = (event: APIGatewayProxyEventV2): unknown => {
  const body = readText(event);
  if (body === '') return undefined;
  const type = event.headers['content-type'] ?? '';
  if (!/^application\/(.+\+)?json(;|$)/i.test(type))
    throw commonProblem('media-type-unsupported', { detail: 'Send Content-Type: application/json.' });
  if (isTooDeep(body))
    throw commonProblem('request-invalid', {
      errors: [{ pointer: '/body', detail: `is nested more than ${maxDepth} levels deep` }],
    });
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw commonProblem('request-invalid', { errors: [{ pointer: '/body', detail: 'is not JSON' }] });
  }
  if (escapedSurrogate.test(body) && halfSurrogate.test(JSON.stringify(value)))
    throw commonProblem('request-invalid', { errors: [{ pointer: '/body', detail: 'holds half a character' }] });
  return value;
};

/** Some clients send `{}` where no body belongs. */
const isEmptyBody = (body: unknown): boolean => body === undefined || emptyObject.safeParse(body).success;

const emptyObject = z.strictObject({});

/** @throws Problem `unauthenticated` or `forbidden` before anything else is looked at; `request-invalid` with every fault found. */
export const parseRequest = <R extends Route>(route: R, event: APIGatewayProxyEventV2, at: string): Input<R> => {
  const context = (event.requestContext as { authorizer?: { lambda?: unknown } }).authorizer?.lambda;
  const user = route.auth === 'user' ? callerOf(context) : undefined;
  const admin = route.auth === 'admin' ? adminOf(context) : undefined;
  const operator = route.auth === 'operator' ? operatorOf(context) : undefined;
  const errors: ProblemError[] = [];
  const parse = (part: string, schema: z.ZodType, value: unknown): unknown => {
    const parsed = schema.safeParse(value, plainWords);
    if (!parsed.success) errors.push(...errorsOf(part, parsed.error));
    return parsed.data;
  };
  const path = route.params && parse('path', route.params, event.pathParameters ?? {});
  const query = parse('query', route.query ?? emptyObject, event.queryStringParameters ?? {});
  const given = route.rawBody ? undefined : readBody(event);
  const body = route.body ? parse('body', route.body, given === undefined ? {} : given) : undefined;
  if (!route.body && !isEmptyBody(given)) errors.push({ pointer: '/body', detail: 'this route takes no body' });
  const givenKey = event.headers['idempotency-key'];
  const wantsKey =
    route.idempotencyKey === 'required' || (route.idempotencyKey === 'optional' && givenKey !== undefined);
  const key = wantsKey ? parse('headers/idempotency-key', idempotencyKey, givenKey) : undefined;
  if (errors.length > 0)
    throw commonProblem('request-invalid', {
      detail: errors
        .map(({ pointer, detail }) => `${pointer}: ${detail}`)
        .join('; ')
        .slice(0, 500),
      errors: errors.slice(0, maxErrors),
    });
  const { requestId } = event.requestContext;
  const input = {
    user,
    admin,
    operator,
    path,
    query: route.query ? query : undefined,
    body,
    rawBody: route.rawBody ? readText(event) : undefined,
    idempotencyKey: key,
    headers: event.headers,
    requestId,
    correlationId: correlationId.safeParse(event.headers['x-correlation-id']).data ?? requestId,
    at,
  };
  // Each part was parsed by the very schema that its type is read from.
  return input as unknown as Input<R>;
};
