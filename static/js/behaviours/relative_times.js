/**
 * Update running times once a second, without a redraw: the text of `<time>` elements with `data-since`, `data-ago` or `data-due`; with
 * `data-lateness` ("in 19 min", then "42 min overdue"), `data-oldest` ("4 to grade · 2 h 11 min"), `data-until` ("in 48 s", and "overdue"
 * a minute after it), and `data-waiting` ("to look at: 14 min"), which is `data-overdue` after `data-target` minutes.
 */
import { ago, formatShortDuration, late, MINUTE_MS, runningTime, serverNow } from "../core/time.js";
import { n, t } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { formatShortMoment } from "../format/time_elements.js";

const TICK_MS = 1000;
const PLAIN = ""; // kind of a time that does not run

export class RelativeTimes {
  #times;
  #now;
  // By element: its fixed kind, and the source of its present text. A draw fills only changed elements; a big board has thousands
  /** @type {WeakMap<HTMLTimeElement, { kind: string, shown: string | null }>} */ #entries = new WeakMap();

  /** @param {HTMLElement} root @param {() => Date} now returns the current time; a replay passes its own */
  constructor(root, now = serverNow) {
    this.#times = root.getElementsByTagName("time"); // by name: a query by attribute would test each element of a big board
    this.#now = now;
    setInterval(() => this.tick(), TICK_MS);
  }

  tick() {
    const now = this.#now();
    for (const element of [...this.#times]) {
      const entry = this.#entryOf(element);
      if (entry.kind !== PLAIN) write(element, entry.kind, now);
    }
  }

  /** Fill new elements, and elements whose time has changed, after a draw. */
  fill() {
    const now = this.#now();
    for (const element of [...this.#times]) {
      const entry = this.#entryOf(element);
      if (entry.kind === PLAIN) continue;
      const source = sourceOf(element, entry.kind);
      if (entry.shown === source) continue;
      write(element, entry.kind, now);
      entry.shown = source;
    }
  }

  /** @param {HTMLTimeElement} element */
  #entryOf(element) {
    let entry = this.#entries.get(element);
    if (!entry) this.#entries.set(element, (entry = { kind: KINDS.find((kind) => element.hasAttribute(`data-${kind}`)) ?? PLAIN, shown: null }));
    return entry;
  }
}

/** @type {Record<string, (time: IsoTime, now: Date, element: HTMLTimeElement) => string>} */
const TEXTS = { since: runningTime, ago, due: dueText, lateness: latenessText, oldest: toGrade, until: untilText, waiting: waitingText };
const KINDS = Object.keys(TEXTS);

/** Return the source values of a text. @param {HTMLTimeElement} element @param {string} kind */
const sourceOf = ({ dateTime, dataset }, kind) => (kind === "oldest" ? `${dateTime} ${dataset.count}` : kind === "waiting" ? `${dateTime} ${dataset.waiting} ${dataset.target}` : dateTime);

/** @param {HTMLTimeElement} element @param {string} kind @param {Date} now */
function write(element, kind, now) {
  const time = element.dateTime, text = TEXTS[kind](time, now, element);
  if (kind === "waiting") element.toggleAttribute("data-overdue", age(time, now) > Number(element.dataset.target) * MINUTE_MS);
  if (kind === "due") element.toggleAttribute("data-overdue", new Date(time) < now);
  if (element.textContent !== text) element.textContent = text;
}

/** Return the lateness; without a duration in the first minute. @param {string} due @param {Date} now */
function latenessText(due, now) {
  return late(due, now) || (new Date(due) < now ? t("overdue") : ago(due, now));
}

/** @param {string} until @param {Date} now */
function untilText(until, now) {
  return late(until, now) ? t("overdue") : t("in {length}", { length: runningTime(now, new Date(until)) });
}

/** @param {string} oldest @param {Date} now @param {HTMLElement} element */
function toGrade(oldest, now, { dataset }) {
  return n("{count} to grade · {age}", "{count} to grade · {age}", Number(dataset.count), { age: formatShortDuration(age(oldest, now)) });
}

/** @type {Record<string, (age: string) => string>} */
const WAITING = {
  look: (age) => t("to look at: {age}", { age }), judge: (age) => t("to assess: {age}", { age }), pass_on: (age) => t("to pass on: {age}", { age }),
  "found look": (age) => t("not looked at: {age}", { age }), "found judge": (age) => t("not assessed: {age}", { age }),
  "found pass_on": (age) => t("not passed on: {age}", { age }),
};

/** @param {string} since @param {Date} now @param {HTMLElement} element */
function waitingText(since, now, { dataset }) {
  return WAITING[dataset.waiting ?? ""](formatShortDuration(age(since, now)));
}

/** @param {string} from @param {Date} now */
const age = (from, now) => Math.max(0, Number(now) - Date.parse(from));

/** @param {string} due @param {Date} now */
function dueText(due, now) {
  const lateness = late(due, now);
  return lateness ? t("due {at}, {lateness}", { at: formatShortMoment(due), lateness }) : say("due", { at: formatShortMoment(due) });
}
