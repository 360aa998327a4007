/** How a worker divides its function's time. */
import type { Context } from 'aws-lambda';

/** The signal aborts shortly before the time's end, the lease ends when the worker is surely gone. */
export interface WorkerTime {
  readonly signal: AbortSignal;
  readonly leaseSeconds: number;
}

/** Left for telling the stream what happened, once a provider was given up. */
const reserveMs = 10_000;
/** How long after its end a function's message comes again. */
const leaseMarginSeconds = 10;

export const workerTime = (context: Pick<Context, 'getRemainingTimeInMillis'>): WorkerTime => {
  const remainingMs = context.getRemainingTimeInMillis();
  return {
    signal: AbortSignal.timeout(Math.max(1, remainingMs - reserveMs)),
    leaseSeconds: Math.ceil(remainingMs / 1_000) + leaseMarginSeconds,
  };
};
