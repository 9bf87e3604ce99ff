/* Overlay that marks a display as not current. It is part of the page, and its CSS animation shows it within ten seconds, on the
   compositor, also if scripts never ran, failed or hang. Scripts can only hold it back after each draw of proven data. */

import { elapsed } from "../core/elapsed.js";
import { t } from "../core/i18n.js";
import { clockWithSeconds } from "../core/time.js";

const VISIBLE_MS = 8_800; // time in the animation (css/display/stale_overlay.css) at which it becomes visible
const DRIFT_MS = 400; // ms of tolerated drift: setting the animation costs a frame

export class StaleOverlay {
  /** @type {HTMLElement} */ #element;
  /** @type {HTMLElement} */ #since;
  /** @type {Animation} */ #animation;

  /** @param {Document} page document with the overlay */
  constructor(page = document) {
    this.#element = /** @type {HTMLElement} */ (page.querySelector("[data-stale-overlay]"));
    this.#since = /** @type {HTMLElement} */ (this.#element.querySelector("[data-stale-since]"));
    [this.#animation] = this.#element.getAnimations();
  }

  /** True if the animation is running. */
  get runs() {
    return Boolean(this.#animation);
  }

  /**
   * Restart the animation after drawing data that was proven at `proven` (a clock reading).
   * @param {{ proven: ClockReading, provenAt: Date | null }} freshness `provenAt` is the same moment by the server's clock; null while
   *   unknown
   */
  hold({ proven, provenAt }) {
    const time = Math.min(elapsed(proven), Number(this.#animation.effect?.getComputedTiming().endTime));
    if (Math.abs(Number(this.#animation.currentTime) - time) > DRIFT_MS) this.#animation.currentTime = time;
    const sinceText = provenAt ? t("since {at}", { at: clockWithSeconds(provenAt) }) : "";
    if (this.#since.textContent !== sinceText) this.#since.textContent = sinceText; // written in advance: when it becomes visible, scripts may hang
  }

  /** True if the overlay is hidden, so that the screen counts as current. */
  get isHeld() {
    return !this.#element.hidden && Number(this.#animation.currentTime) < VISIBLE_MS;
  }

  /**
   * Show why freshness cannot be proven here, if known.
   * @param {string} reason
   */
  explain(reason) {
    if (reason) this.#since.textContent = reason;
  }

  /** Hide the overlay permanently: a pairing code cannot be stale. */
  lift() {
    this.#element.hidden = true;
  }
}
