/** Update running times: set the text of `data-since`, `data-ago` and `data-due` elements once a second, without a redraw. */
import { ago, late, serverNow, since } from "../core/time.js";
import { t } from "../core/i18n.js";
import { formatShortMoment } from "../format/time_elements.js";

const TICK_MS = 1000;
const RUNNING = "[data-since],[data-ago],[data-due]";

export class RelativeTimes {
  #root;
  #now;
  /** @type {WeakMap<HTMLTimeElement, string>} */ #shownTimes = new WeakMap(); // the time that each element shows, so that a draw fills only new elements

  /** @param {HTMLElement} root @param {() => Date} now returns the current time; a replay passes the time it shows */
  constructor(root, now = serverNow) {
    this.#root = root;
    this.#now = now;
    setInterval(() => this.tick(), TICK_MS);
  }

  tick() {
    const now = this.#now();
    for (const element of this.#running) this.#updateText(element, now);
  }

  /** After a draw: fill the elements that have no text yet. */
  fill() {
    const now = this.#now();
    for (const element of this.#running) {
      if (this.#shownTimes.get(element) !== element.dateTime) this.#updateText(element, now);
    }
  }

  /** @returns {NodeListOf<HTMLTimeElement>} */
  get #running() {
    return this.#root.querySelectorAll(RUNNING);
  }

  /** @param {HTMLTimeElement} element @param {Date} now */
  #updateText(element, now) {
    const { since: from, ago: past, due } = element.dataset;
    const text = from ? since(from, now) : past ? ago(past, now) : dueText(/** @type {string} */ (due), now);
    if (due) element.toggleAttribute("data-overdue", new Date(due) < now);
    if (element.textContent !== text) element.textContent = text;
    this.#shownTimes.set(element, element.dateTime);
  }
}

/** @param {string} due @param {Date} now */
function dueText(due, now) {
  const lateness = late(due, now);
  return lateness ? t("due {at}, {lateness}", { at: formatShortMoment(due), lateness }) : t("due {at}", { at: formatShortMoment(due) });
}
