/** What became of holds past their expiry, in numbers. */
export interface Swept {
  readonly settled: number;
  readonly released: number;
  /** Their jobs live. */
  readonly living: number;
  /** Something went wrong; the next sweep tries again. */
  readonly failed: number;
}
export const nothingSwept: Swept = { settled: 0, released: 0, living: 0, failed: 0 };

export const addSwept = (one: Swept, { settled = 0, released = 0, living = 0, failed = 0 }: Partial<Swept>): Swept => ({
  settled: one.settled + settled,
  released: one.released + released,
  living: one.living + living,
  failed: one.failed + failed,
});

/** The age in seconds, past its expiry, of the oldest hold that a sweep finds: an alarm looks at it. */
export const heldCreditsAge = 'HeldCreditsAge';

/** What the alarms in `infra/stacks/credits.ts` look at. */
export const sweepMetrics = {
  settled: 'ExpiredHoldsSettled',
  released: 'ExpiredHoldsReleased',
  living: 'ExpiredHoldsOfLivingJobs',
  failed: 'ExpiredHoldsNotEnded',
} as const satisfies Record<keyof Swept, string>;
