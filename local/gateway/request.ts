/** Reads a request: its body within limits, its service and its operation. */
import type { IncomingMessage } from 'node:http';
import type { ServiceRequest } from '../iam/index.ts';
import { recordOf } from '../iam/request.ts';
import { s3Operation } from '../iam/s3-permissions.ts';
import { AwsError } from './answer.ts';

const mega = 1024 * 1024;
/** The largest that each service takes; S3's own 5 GB would not fit into memory. */
const bodyLimits: Readonly<Record<string, number>> = { s3: 100 * mega, dynamodb: 16 * mega, lambda: 6 * mega + 1024 };
const defaultBodyLimit = 2 * mega;

export async function readBody(message: IncomingMessage, service: string): Promise<Buffer> {
  const limit = bodyLimits[service] ?? defaultBodyLimit;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    // What comes after is still read, so that the client gets to read the answer.
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw new AwsError('RequestEntityTooLarge', `Request size exceeded ${limit} bytes`, 413);
  return Buffer.concat(chunks);
}

/** Header values by lower-case name; repeated ones joined. */
export function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat().join(',')]])),
  );
}

function connectionOperation(method: string): string {
  return { POST: 'PostToConnection', DELETE: 'DeleteConnection' }[method] ?? 'GetConnection';
}

type Described = Omit<ServiceRequest, 'body'> & { readonly method: string };

/** `x-amz-target: DynamoDB_20120810.PutItem` */
function targetOperation(headers: ServiceRequest['headers']): string {
  return headers['x-amz-target']?.split('.').pop() ?? '';
}

/** @throws AwsError for an operation that the local account does not have. */
export function describeRequest(
  service: string,
  method: string,
  url: string,
  headers: ServiceRequest['headers'],
): Described {
  const [rawPath = '/', rawQuery = ''] = url.split(/\?(.*)/s);
  const query = new URLSearchParams(rawQuery.replaceAll('+', '%2B'));
  const path = decodePath(rawPath);
  const base = { service, method, path, query, headers };
  switch (service) {
    case 's3': {
      checkObjectPath(rawPath, path);
      const operation = s3Operation(base);
      if (!operation)
        throw new AwsError(
          'NotImplemented',
          `the local S3 does not have ${method} ${url.replace(/[?&]X-Amz-.*$/, '')}`,
          501,
        );
      return { ...base, operation };
    }
    case 'lambda':
      return {
        ...base,
        operation:
          /^\/2015-03-31\/functions\/.+\/invocations$/.test(path) && method === 'POST' ? 'Invoke' : `${method} ${path}`,
      };
    case 'execute-api':
      return { ...base, operation: connectionOperation(method) };
    default: {
      const operation = targetOperation(headers);
      if (!operation)
        throw new AwsError(
          'UnknownOperationException',
          `the local account takes ${service} in AWS's JSON protocol only`,
        );
      return { ...base, operation };
    }
  }
}

/** The backend would follow such a path to another object than the one whose permission was asked. */
function checkObjectPath(rawPath: string, path: string): void {
  if (/[\\#]/.test(rawPath) || path.split('/').some((part) => part === '.' || part === '..')) {
    throw new AwsError('InvalidURI', 'the local S3 takes no key that has "." or ".." as a part');
  }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}

/** @throws AwsError when a JSON service is sent something else. */
export function jsonBody(service: string, payload: Buffer): Record<string, unknown> {
  if (service === 's3' || service === 'lambda' || service === 'execute-api' || payload.length === 0) return {};
  try {
    return recordOf(JSON.parse(payload.toString()));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.');
  }
}
