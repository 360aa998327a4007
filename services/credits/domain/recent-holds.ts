/**
 * How many holds an account made of late, counted by steps of five minutes: what keeps a plan's limit of jobs in any hour. It
 * rides on every event, so it is one short text: the newest step since 1970, then counts from it back in time, all in base 36.
 */

/** As in `3k5n1.2..1`: two in the newest step, none in the one before, one in the one before that. */
export type RecentHolds = string;

const stepSeconds = 300;
/** An hour touches 13 steps: what was made early in the first of them is counted for up to five minutes too long, never too short. */
const stepsInHour = 13;
const radix = 36;

const stepOf = (seconds: number): number => Math.floor(seconds / stepSeconds);

const newestStep = (recent: RecentHolds | undefined): number =>
  recent === undefined ? 0 : Number.parseInt(recent, radix);

/** Counts of the steps that the hour before a step touches, its own first. */
const countsAt = (recent: RecentHolds | undefined, step: number): readonly number[] => {
  const counts = (recent ?? '').split('.').slice(1);
  const passed = Math.min(step - newestStep(recent), stepsInHour);
  return [...Array<string>(passed).fill(''), ...counts]
    .slice(0, stepsInHour)
    .map((count) => (count === '' ? 0 : Number.parseInt(count, radix)));
};

/** The time that a hold counts to: one that comes late, when others have seen a later step begin, counts to theirs. */
export const countedAt = (recent: RecentHolds | undefined, now: number): number =>
  Math.max(now, newestStep(recent) * stepSeconds);

/** One hold more. @param at epoch seconds, as `countedAt` gives them. */
export const withRecentHold = (recent: RecentHolds | undefined, at: number): RecentHolds => {
  const step = stepOf(countedAt(recent, at));
  const [own = 0, ...earlier] = countsAt(recent, step);
  const counts = [own + 1, ...earlier].map((count) => (count === 0 ? '' : count.toString(radix)));
  return [step.toString(radix), ...counts].join('.').replace(/\.+$/, '');
};

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

/** Made within the last hour, or up to five minutes before it. @param now epoch seconds. */
export const madeLately = (recent: RecentHolds | undefined, now: number): number =>
  sum(countsAt(recent, stepOf(countedAt(recent, now))));

/** Seconds until fewer than so many count, should none be made meanwhile. @param fewerThan 1 or more. */
export const secondsUntilFewer = (recent: RecentHolds | undefined, fewerThan: number, now: number): number => {
  const step = stepOf(countedAt(recent, now));
  const counts = countsAt(recent, step);
  // The newest steps that may stay; the one before them must leave.
  const staying = counts.findIndex((_, index) => sum(counts.slice(0, index + 1)) >= fewerThan);
  return staying < 0 ? 0 : (step - staying + stepsInHour) * stepSeconds - now;
};
