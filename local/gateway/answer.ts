/** Answers in each service's own wire format, errors above all. */
import { randomUUID } from 'node:crypto';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly readUnits?: number;
  readonly writeUnits?: number;
}

/** An error that AWS would answer. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further elements of an S3 error. */
  readonly details: Readonly<Record<string, string>>;

  constructor(code: string, message: string, status = 400, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

const services: Readonly<Record<string, { namespace: string; contentType: string }>> = {
  dynamodb: { namespace: 'com.amazonaws.dynamodb.v20120810#', contentType: 'application/x-amz-json-1.0' },
  sqs: { namespace: 'com.amazonaws.sqs#', contentType: 'application/x-amz-json-1.0' },
};

export function json(value: unknown, { status = 200, service = '' } = {}): Answer {
  const contentType = services[service]?.contentType ?? 'application/x-amz-json-1.1';
  return { status, headers: { 'content-type': contentType }, body: Buffer.from(JSON.stringify(value)) };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

export function xml(body: string, { status = 200, headers = {} as Record<string, string> } = {}): Answer {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body: Buffer.from(text) };
}

function s3Error({ code, message, status, details }: AwsError): Answer {
  const elements = { Code: code, Message: message, ...details, RequestId: randomUUID() };
  const inner = Object.entries(elements).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return xml(`<Error>${inner.join('')}</Error>`, { status });
}

export function errorAnswer(service: string, error: AwsError): Answer {
  const { code, message, status } = error;
  if (service === 's3') return s3Error(error);
  const { namespace = '', contentType = 'application/x-amz-json-1.1' } = services[service] ?? {};
  const headers: Record<string, string> = { 'content-type': contentType, 'x-amzn-errortype': code };
  // SQS clients read the code of the older query protocol from this header.
  if (service === 'sqs') headers['x-amzn-query-error'] = `${code};Sender`;
  const type = service === 'lambda' ? { Type: 'User', Message: message } : { __type: `${namespace}${code}` };
  return { status, headers, body: Buffer.from(JSON.stringify({ ...type, message })) };
}

/** Services differ in how they call a refusal by IAM. */
export function accessDenied(service: string, message: string): AwsError {
  if (service === 's3' || service === 'sqs') return new AwsError('AccessDenied', message, 403);
  return new AwsError('AccessDeniedException', message, service === 'lambda' || service === 'execute-api' ? 403 : 400);
}

export function throttled(service: string): AwsError {
  switch (service) {
    case 's3':
      return new AwsError('SlowDown', 'Please reduce your request rate.', 503);
    case 'sqs':
      return new AwsError('RequestThrottled', 'Request is throttled.', 400);
    case 'lambda':
      return new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
    case 'execute-api':
      return new AwsError('LimitExceededException', 'Rate exceeded', 429);
    case 'dynamodb':
      return new AwsError('ThrottlingException', 'Throughput exceeds the current throughput limit for your account.');
    default:
      return new AwsError('ThrottlingException', 'Rate exceeded');
  }
}
