/** Runs inside a worker thread: loads one handler, then answers one event at a time, as Lambda's runtime interface does. */
import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { type LambdaError, type RunMessage, toLambdaError, type WorkerMessage, type WorkerStart } from './messages.ts';
import { toSourceLine } from './source-lines.ts';

// Without it each worker compiles the AWS clients again, about half a second of start.
enableCompileCache();

const start = workerData as WorkerStart;
type Handler = (event: unknown, context: unknown) => unknown;

function errorOf(thrown: unknown): LambdaError {
  const error = toLambdaError(thrown);
  return { ...error, trace: error.trace?.map(toSourceLine) ?? [] };
}

const post = (message: WorkerMessage) => parentPort?.postMessage(message);

function contextFor({ requestId, deadline }: RunMessage) {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: start.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: start.functionArn,
    memoryLimitInMB: String(start.memoryMb),
    logGroupName: `/aws/lambda/${start.functionName}`,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

async function run(handler: Handler, message: RunMessage): Promise<void> {
  const { requestId } = message;
  try {
    const result = await handler(JSON.parse(message.event), contextFor(message));
    post({ type: 'returned', requestId, payload: JSON.stringify(result) ?? 'null' });
  } catch (thrown) {
    post({ type: 'threw', requestId, error: errorOf(thrown) });
  }
}

try {
  const loaded = (await import(start.entryUrl)) as Record<string, unknown>;
  const handler = loaded[start.exportName];
  if (typeof handler === 'function') {
    parentPort?.on('message', (message: RunMessage) => void run(handler as Handler, message));
    post({ type: 'ready' });
  } else {
    const errorMessage = `${start.exportName} is undefined or not exported`;
    post({ type: 'start-failed', error: { errorType: 'Runtime.HandlerNotFound', errorMessage, trace: [] } });
  }
} catch (thrown) {
  post({ type: 'start-failed', error: errorOf(thrown) });
}
