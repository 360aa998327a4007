/** How long a callback that cannot be applied yet waits before each of its deliveries. */

/** Seconds before the second to eighth delivery: what overtook another waits a moment, and an outage its time. */
export const firstPauses: readonly number[] = [1, 5, 30, 60, 120, 300, 600];
/** Seconds before each one behind these. */
export const laterPause = 1_800;
/** Deliveries before the dead letters: seven first pauses and twelve later ones are 6.3 hours. */
export const maxReceives = 20;
