/* The last significant events, in words that a visitor may read. Which they are, the contract says; the server tells of each
   search the last one, and those that happen while this screen looks are remembered for a while. */

import { label } from "../core/labels.js";
import { n, t } from "../core/i18n.js";
import { day, committedAt } from "../core/time.js";

const KEPT = 200;                   // of all searches together: weeks pass before anybody reloads this page
export const LIFTED_MS = 60_000;    // so long a search stands out in which something has happened
export const FOUND_MS = 15 * 60_000; // so long the wall says that a child was found

const ASSURED = ["credible", "confirmed"];
const SIGNIFICANT = { // by type: whether what is true now makes it significant (the contract's list)
  "search.opened": () => true,
  "search.status_set": () => true,
  "search.worrying_set": () => true,
  "search.appeal_set": () => true,
  "sighting.assessed": ({ assessment }) => ASSURED.includes(assessment),
  "sighting.added": ({ priority }) => priority === "urgent",
  "note.added": ({ category }) => category === "decision",
};

export class SignificantEvents {
  #known = new Map(); // key -> {search, at, type, state}, in the order in which they were learned

  /** What a board has just applied. -> the moments among it that are new */
  onEvents(board, events) {
    const told = events.filter(({ type, state }) => state && SIGNIFICANT[type]?.(state)).map((event) => ofEvent(board, event));
    const counted = [...board.summaries].filter(([, { last }]) => last).map(([search, { last }]) => ofSummary(search, last));
    return [...told, ...counted].filter((moment) => this.#addEvents(moment));
  }

  /** The last one of a search, by its summary. -> moment, or null */
  last(search, summary) {
    if (!summary?.last) return [...this.#known.values()].filter((moment) => moment.search === search).sort(newestFirst)[0] ?? null;
    const moment = ofSummary(search, summary.last);
    return this.#known.get(keyOf(moment)) ?? moment;
  }

  /** Of the searches that may be shown, the newest first. get: (id) -> the state of a search, nothing where it is not seen any more */
  newest(get) {
    const seen = [...this.#known.values()].filter((moment) => isSeen(moment, get(moment.search)));
    return seen.sort(newestFirst);
  }

  #addEvents(moment) {
    const key = keyOf(moment), known = this.#known.get(key);
    if (known && (known.state || !moment.state)) return false;
    if (!known && this.#known.size >= KEPT && !this.#makeRoom(moment)) return false;
    this.#known.set(key, moment);
    return !known;
  }

  /** The oldest goes, unless this one is older. */
  #makeRoom({ at }) {
    const [key, oldest] = [...this.#known].reduce((a, b) => (a[1].at <= b[1].at ? a : b));
    return oldest.at < at && this.#known.delete(key);
  }
}

const keyOf = ({ search, type, at }) => `${search} ${type} ${at}`;
const newestFirst = (a, b) => (a.at < b.at ? 1 : -1);
const ofEvent = (board, { kind, id, at, clock, type, state }) => ({ search: kind === "search" ? id : board.id, at, clock, type, state });
const ofSummary = (search, { at, clock, type, assessment }) => ({ search, at, clock, type, state: assessment ? { assessment } : null });

/** Of a child that was found, only that one was: nothing else of it is told any more. */
function isSeen({ type, at }, state) {
  if (!state) return false;
  if (state.status === "open") return true;
  return state.status === "found" && type === "search.status_set" && at === state.status_at;
}

/** "Credible sighting". search: its state of now */
export function significantEventText({ type, state }, search) {
  if (search.status === "found") return n("One child was found", "{count} children were found", 1);
  return WORDS[type]?.(state, search) ?? label.event(type);
}

const WORDS = {
  "search.opened": () => t("Search opened"),
  "search.status_set": () => t("Open again"),
  "search.worrying_set": (_, { worrying }) => (worrying === true ? t("Decided: worrying") : label.decision(String(worrying))),
  "search.appeal_set": (_, { appeal }) => appealed({ ...appeal, until: null }), // what is short is read
  // translators: on a wall, beside a time: a sighting was assessed as credible, or even as confirmed
  "sighting.assessed": (state) => (state?.assessment === "confirmed" ? t("Sighting confirmed") : t("Credible sighting")),
  "sighting.added": () => t("Urgent sighting"),
  "note.added": () => t("Decision recorded"),
};

/** "Appeal: public until Thu 26 Nov" */
export function appealed({ level, until }) {
  if (!level) return t("No appeal");
  const values = { level: label.level(level), until: until && day(until) };
  return until ? t("Appeal: {level} until {until}", values) : t("Appeal: {level}", values);
}

/** Whether a moment still makes its search stand out; one of the future, of a clock that was ahead, does not. now: the server's, or null */
export const isLifted = (moment, now) => Boolean(moment && now) && Math.abs(now - new Date(committedAt(moment))) < LIFTED_MS;

/** searches: states -> {count, at} of the children that were found a moment ago; at: the newest */
export function foundLately(states, now) {
  const found = states.filter(({ status, status_at: at }) => status === "found" && at && now && now - new Date(at) < FOUND_MS);
  return { count: found.length, at: found.map(({ status_at: at }) => at).sort().at(-1) ?? null };
}
