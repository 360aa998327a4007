/**
 * A value from elsewhere, kept in memory: read again when it is old, never more often than its limits allow, and kept
 * for a while when its source is down. A source that hangs is a source that is down: nobody waits long for it.
 */

export interface LastGoodOptions<Value> {
  readonly load: () => Promise<Value>;
  /** Older than this, it is read again before use. */
  readonly maxAgeMs: number;
  /** Time between two attempts while a value is there. */
  readonly cooldownMs: number;
  /** Time between two attempts while none is there: short, because every request fails meanwhile. */
  readonly emptyCooldownMs: number;
  /** Older than this, it is not used even if its source is down. */
  readonly keepMs: number;
  /** An attempt that takes longer has failed. Default 3 s. */
  readonly loadLimitMs?: number;
  /** So long an old value's successor is waited for, before the old value serves. Default 1 s. */
  readonly patienceMs?: number;
  /** Told of each failed attempt. */
  readonly onFailure?: (error: unknown) => void;
  /** Milliseconds; the clock by default. */
  readonly now?: () => number;
}

export interface LastGood<Value> {
  /** @throws SourceUnavailable when there is no value, or only one that is too old. */
  read(): Promise<Value>;
  /** Attempts to read anew, unless the last attempt is too recent. Answers whether there is a new value. */
  refresh(): Promise<boolean>;
}

export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable';
}

/** @throws Error when it takes longer; what comes of it then is not looked at any more. */
const within = async <Value>(promise: Promise<Value>, ms: number): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came within ${ms} ms`)), ms);
  });
  return Promise.race([promise, tooLong]).finally(() => clearTimeout(timer));
};

export const lastGood = <Value>({
  load,
  maxAgeMs,
  cooldownMs,
  emptyCooldownMs,
  keepMs,
  loadLimitMs = 3_000,
  patienceMs = 1_000,
  onFailure,
  now = Date.now,
}: LastGoodOptions<Value>): LastGood<Value> => {
  let held: { readonly value: Value; readonly loadedAt: number } | undefined;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let pending: Promise<boolean> | undefined;
  const usable = (ageMs: number) => held !== undefined && now() - held.loadedAt <= ageMs;

  const attempt = async (): Promise<boolean> => {
    try {
      held = { value: await within(load(), loadLimitMs), loadedAt: now() };
      return true;
    } catch (error) {
      onFailure?.(error);
      return false;
    } finally {
      pending = undefined;
    }
  };
  const refresh = async (): Promise<boolean> => {
    if (pending) return pending;
    if (now() - attemptedAt < (usable(keepMs) ? cooldownMs : emptyCooldownMs)) return false;
    attemptedAt = now();
    pending = attempt();
    return pending;
  };
  return {
    refresh,
    async read() {
      if (!usable(maxAgeMs)) {
        const fresh = refresh();
        await (usable(keepMs) ? within(fresh, patienceMs).catch(() => false) : fresh);
      }
      if (held === undefined || !usable(keepMs)) throw new SourceUnavailable('The source cannot be read.');
      return held.value;
    },
  };
};
