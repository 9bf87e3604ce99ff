/* Elapsed time on a machine that may sleep and whose clock may be set. Of two clocks, the larger difference counts: the monotonic
   clock may stop during sleep, and the wall clock may be set back. */

export const readClocks = () => ({ mono: performance.now(), wall: Date.now() });

/**
 * Return the ms between two readings.
 * @param {any} then
 */
export const elapsed = (then, now = readClocks()) => Math.max(now.mono - then.mono, now.wall - then.wall);

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
