/** One execution environment of a function: a worker thread that takes one event at a time and dies at its time-out. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { FunctionModel, InvokeResult } from '../contracts.ts';
import {
  type LambdaError,
  payloadLimitBytes,
  toLambdaError,
  type WorkerMessage,
  type WorkerStart,
} from './messages.ts';

/** Lambda gives the start 10 s; type stripping on a busy laptop may need more. */
const startLimitMs = 30_000;

// A new thread's heap would grow from almost nothing by full collections, a quarter of what its start costs.
for (const flag of ['--initial-old-space-size=128', '--min-semi-space-size=16']) setFlagsFromString(flag);

/** One line a function wrote to stdout or stderr. */
export interface FunctionLog {
  readonly at: number;
  readonly function: string;
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}

export interface WorkerOptions {
  readonly fn: FunctionModel;
  readonly entryUrl: string;
  readonly bootstrap: URL;
  readonly environment: Record<string, string>;
  readonly onLog: (log: FunctionLog) => void;
  readonly onEnd: () => void;
}

interface Run {
  readonly requestId: string;
  readonly settle: (result: InvokeResult) => void;
  readonly timer: NodeJS.Timeout;
}

const failed = (error: LambdaError): InvokeResult => ({
  payload: Buffer.from(JSON.stringify(error)),
  functionError: 'Unhandled',
});

function returned(payload: Buffer): InvokeResult {
  if (payload.length <= payloadLimitBytes) return { payload };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${payloadLimitBytes} bytes).`;
  return failed({ errorType: 'Function.ResponseSizeTooLarge', errorMessage });
}

export class FunctionWorker {
  readonly #options: WorkerOptions;
  readonly #thread: Worker;
  readonly #ended: Promise<void>;
  readonly #started: Promise<LambdaError | undefined>;
  #settleStart: (error: LambdaError | undefined) => void = () => {};
  #run: Run | undefined;
  #endReason: LambdaError | undefined;
  alive = true;
  busy = false;
  lastUsed = Date.now();

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { fn } = options;
    const start: WorkerStart = {
      entryUrl: options.entryUrl,
      exportName: fn.exportName,
      functionName: fn.name,
      functionArn: fn.arn,
      memoryMb: fn.memoryMb,
    };
    this.#started = new Promise((resolve) => {
      this.#settleStart = resolve;
    });
    this.#thread = new Worker(options.bootstrap, {
      workerData: start,
      env: options.environment,
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: fn.memoryMb },
      name: fn.name,
    });
    this.#collect(this.#thread.stdout, 'stdout');
    this.#collect(this.#thread.stderr, 'stderr');
    this.#thread.on('message', (message: WorkerMessage) => this.#receive(message));
    this.#thread.on('error', (error) => {
      this.#endReason ??= toLambdaError(error);
    });
    this.#ended = new Promise((resolve) => {
      this.#thread.once('exit', (code) => {
        this.#end({
          errorType: 'Runtime.ExitError',
          errorMessage: `Error: Runtime exited with error: exit status ${code}`,
        });
        resolve();
      });
    });
    // A pool decides when the process may end, not an idle thread.
    this.#thread.unref();
  }

  /** Answers when the event's result is there; never throws. */
  async run(requestId: string, event: string): Promise<InvokeResult> {
    this.busy = true;
    this.#thread.ref();
    try {
      const startError = await this.#awaitStart();
      if (startError) {
        void this.end();
        return failed(startError);
      }
      return await this.#runStarted(requestId, event);
    } finally {
      this.busy = false;
      this.lastUsed = Date.now();
      if (this.alive) this.#thread.unref();
    }
  }

  /** Stops the thread at once, in the middle of whatever it does. */
  end(
    reason: LambdaError = {
      errorType: 'Runtime.ExitError',
      errorMessage: 'Error: Runtime exited with error: signal: killed',
    },
  ): Promise<void> {
    this.#endReason ??= reason;
    this.#end(reason);
    void this.#thread.terminate();
    return this.#ended;
  }

  async #awaitStart(): Promise<LambdaError | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<LambdaError>((resolve) => {
      const errorMessage = `Error: the function did not start within ${startLimitMs / 1000} s`;
      timer = setTimeout(() => resolve({ errorType: 'Sandbox.Timedout', errorMessage }), startLimitMs);
    });
    const error = await Promise.race([this.#started, tooLong]);
    clearTimeout(timer);
    return error;
  }

  #runStarted(requestId: string, event: string): Promise<InvokeResult> {
    const { timeoutMs } = this.#options.fn;
    if (!this.alive)
      return Promise.resolve(
        failed(this.#endReason ?? { errorType: 'Runtime.ExitError', errorMessage: 'Error: Runtime exited' }),
      );
    return new Promise((settle) => {
      const timer = setTimeout(() => {
        const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
        void this.end({ errorType: 'Sandbox.Timedout', errorMessage });
      }, timeoutMs);
      this.#run = { requestId, settle, timer };
      this.#thread.postMessage({ requestId, event, deadline: Date.now() + timeoutMs });
    });
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'ready':
        this.#settleStart(undefined);
        break;
      case 'start-failed':
        this.#settleStart(message.error);
        break;
      case 'returned':
        this.#settle(message.requestId, returned(Buffer.from(message.payload)));
        break;
      case 'threw':
        this.#settle(message.requestId, failed(message.error));
        break;
    }
  }

  #settle(requestId: string, result: InvokeResult): void {
    const run = this.#run;
    if (run?.requestId !== requestId) return;
    this.#run = undefined;
    clearTimeout(run.timer);
    run.settle(result);
  }

  #end(reason: LambdaError): void {
    const error = this.#endReason ?? reason;
    if (this.alive) {
      this.alive = false;
      this.#options.onEnd();
    }
    this.#settleStart(error);
    if (this.#run) this.#settle(this.#run.requestId, failed(error));
  }

  #collect(output: Readable, stream: FunctionLog['stream']): void {
    const { fn, onLog } = this.#options;
    createInterface({ input: output, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      if (line !== '') onLog({ at: Date.now(), function: fn.name, stream, line });
    });
  }
}
