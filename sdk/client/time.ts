/** Waiting that a signal ends. Nothing newer than `AbortController` is used, for React Native has no more. */
import type { Timers } from '../realtime/options.ts';
import { TesseraError } from './error.ts';

export interface Clock {
  readonly timers: Timers;
  readonly now: () => number;
  readonly random: () => number;
}

const aborted = (signal: AbortSignal): unknown =>
  signal.reason ?? Object.assign(new Error('the call was aborted'), { name: 'AbortError' });

export const throwIfAborted = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw aborted(signal);
};

/** Until then, or until `wake` is called by what `listen` listens to; throws once `signal` says so. */
export const pause = async (
  { timers }: Clock,
  ms: number,
  signal?: AbortSignal,
  listen: (wake: () => void) => void = () => {},
): Promise<void> => {
  throwIfAborted(signal);
  let wake = () => {};
  const over = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const timer = timers.setTimeout(wake, ms);
  signal?.addEventListener('abort', wake);
  listen(wake);
  await over;
  timers.clearTimeout(timer);
  signal?.removeEventListener('abort', wake);
  throwIfAborted(signal);
};

/** Runs what can be aborted, at the longest so long. What it throws then is told apart: the caller's own end, and the time's. */
export const within = async <Value>(
  { timers }: Clock,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> => {
  throwIfAborted(signal);
  const controller = new AbortController();
  let isLate = false;
  const abort = () => controller.abort();
  const timer = timers.setTimeout(() => {
    isLate = true;
    abort();
  }, timeoutMs);
  signal?.addEventListener('abort', abort);
  try {
    return await run(controller.signal);
  } catch (cause) {
    throwIfAborted(signal);
    if (!isLate) throw cause;
    const detail = `${timeoutMs} ms`;
    throw new TesseraError({ type: 'urn:tessera:client:timeout', title: 'There was no reply in time', detail, cause });
  } finally {
    timers.clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
};
