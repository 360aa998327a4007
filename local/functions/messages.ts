/** What the runtime and a function's worker thread say to each other, and Lambda's error payload. */

/** Lambda's limit for a synchronous request or response, in bytes. */
export const payloadLimitBytes = 6 * 1024 * 1024;

export interface WorkerStart {
  readonly entryUrl: string;
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
}

export interface RunMessage {
  readonly requestId: string;
  /** The event as JSON, parsed inside as Lambda does, so nothing is shared between invocations. */
  readonly event: string;
  /** Unix time in milliseconds. */
  readonly deadline: number;
}

export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'start-failed'; readonly error: LambdaError }
  | { readonly type: 'returned'; readonly requestId: string; readonly payload: string }
  | { readonly type: 'threw'; readonly requestId: string; readonly error: LambdaError };

/** The payload Lambda answers for a failed invocation. */
export interface LambdaError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

// An error that comes out of a worker is neither `instanceof Error` here nor `Error.isError`.
const isError = (thrown: unknown): thrown is Error =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'name' in thrown;

/** As Lambda's Node runtime does: the class, the message, the stack by lines. */
export function toLambdaError(thrown: unknown): LambdaError {
  if (!isError(thrown)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') };
}
