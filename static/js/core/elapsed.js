/* How long ago, on a machine that may sleep and whose clock may be set: by two clocks, of which the larger counts.
   The monotonic one may stand still in sleep; the wall clock may be set back. */

export const readClocks = () => ({ mono: performance.now(), wall: Date.now() });

/** ms from one reading to another. */
export const elapsed = (then, now = readClocks()) => Math.max(now.mono - then.mono, now.wall - then.wall);
