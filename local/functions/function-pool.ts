/** The workers of one function: an idle one takes the next event, a new one starts while events wait, up to the limit. */
import { randomUUID } from 'node:crypto';
import type { InvokeResult } from '../contracts.ts';
import type { FunctionWorker } from './function-worker.ts';

/** Bounds what a runaway loop of invocations can pile up in memory. */
const waitingLimit = 10_000;

export interface PoolOptions {
  readonly functionName: string;
  readonly maxWorkers: number;
  readonly startWorker: (onEnd: () => void) => FunctionWorker;
}

interface Waiting {
  readonly event: string;
  readonly settle: (result: InvokeResult) => void;
}

export class FunctionPool {
  readonly #options: PoolOptions;
  readonly #workers = new Set<FunctionWorker>();
  readonly #retired = new WeakSet<FunctionWorker>();
  readonly #waiting: Waiting[] = [];
  running = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get idleWorkers(): FunctionWorker[] {
    return [...this.#workers].filter((worker) => !worker.busy);
  }

  get size(): number {
    return this.#workers.size;
  }

  invoke(event: string): Promise<InvokeResult> {
    const { functionName, maxWorkers } = this.#options;
    if (maxWorkers < 1) throw new Error(`TooManyRequestsException: ${functionName} has a reserved concurrency of 0`);
    if (this.#waiting.length >= waitingLimit)
      throw new Error(`TooManyRequestsException: ${waitingLimit} events wait for ${functionName}`);
    this.running += 1;
    return new Promise<InvokeResult>((settle) => {
      this.#waiting.push({ event, settle });
      this.#dispatch();
    }).finally(() => {
      this.running -= 1;
    });
  }

  /** Ends every worker in the middle of what it does. Waiting events go to new ones. */
  async kill(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.end()));
  }

  /** Lets running events finish, then ends their workers: the next event sees the changed source. */
  retire(): void {
    for (const worker of this.#workers) {
      if (worker.busy) this.#retired.add(worker);
      else void worker.end();
    }
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const worker = this.idleWorkers[0] ?? (this.#workers.size < this.#options.maxWorkers ? this.#start() : undefined);
      if (!worker) return;
      const next = this.#waiting.shift();
      if (next) void this.#run(worker, next);
    }
  }

  async #run(worker: FunctionWorker, { event, settle }: Waiting): Promise<void> {
    const result = await worker.run(randomUUID(), event);
    if (this.#retired.has(worker)) void worker.end();
    settle(result);
    this.#dispatch();
  }

  #start(): FunctionWorker {
    const worker = this.#options.startWorker(() => this.#workers.delete(worker));
    this.#workers.add(worker);
    return worker;
  }
}
