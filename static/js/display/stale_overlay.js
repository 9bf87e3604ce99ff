/* Overlay that marks a display as not current. It is part of the page, and its CSS animation shows it within ten seconds, on
   the compositor, also if scripts never ran, failed or hang. Scripts can only hold it back, after each draw of confirmed data. */

import { elapsed } from "../core/elapsed.js";
import { t } from "../core/i18n.js";
import { clockWithSeconds } from "../core/time.js";

const DRAWN = 8_800;  // ms into the animation (css/display/stale_overlay.css) at which it becomes visible
const OFF = 400;      // ms of tolerated drift: setting the animation costs a frame

export class StaleOverlay {
  #element;
  #since;
  #run;

  /** @param page the document that contains the overlay */
  constructor(page = document) {
    this.#element = page.querySelector("[data-stale-overlay]");
    this.#since = this.#element.querySelector("[data-stale-since]");
    [this.#run] = this.#element.getAnimations();
  }

  /** Return whether the animation runs. */
  get runs() {
    return Boolean(this.#run);
  }

  /**
   * Restart the animation, because data confirmed at `proven` (a clock reading) was drawn.
   * @param provenAt the same moment on the server, or null while unknown
   */
  hold({ proven, provenAt }) {
    const at = elapsed(proven);
    if (Math.abs(this.#run.currentTime - Math.min(at, this.#whole)) > OFF) this.#run.currentTime = Math.min(at, this.#whole);
    const says = provenAt ? t("since {at}", { at: clockWithSeconds(provenAt) }) : "";
    if (this.#since.textContent !== says) this.#since.textContent = says; // written in advance: once it shows, scripts may hang
  }

  /** Return whether the overlay is hidden, so that the screen counts as current. */
  get isHeld() {
    return !this.#element.hidden && this.#run.currentTime < DRAWN;
  }

  /** Show why data cannot be confirmed here, if known. */
  explain(why) {
    if (why) this.#since.textContent = why;
  }

  /** Hide the overlay for good: a pairing code cannot be stale. */
  lift() {
    this.#element.hidden = true;
  }

  get #whole() {
    return this.#run.effect.getComputedTiming().endTime;
  }
}
