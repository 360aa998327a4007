/** What API Gateway makes of a function's result, payload format 2.0. */

export interface HttpResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const message = (status: number, text: string): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  cookies: [],
  body: Buffer.from(JSON.stringify({ message: text })),
});

export const internalServerError = message(500, 'Internal Server Error');

function readStatus(value: unknown): number | undefined {
  const status = Number(value);
  return Number.isInteger(status) && status >= 100 && status <= 599 ? status : undefined;
}

function readHeaders(value: unknown): Record<string, string> | undefined {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.some(([, one]) => !['string', 'number', 'boolean'].includes(typeof one))) return undefined;
  return Object.fromEntries(entries.map(([name, one]) => [name.toLowerCase(), String(one)]));
}

function readBody(result: Record<string, unknown>): Buffer | undefined {
  const { body } = result;
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body !== 'string') return undefined;
  return Buffer.from(body, result.isBase64Encoded === true ? 'base64' : 'utf8');
}

/** A result without `statusCode` is the body of a 200; a malformed one is a 500. */
export function toResponse(payload: Buffer): HttpResponse {
  const result: unknown = JSON.parse(payload.toString());
  if (!isObject(result) || result.statusCode === undefined) {
    const body = typeof result === 'string' ? Buffer.from(result) : payload;
    return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body };
  }
  const status = readStatus(result.statusCode);
  const headers = readHeaders(result.headers);
  const body = readBody(result);
  const cookies = result.cookies ?? [];
  if (
    status === undefined ||
    !headers ||
    !body ||
    !Array.isArray(cookies) ||
    !cookies.every((one) => typeof one === 'string')
  ) {
    return internalServerError;
  }
  return { status, headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers }, cookies, body };
}
