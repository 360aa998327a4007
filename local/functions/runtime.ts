/** Lambda's part of the account: every function of the template in worker threads of its own, started on first use. */
import type { Credentials, FunctionModel, FunctionRuntime, InvokeResult } from '../contracts.ts';
import { functionEnvironment } from './environment.ts';
import type { FunctionCode } from './function-code.ts';
import { FunctionPool } from './function-pool.ts';
import { type FunctionLog, FunctionWorker } from './function-worker.ts';

/** Four at once show every race a test looks for; each costs a thread and about 40 MB. */
const defaultMaxWorkers = 4;
/** Beyond this many threads in all, the longest idle one makes room. */
const totalWorkerLimit = 64;

export interface Invocation {
  readonly function: string;
  readonly durationMs: number;
  readonly functionError?: 'Unhandled';
  /** `errorType: errorMessage`, when it failed. */
  readonly error?: string;
}

export interface RuntimeOptions {
  readonly functions: readonly FunctionModel[];
  readonly code: FunctionCode;
  readonly region: string;
  /** Asked on a function's first use: the gateway may start after the runtime. */
  readonly endpointUrl: () => string;
  readonly credentialsFor: (functionName: string) => Credentials;
  readonly maxWorkersPerFunction?: number;
  readonly onLog?: (log: FunctionLog) => void;
  readonly onInvocation?: (invocation: Invocation) => void;
}

export interface LocalFunctionRuntime extends FunctionRuntime {
  /** Idle workers end now, busy ones after their event: for a changed source file. */
  retireAll(): void;
  /** How many threads live now. */
  readonly workers: number;
}

function makeRoom(pools: ReadonlyMap<string, FunctionPool>): void {
  const all = [...pools.values()];
  if (all.reduce((sum, pool) => sum + pool.size, 0) < totalWorkerLimit) return;
  const [longestIdle] = all.flatMap((pool) => pool.idleWorkers).sort((a, b) => a.lastUsed - b.lastUsed);
  void longestIdle?.end();
}

export function createFunctionRuntime(options: RuntimeOptions): LocalFunctionRuntime {
  const pools = new Map<string, FunctionPool>();
  const known = new Map(options.functions.map((fn) => [fn.name, fn]));
  let closed = false;

  function poolOf(functionName: string): FunctionPool {
    const existing = pools.get(functionName);
    if (existing) return existing;
    const fn = known.get(functionName);
    if (!fn) throw new Error(`ResourceNotFoundException: no function is named ${functionName}`);
    const pool = new FunctionPool({
      functionName,
      maxWorkers: Math.min(
        fn.reservedConcurrency ?? Number.POSITIVE_INFINITY,
        options.maxWorkersPerFunction ?? defaultMaxWorkers,
      ),
      startWorker: (onEnd) => startWorker(fn, onEnd),
    });
    pools.set(functionName, pool);
    return pool;
  }

  function startWorker(fn: FunctionModel, onEnd: () => void): FunctionWorker {
    makeRoom(pools);
    const source = {
      region: options.region,
      endpointUrl: options.endpointUrl(),
      credentials: options.credentialsFor(fn.name),
    };
    return new FunctionWorker({
      fn,
      entryUrl: options.code.entryUrl(fn),
      bootstrap: options.code.bootstrap,
      environment: functionEnvironment(fn, source),
      onLog: options.onLog ?? (() => {}),
      onEnd,
    });
  }

  return {
    async invoke(functionName, event) {
      if (closed) throw new Error('the function runtime is closed');
      const started = performance.now();
      const json = event instanceof Uint8Array ? Buffer.from(event).toString() || '{}' : JSON.stringify(event ?? null);
      const result = await poolOf(functionName).invoke(json);
      options.onInvocation?.({ function: functionName, durationMs: performance.now() - started, ...failure(result) });
      return result;
    },
    kill(functionName) {
      void pools.get(functionName)?.kill();
    },
    retireAll() {
      for (const pool of pools.values()) pool.retire();
    },
    get running() {
      return [...pools.values()].reduce((sum, pool) => sum + pool.running, 0);
    },
    get workers() {
      return [...pools.values()].reduce((sum, pool) => sum + pool.size, 0);
    },
    async close() {
      closed = true;
      await Promise.all([...pools.values()].map((pool) => pool.kill()));
    },
  };
}

function failure(result: InvokeResult): Pick<Invocation, 'functionError' | 'error'> {
  if (!result.functionError) return {};
  const { errorType, errorMessage } = JSON.parse(result.payload.toString()) as {
    errorType: string;
    errorMessage: string;
  };
  return { functionError: result.functionError, error: `${errorType}: ${errorMessage}` };
}
