/** How long a delivery that failed waits: seconds at first, then ever longer. */

/** Added up, the last one told again and again, they reach a day in about eleven tries. */
const pausesSeconds = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800];
/** Up to a fifth shorter or longer, so that what failed together does not come back together. */
const jitter = 0.2;
/** A receiver may ask for more time, within reason: it would otherwise say for itself when a delivery fails. */
const maxRetryAfterSeconds = 3_600;

export interface Failure {
  /** Failed attempts in a row, this one included: 1 or more. */
  readonly failures: number;
  /** What the receiver's `Retry-After` says. */
  readonly retryAfterSeconds?: number | undefined;
  /** Between 0 and 1. */
  readonly random: number;
}

export const pauseMs = ({ failures, retryAfterSeconds = 0, random }: Failure): number => {
  const base = pausesSeconds[Math.min(failures, pausesSeconds.length) - 1] ?? 0;
  const jittered = base * (1 - jitter + 2 * jitter * random);
  return Math.round(1_000 * Math.max(jittered, Math.min(retryAfterSeconds, maxRetryAfterSeconds)));
};

/** `Retry-After` as seconds from now on: it holds seconds or a date. Nothing for anything else. */
export const readRetryAfter = (header: string | undefined, at: Date): number | undefined => {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const date = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - at.getTime()) / 1_000));
};
