/** The way of a call through the gateway: verified, authorized, struck by faults, handled and recorded. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallFault, FaultPlan, GatewayHooks } from '../contracts.ts';
import { requiredPermissions } from '../iam/index.ts';
import { parseObjectPath } from '../iam/s3-permissions.ts';
import { type Answer, AwsError, errorAnswer, throttled } from './answer.ts';
import type { Call } from './call.ts';
import { authorize, type Principal, type Principals, unknownKey } from './principals.ts';
import { describeRequest, headersOf, jsonBody, readBody } from './request.ts';
import { checkForm, fileOf, isFormUpload, readUploadForm, scopeOfForm } from './s3/form-upload.ts';
import { keysToDelete } from './s3/service.ts';
import type { Services } from './services.ts';
import {
  type SignedScope,
  scopeOfHeader,
  scopeOfQuery,
  verifyHeaderSignature,
  verifyPresignedUrl,
} from './signature.ts';

/** What is known of a call so far, for its record. */
interface Progress {
  readonly at: number;
  service: string;
  operation: string;
  caller: string;
  resources: readonly string[];
  requestBytes: number;
}

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly progress: Progress;
}

/** A fault broke the connection: there is nothing to answer. */
class BrokenConnection extends Error {
  readonly answer: Answer | undefined;

  constructor(answer?: Answer) {
    super('connection broken by a fault');
    this.answer = answer;
  }
}

/** What every call passes through. */
export interface Pipeline {
  readonly principals: Principals;
  readonly faults: FaultPlan;
  readonly services: Services;
  readonly hooks: GatewayHooks;
  readonly log: (line: string) => void;
}

function signer({ principals }: Pipeline, scope: SignedScope, progress: Progress): Principal {
  const found = principals.byAccessKey(scope.accessKeyId);
  if (!found) throw unknownKey(scope.service);
  progress.caller = found.name;
  return found;
}

function kill({ principals, hooks }: Pipeline, caller: Principal): void {
  if (caller !== principals.operator) hooks.killFunction(caller.name);
}

/** Makes the call, unless a fault strikes it before; throws when one strikes it after. */
async function withFaults(
  pipeline: Pipeline,
  caller: Principal,
  progress: Progress,
  make: () => Promise<Answer>,
): Promise<Answer> {
  const fault: CallFault | undefined = pipeline.faults.call({
    caller: caller.name,
    service: progress.service,
    operation: progress.operation,
    resources: progress.resources,
  });
  if (fault === 'throttle') throw throttled(progress.service);
  if (fault === 'kill') kill(pipeline, caller);
  if (fault === 'before' || fault === 'kill') throw new BrokenConnection();
  const answer = await make().catch((error: unknown) => {
    if (fault === undefined || !(error instanceof AwsError)) throw error;
    return errorAnswer(progress.service, error);
  });
  if (fault === undefined) return answer;
  if (fault === 'kill-after') kill(pipeline, caller);
  throw new BrokenConnection(answer);
}

async function handleForm(pipeline: Pipeline, { message, url, headers, progress }: Exchange): Promise<Answer> {
  const { services } = pipeline;
  progress.service = 's3';
  progress.operation = 'PostObject';
  const form = await readUploadForm(message as AsyncIterable<Buffer>, headers['content-type'] ?? '');
  try {
    const { bucket } = parseObjectPath(url.split('?')[0] ?? '');
    const scope = scopeOfForm(form);
    const caller = signer(pipeline, scope, progress);
    const checked = checkForm(form, scope, bucket, caller.credentials.secretAccessKey, Date.now());
    const request = { ...describeRequest('s3', 'POST', `/${bucket}`, headers), body: {} };
    const permissions = requiredPermissions(request, services.names, [checked.key]);
    progress.resources = permissions.map(({ resource }) => resource);
    authorize(caller, 's3', permissions);
    if (!services.objects.hasBucket(bucket))
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
    return await withFaults(pipeline, caller, progress, async () => {
      const body = await fileOf(checked);
      progress.requestBytes = body.length;
      return services.objects.storeForm({ bucket, key: checked.key, fields: checked.fields, body });
    });
  } finally {
    // A client that is still sending would not read the answer.
    if (!(await form.discard())) message.destroy();
  }
}

async function handleCall(
  pipeline: Pipeline,
  { message, response, url, method, headers, progress }: Exchange,
): Promise<Answer> {
  const query = new URLSearchParams((url.split(/\?(.*)/s)[1] ?? '').replaceAll('+', '%2B'));
  const byHeader = scopeOfHeader(headers);
  const scope = byHeader ?? scopeOfQuery(query);
  if (!scope) {
    progress.service = 's3';
    throw new AwsError('AccessDenied', 'Access Denied: the request is not signed', 403);
  }
  progress.service = scope.service;
  const payload = await readBody(message, scope.service);
  progress.requestBytes = payload.length;
  const caller = signer(pipeline, scope, progress);
  const signed = { method, url, headers, body: payload };
  const { secretAccessKey } = caller.credentials;
  if (byHeader) verifyHeaderSignature(signed, scope, secretAccessKey, Date.now());
  else verifyPresignedUrl(signed, query, scope, secretAccessKey, Date.now());
  return await make(pipeline, caller, { method, url, headers, payload, aborted: () => response.destroyed }, progress);
}

type Request = Pick<Call, 'method' | 'url' | 'headers' | 'payload' | 'aborted'>;

/** Makes a call of `progress.service` whose caller is known. */
async function make(pipeline: Pipeline, caller: Principal, request: Request, progress: Progress): Promise<Answer> {
  const { method, url, headers, payload } = request;
  const { service } = progress;
  const described = describeRequest(service, method, url, headers);
  progress.operation = described.operation;
  const call: Call = { ...described, ...request, body: jsonBody(service, payload), caller };
  const permissions = requiredPermissions(
    call,
    pipeline.services.names,
    described.operation === 'DeleteObjects' ? keysToDelete(payload) : [],
  );
  progress.resources = [...new Set(permissions.map(({ resource }) => resource))];
  authorize(caller, service, permissions);
  return await withFaults(pipeline, caller, progress, () => pipeline.services.handle(call));
}

function answerOfError(pipeline: Pipeline, progress: Progress, error: unknown): Answer | BrokenConnection {
  if (error instanceof BrokenConnection) return error;
  if (error instanceof AwsError) return errorAnswer(progress.service, error);
  const named = error as { statusCode?: unknown; code?: unknown; name?: string; message?: string };
  // Errors of the backend and of the hooks that are AWS's own.
  if (typeof named.statusCode === 'number' && typeof named.code === 'string') {
    return errorAnswer(progress.service, new AwsError(named.code, named.message ?? '', named.statusCode));
  }
  if (named.name === 'TooManyRequestsException') return errorAnswer(progress.service, throttled('lambda'));
  pipeline.log(
    `${progress.caller} ${progress.service} ${progress.operation}: ${error instanceof Error ? error.stack : String(error)}`,
  );
  return errorAnswer(
    progress.service,
    new AwsError('InternalFailure', `the local gateway failed: ${named.message ?? ''}`, 500),
  );
}

/** Answers a call and records it; undefined when a fault broke the connection. */
async function recorded(
  pipeline: Pipeline,
  progress: Progress,
  handle: () => Promise<Answer>,
): Promise<Answer | undefined> {
  const started = performance.now();
  const result = await handle().catch((error: unknown) => answerOfError(pipeline, progress, error));
  const broken = result instanceof BrokenConnection;
  const answer = broken ? result.answer : result;
  pipeline.hooks.called({
    ...progress,
    status: broken ? 0 : result.status,
    responseBytes: broken ? 0 : result.body.length,
    ...(answer?.readUnits === undefined ? {} : { readUnits: answer.readUnits }),
    ...(answer?.writeUnits === undefined ? {} : { writeUnits: answer.writeUnits }),
    durationMs: performance.now() - started,
  });
  return broken ? undefined : result;
}

const newProgress = (): Progress => ({
  at: Date.now(),
  service: '',
  operation: '',
  caller: 'anonymous',
  resources: [],
  requestBytes: 0,
});

/** Answers one request and records it. */
export async function serve(pipeline: Pipeline, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const progress = newProgress();
  const { method = 'GET', url = '/' } = message;
  const exchange: Exchange = { message, response, method, url, headers: headersOf(message), progress };
  const answer = await recorded(pipeline, progress, async () => {
    if (method === 'OPTIONS') {
      Object.assign(progress, { service: 's3', operation: 'Preflight' });
      return pipeline.services.cors.preflight(parseObjectPath(url.split('?')[0] ?? '').bucket, exchange.headers);
    }
    return isFormUpload(method, exchange.headers['content-type'])
      ? handleForm(pipeline, exchange)
      : handleCall(pipeline, exchange);
  });
  if (answer) write(exchange, answer, pipeline.services);
  else message.socket.destroy();
}

/** The same for a call of the account's own machinery, which is trusted; undefined when a fault broke the connection. */
export async function serveOperator(
  pipeline: Pipeline,
  service: string,
  request: Request,
): Promise<Answer | undefined> {
  const { operator } = pipeline.principals;
  const progress = { ...newProgress(), service, caller: operator.name, requestBytes: request.payload.length };
  return recorded(pipeline, progress, () => make(pipeline, operator, request, progress));
}

function write({ response, method, headers, url }: Exchange, answer: Answer, services: Services): void {
  const bucket = parseObjectPath(url.split('?')[0] ?? '').bucket;
  const cors = headers.origin && method !== 'OPTIONS' ? services.cors.headersFor(bucket, method, headers) : {};
  const length =
    method === 'HEAD' || answer.status === 204 || answer.status === 304
      ? {}
      : { 'content-length': String(answer.body.length) };
  response.writeHead(answer.status, { ...answer.headers, ...cors, ...length });
  response.end(method === 'HEAD' ? undefined : answer.body);
}
