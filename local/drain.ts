/** Waiting until the account is quiet: nothing runs, nothing is on its way, no queue that feeds a function holds a message. */
import type { Activity } from './activity.ts';
import type { QueueDepth } from './contracts.ts';

export interface DrainOptions {
  readonly activity: Activity;
  /** The queues that feed functions. */
  readonly queues: readonly string[];
  readonly depthOf: (queue: string) => QueueDepth;
  /** Waits for what is on its way from outside, such as a message of a WebSocket. */
  readonly settled?: () => Promise<void>;
}

export type Drain = (options?: { readonly timeoutMs?: number }) => Promise<void>;

const defaultTimeoutMs = 30_000;
/** When only a queue is busy, nothing here tells when it is empty: a message may be delayed or held by nobody. */
const queueRecheckMs = 100;

const describe = (queue: string, { visible, inFlight, delayed }: QueueDepth) =>
  `queue ${queue} (${visible} visible, ${inFlight} in flight, ${delayed} delayed)`;

/** Rejects after the time, naming what is still in flight. */
export function createDrain({ activity, queues, depthOf, settled }: DrainOptions): Drain {
  function busyQueues(): string[] {
    return queues
      .map((queue) => [queue, depthOf(queue)] as const)
      .filter(([, { visible, inFlight, delayed }]) => visible + inFlight + delayed > 0)
      .map(([queue, depth]) => describe(queue, depth));
  }

  async function changeWithin(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([activity.changed(), over]);
    clearTimeout(timer);
  }

  return async ({ timeoutMs = defaultTimeoutMs } = {}) => {
    const deadline = Date.now() + timeoutMs;
    let busy: string[] = [];
    // Twice in a row without anything new in between: what ends may be about to begin something else.
    for (let quiet = 0; quiet < 2; ) {
      const left = deadline - Date.now();
      if (left <= 0)
        throw new Error(`still in flight after ${timeoutMs} ms: ${[...activity.pending(), ...busy].join(', ')}`);
      if (!activity.idle) {
        quiet = 0;
        await changeWithin(left);
        continue;
      }
      const { begun } = activity;
      await settled?.();
      busy = busyQueues();
      await new Promise((resolve) => setImmediate(resolve));
      const unchanged = activity.idle && activity.begun === begun;
      quiet = unchanged && busy.length === 0 ? quiet + 1 : 0;
      if (unchanged && busy.length > 0) await changeWithin(Math.min(left, queueRecheckMs));
    }
  };
}
