/** How long to wait before the next try: anything up to a limit that doubles, so that clients cut off together do not come back together. */

const firstLimitMs = 1_000;
const lastLimitMs = 30_000;
/** For whom tries have come to nothing for so many times: a token that is refused looks like an outage to a browser. */
const lostCause = 20;
const lostCauseLimitMs = 120_000;

/** `failures`: tries in a row that came to nothing before this one's wait; `random`: 0 to 1. */
export const backOffMs = (failures: number, random: number): number =>
  Math.floor(random * Math.min(failures < lostCause ? lastLimitMs : lostCauseLimitMs, firstLimitMs * 2 ** failures));
