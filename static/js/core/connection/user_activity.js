/* Detect input by the person at this screen. */

const INPUT_EVENTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];

/**
 * Call fn() at each input, before other listeners.
 * @param {(event: Event) => void} fn
 */
export function onUserActivity(fn) {
  for (const type of INPUT_EVENTS) addEventListener(type, fn, { passive: true, capture: true });
}
