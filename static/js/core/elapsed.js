/* Elapsed time on a machine that may sleep and whose clock may be set. Two clocks are read and the larger difference counts:
   the monotonic clock may stop in sleep, the wall clock may be set back. */

export const readClocks = () => ({ mono: performance.now(), wall: Date.now() });

/**
 * Return the ms from one reading to another.
 * @param {any} then
 */
export const elapsed = (then, now = readClocks()) => Math.max(now.mono - then.mono, now.wall - then.wall);

/** @param {number} ms */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
