/* Overlay that marks a display as not current. It is part of the page, and its CSS animation shows it within ten seconds, on
   the compositor, also if scripts never ran, failed or hang. Scripts can only hold it back, after each draw of confirmed data. */

import { elapsed } from "../core/elapsed.js";
import { t } from "../core/i18n.js";
import { clockWithSeconds } from "../core/time.js";

const VISIBLE_MS = 8_800; // ms into the animation (css/display/stale_overlay.css) at which it becomes visible
const DRIFT_MS = 400; // ms of tolerated drift: setting the animation costs a frame

export class StaleOverlay {
  /** @type {HTMLElement} */ #element;
  /** @type {HTMLElement} */ #since;
  /** @type {Animation} */ #animation;

  /** @param {Document} page the document that contains the overlay */
  constructor(page = document) {
    this.#element = /** @type {HTMLElement} */ (page.querySelector("[data-stale-overlay]"));
    this.#since = /** @type {HTMLElement} */ (this.#element.querySelector("[data-stale-since]"));
    [this.#animation] = this.#element.getAnimations();
  }

  /** Return whether the animation runs. */
  get runs() {
    return Boolean(this.#animation);
  }

  /**
   * Restart the animation, because data confirmed at `proven` (a clock reading) was drawn.
   * @param {{ proven: ClockReading, provenAt: Date | null }} freshness `provenAt` is the same moment on the server, or null while
   *   unknown
   */
  hold({ proven, provenAt }) {
    const at = Math.min(elapsed(proven), Number(this.#animation.effect?.getComputedTiming().endTime));
    if (Math.abs(Number(this.#animation.currentTime) - at) > DRIFT_MS) this.#animation.currentTime = at;
    const says = provenAt ? t("since {at}", { at: clockWithSeconds(provenAt) }) : "";
    if (this.#since.textContent !== says) this.#since.textContent = says; // written in advance: once it shows, scripts may hang
  }

  /** Return whether the overlay is hidden, so that the screen counts as current. */
  get isHeld() {
    return !this.#element.hidden && Number(this.#animation.currentTime) < VISIBLE_MS;
  }

  /**
   * Show why data cannot be confirmed here, if known.
   * @param {string} why
   */
  explain(why) {
    if (why) this.#since.textContent = why;
  }

  /** Hide the overlay for good: a pairing code cannot be stale. */
  lift() {
    this.#element.hidden = true;
  }
}
