/** Waiting between attempts, ended early when the account closes. */
import { setTimeout as wait } from 'node:timers/promises';

/** AWS backs off up to a minute; locally a second is enough to spare the machine. */
const limitMs = 1_000;

/** Resolves false when the signal ended the wait. */
export async function backOff(attempt: number, signal: AbortSignal): Promise<boolean> {
  try {
    await wait(Math.min(limitMs, 10 * 2 ** Math.min(attempt, 10)), undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
