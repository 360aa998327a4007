/** A transport for AWS clients of this process: the operator's calls go straight into the pipeline. */
import type { OperatorTransport } from '../contracts.ts';
import { connectionPath } from '../iam/permissions.ts';
import { type Pipeline, serveOperator } from './pipeline.ts';

/** What the clients of AWS's JSON protocol hand to a transport. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface SdkOptions {
  readonly abortSignal?: AbortSignal;
}

/** By the beginning of `x-amz-target`. */
const services: Readonly<Record<string, string>> = {
  DynamoDB_20120810: 'dynamodb',
  DynamoDBStreams_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
};

function serviceOf({ headers, path }: SdkRequest): string {
  if (connectionPath(path)) return 'execute-api';
  const [prefix = ''] = (headers['x-amz-target'] ?? '').split('.');
  const service = services[prefix];
  if (!service) throw new Error(`no client of ${prefix || 'this service'} calls in process`);
  return service;
}

const bytesOf = (body: string | Uint8Array): Buffer =>
  typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);

const failure = (fields: { readonly name?: string; readonly code?: string }) =>
  Object.assign(new Error('the call was broken off'), fields);

/** Rejects as soon as the caller no longer waits, as a closed connection would. */
function untilAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    const abort = () => reject(failure({ name: 'AbortError' }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export const inProcess = (pipeline: Pipeline): OperatorTransport => ({
  signer: { sign: async (request) => request },
  requestHandler: {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest, { abortSignal }: SdkOptions = {}) {
      const { method, path: url, headers, body = '' } = request;
      const payload = bytesOf(body);
      const aborted = () => abortSignal?.aborted ?? false;
      const call = serveOperator(pipeline, serviceOf(request), { method, url, headers, payload, aborted });
      const answer = await untilAborted(call, abortSignal);
      // The code is one of those that clients try again.
      if (!answer) throw failure({ code: 'ECONNRESET' });
      return { response: { statusCode: answer.status, headers: answer.headers, body: answer.body } };
    },
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  },
});
