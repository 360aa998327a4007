/** Signature Version 4, verified: headers, presigned URLs and POST policies. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from './answer.ts';

/** Who signed a request, for what, and with which headers. */
export interface SignedScope {
  readonly accessKeyId: string;
  /** `20261120` */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** `20261120T101046Z` */
  readonly time: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

export interface SignedRequest {
  readonly method: string;
  /** As it was sent, with its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** AWS takes no request whose clock is off by more. */
const maxSkewMs = 15 * 60 * 1000;
const maxExpirySeconds = 7 * 24 * 60 * 60;

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();

/** `key/day/region/service/aws4_request` */
export function parseCredential(
  credential: string,
): Pick<SignedScope, 'accessKeyId' | 'day' | 'region' | 'service'> | undefined {
  const [accessKeyId, day, region, service, end] = credential.split('/');
  return accessKeyId && day && region && service && end === 'aws4_request'
    ? { accessKeyId, day, region, service }
    : undefined;
}

export function scopeOfHeader(headers: SignedRequest['headers']): SignedScope | undefined {
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=(\w+)$/.exec(
    headers.authorization ?? '',
  );
  const credential = parseCredential(match?.[1] ?? '');
  if (!match || !credential) return undefined;
  const [, , names = '', signature = ''] = match;
  return { ...credential, time: headers['x-amz-date'] ?? '', signedHeaders: names.split(';'), signature };
}

export function scopeOfQuery(query: URLSearchParams): SignedScope | undefined {
  const credential = parseCredential(query.get('X-Amz-Credential') ?? '');
  const signature = query.get('X-Amz-Signature');
  if (!credential || !signature) return undefined;
  const signedHeaders = (query.get('X-Amz-SignedHeaders') ?? '').split(';');
  return { ...credential, time: query.get('X-Amz-Date') ?? '', signedHeaders, signature };
}

/** Milliseconds of `20261120T101046Z`; NaN when it is none. */
export const parseTime = (time: string): number =>
  Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

function canonicalPath(path: string, service: string): string {
  if (service === 's3') return path;
  // Everywhere but in S3 the path is encoded once more.
  return path.split('/').map(encode).join('/');
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))] as const;
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** A day's key of a caller for a service is derived by four HMACs, and is the same for all its calls. */
const signingKeys = new Map<string, Buffer>();
const keptKeys = 1_000;

function signingKey(secret: string, { day, region, service }: SignedScope): Buffer {
  const id = [secret, day, region, service].join('/');
  const kept = signingKeys.get(id);
  if (kept) return kept;
  const key = [day, region, service, 'aws4_request'].reduce(
    (one: Buffer, part) => hmac(one, part),
    Buffer.from(`AWS4${secret}`),
  );
  if (signingKeys.size >= keptKeys) signingKeys.clear();
  signingKeys.set(id, key);
  return key;
}

const signature = (secret: string, scope: SignedScope, text: string): Buffer => hmac(signingKey(secret, scope), text);

function expectSignature(scope: SignedScope, secret: string, text: string): void {
  const expected = signature(secret, scope, text);
  const given = Buffer.from(scope.signature, 'hex');
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  const code = scope.service === 's3' ? 'SignatureDoesNotMatch' : 'InvalidSignatureException';
  throw new AwsError(
    code,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    403,
  );
}

function verifyCanonical(request: SignedRequest, scope: SignedScope, secret: string, payloadHash: string): void {
  const [path = '', query = ''] = request.url.split(/\?(.*)/s);
  const headers = scope.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`,
  );
  const canonical = [
    request.method,
    canonicalPath(path, scope.service),
    canonicalQuery(query),
    headers.join(''),
    scope.signedHeaders.join(';'),
    payloadHash,
  ];
  const { day, region, service, time } = scope;
  expectSignature(
    scope,
    secret,
    ['AWS4-HMAC-SHA256', time, `${day}/${region}/${service}/aws4_request`, sha256(canonical.join('\n'))].join('\n'),
  );
}

export function verifyHeaderSignature(request: SignedRequest, scope: SignedScope, secret: string, now: number): void {
  const signedAt = parseTime(scope.time);
  if (!(Math.abs(now - signedAt) <= maxSkewMs)) {
    throw new AwsError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      403,
    );
  }
  const declared = request.headers['x-amz-content-sha256'];
  const payloadHash = declared ?? sha256(request.body);
  verifyCanonical(request, scope, secret, payloadHash);
  if (/^[0-9a-f]{64}$/.test(payloadHash) && payloadHash !== sha256(request.body)) {
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      400,
    );
  }
}

/** @throws AwsError when the URL has expired, was altered, or carries an amz header that is not signed. */
export function verifyPresignedUrl(
  request: SignedRequest,
  query: URLSearchParams,
  scope: SignedScope,
  secret: string,
  now: number,
): void {
  const expires = Number(query.get('X-Amz-Expires'));
  const signedAt = parseTime(scope.time);
  if (!(expires >= 1 && expires <= maxExpirySeconds) || Number.isNaN(signedAt)) {
    throw new AwsError(
      'AuthorizationQueryParametersError',
      'X-Amz-Expires must be between 1 and 604800 seconds, and X-Amz-Date a time.',
      400,
    );
  }
  const expiresAt = signedAt + expires * 1000;
  if (now > expiresAt) {
    const details = {
      'X-Amz-Expires': String(expires),
      Expires: new Date(expiresAt).toISOString(),
      ServerTime: new Date(now).toISOString(),
    };
    throw new AwsError('AccessDenied', 'Request has expired', 403, details);
  }
  verifyCanonical(request, scope, secret, query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD');
  const unsigned = Object.keys(request.headers).filter(
    (name) => name.startsWith('x-amz-') && !scope.signedHeaders.includes(name),
  );
  if (unsigned.length > 0) {
    throw new AwsError('AccessDenied', 'There were headers present in the request which were not signed', 403, {
      HeadersNotSigned: unsigned.join(', '),
    });
  }
}

/** A POST policy is signed as its base64 text. */
export function verifyPolicySignature(policy: string, scope: SignedScope, secret: string): void {
  expectSignature(scope, secret, policy);
}
