/** A clock that moves only when a test says so. */
import type { Timers } from '../options.ts';

export interface Time {
  readonly timers: Timers;
  readonly now: () => number;
  /** Milliseconds until each timer, the next one first. */
  readonly waits: () => readonly number[];
  /** Runs what is due on the way, in order. */
  readonly advance: (ms: number) => void;
}

export const handTime = (startMs = Date.parse('2026-11-21T10:00:00.000Z')): Time => {
  let nowMs = startMs;
  const waiting = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  let made = 0;
  const dueFirst = () => [...waiting].sort(([, a], [, b]) => a.atMs - b.atMs);
  return {
    timers: {
      setTimeout(run, ms) {
        made += 1;
        waiting.set(made, { atMs: nowMs + ms, run });
        return made;
      },
      clearTimeout: (timer) => void waiting.delete(timer as number),
    },
    now: () => nowMs,
    waits: () => dueFirst().map(([, { atMs }]) => atMs - nowMs),
    advance(ms) {
      const endMs = nowMs + ms;
      for (let [next] = dueFirst(); next !== undefined && next[1].atMs <= endMs; [next] = dueFirst()) {
        waiting.delete(next[0]);
        nowMs = next[1].atMs;
        next[1].run();
      }
      nowMs = endMs;
    },
  };
};
