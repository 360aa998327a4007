/** Timers for tests that wait for real replies: who waits to try again waits no time, and is noted with what they would have waited. */
import type { Timers } from '../realtime/options.ts';

export interface Hasty {
  readonly timers: Timers;
  readonly waits: readonly number[];
}

/** Limits are no waits: they run as they are. */
export const hasty = (...limitsMs: readonly number[]): Hasty => {
  const waits: number[] = [];
  return {
    waits,
    timers: {
      setTimeout(run, ms) {
        if (limitsMs.includes(ms)) return globalThis.setTimeout(run, ms);
        waits.push(ms);
        return globalThis.setTimeout(run, 0);
      },
      clearTimeout: (timer) => globalThis.clearTimeout(timer as NodeJS.Timeout),
    },
  };
};
