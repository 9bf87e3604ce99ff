/**
 * Update running times once a second, without a redraw: the text of `<time>` elements with `data-since`, `data-ago` or `data-due`; of `data-lateness`
 * ("42 min late", before that "in 19 min"), of `data-oldest` ("4 to grade · 2 h 11"), of `data-waited` ("04:12"), of `data-until` ("in 01:48", and
 * "overdue" from a minute after it), and of `data-waiting` ("needs a look: 14 min"), which is `data-overdue` after the minutes of `data-target`.
 */
import { ago, formatDuration, late, serverNow, since, waited } from "../core/time.js";
import { n, t } from "../core/i18n.js";
import { formatShortMoment } from "../format/time_elements.js";

const TICK_MS = 1000;
const RUNNING = "[data-since],[data-ago],[data-due],[data-lateness],[data-oldest],[data-waited],[data-until],[data-waiting]";
const MINUTE_MS = 60_000;

export class RelativeTimes {
  #times;
  #now;
  /** @type {WeakMap<HTMLTimeElement, string>} */ #shownTimes = new WeakMap(); // what each element shows, so that a draw fills only new elements

  /** @param {HTMLElement} root @param {() => Date} now returns the current time; a replay passes the time it shows */
  constructor(root, now = serverNow) {
    this.#times = root.getElementsByTagName("time"); // by name: a query by attribute would try each element of a big board
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
      if (this.#shownTimes.get(element) !== keyOf(element)) this.#updateText(element, now);
    }
  }

  get #running() {
    return [...this.#times].filter((element) => element.matches(RUNNING));
  }

  /** @param {HTMLTimeElement} element @param {Date} now */
  #updateText(element, now) {
    const { since: from, ago: past, due, lateness, oldest, waited: open, until, waiting } = element.dataset;
    const text = from ? since(from, now) : past ? ago(past, now) : lateness ? latenessText(lateness, now)
      : oldest ? toGrade(element, oldest, now) : open ? waited(open, now) : until ? untilText(until, now)
      : waiting ? waitingText(element, now) : dueText(/** @type {string} */ (due), now);
    if (waiting) element.toggleAttribute("data-overdue", age(element.dateTime, now) > Number(element.dataset.target) * MINUTE_MS);
    if (due) element.toggleAttribute("data-overdue", new Date(due) < now);
    if (element.textContent !== text) element.textContent = text;
    this.#shownTimes.set(element, keyOf(element));
  }
}

/** @param {HTMLTimeElement} element */
const keyOf = ({ dateTime, dataset }) => `${dateTime} ${dataset.count ?? ""}`;

/** Within its first minute it is late by no length yet. @param {string} due @param {Date} now */
const latenessText = (due, now) => late(due, now) || (new Date(due) < now ? t("overdue") : ago(due, now));

/** @param {string} until @param {Date} now */
const untilText = (until, now) => (late(until, now) ? t("overdue") : t("in {length}", { length: waited(now, new Date(until)) }));

/** @param {HTMLElement} element @param {string} oldest @param {Date} now */
function toGrade({ dataset }, oldest, now) {
  const count = Number(dataset.count), age = formatDuration(Math.max(0, Number(now) - Number(new Date(oldest))));
  return n("{count} to grade · {age}", "{count} to grade · {age}", count, { age });
}

/** @type {Record<string, (age: string) => string>} */
const WAITING = {
  look: (age) => t("needs a look: {age}", { age }), judge: (age) => t("to assess: {age}", { age }), pass_on: (age) => t("to pass on: {age}", { age }),
};

/** @param {HTMLTimeElement} element @param {Date} now */
const waitingText = ({ dateTime, dataset }, now) => WAITING[dataset.waiting ?? ""](formatDuration(age(dateTime, now)));

/** @param {string} from @param {Date} now */
const age = (from, now) => Math.max(0, Number(now) - Date.parse(from));

/** @param {string} due @param {Date} now */
function dueText(due, now) {
  const lateness = late(due, now);
  return lateness ? t("due {at}, {lateness}", { at: formatShortMoment(due), lateness }) : t("due {at}", { at: formatShortMoment(due) });
}
