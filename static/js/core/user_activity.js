/* Signs of somebody at this screen. */

const ACTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];

/** fn() at each of them, before anybody else hears of it. */
export function onUserActivity(fn) {
  for (const act of ACTS) addEventListener(act, fn, { passive: true, capture: true });
}
