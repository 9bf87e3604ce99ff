/* What can't be proven looks wrong. The veil is in the page from the beginning, and an animation of its own draws it over all within
   ten seconds: by itself, on the compositor, also where scripts never ran, have failed, or are blocked. A script can only hold
   it back, and does so each time that something was drawn that is proven. */

import { elapsed } from "../core/elapsed.js";
import { t } from "../core/i18n.js";
import { clockWithSeconds } from "../core/time.js";

const DRAWN = 8_800;  // ms of the animation (css/display/stale_overlay.css): from here on it is seen
const OFF = 400;      // ms by which the animation may be behind or ahead: to set it anew costs a frame

export class StaleOverlay {
  #element;
  #since;
  #run;

  /** page: the document with the veil in it */
  constructor(page = document) {
    this.#element = page.querySelector("[data-stale-overlay]");
    this.#since = this.#element.querySelector("[data-stale-since]");
    [this.#run] = this.#element.getAnimations();
  }

  /** Whether it would come by itself. */
  get runs() {
    return Boolean(this.#run);
  }

  /** It was just drawn how things stood at `proven`, a reading, which was `provenAt` at the server, or null while that is not known. */
  hold({ proven, provenAt }) {
    const at = elapsed(proven);
    if (Math.abs(this.#run.currentTime - Math.min(at, this.#whole)) > OFF) this.#run.currentTime = Math.min(at, this.#whole);
    const says = provenAt ? t("since {at}", { at: clockWithSeconds(provenAt) }) : "";
    if (this.#since.textContent !== says) this.#since.textContent = says; // now: when it is seen, it may be too late to write
  }

  /** Whether what is on the screen is seen as it is. */
  get isHeld() {
    return !this.#element.hidden && this.#run.currentTime < DRAWN;
  }

  /** Why nothing can be proven here, where that is known. */
  explain(why) {
    if (why) this.#since.textContent = why;
  }

  /** There is nothing on the screen that could be wrong: a code, or that this is no display any more. */
  lift() {
    this.#element.hidden = true;
  }

  get #whole() {
    return this.#run.effect.getComputedTiming().endTime;
  }
}
