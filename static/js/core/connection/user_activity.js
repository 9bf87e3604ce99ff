/* Detect input by the person at this screen. */

const ACTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];

/**
 * Call fn() at each input, before other listeners.
 * @param {(event: Event) => void} fn
 */
export function onUserActivity(fn) {
  for (const act of ACTS) addEventListener(act, fn, { passive: true, capture: true });
}
