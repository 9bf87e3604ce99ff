/* The latest significant events that hold, in words fit for visitors. The contract lists them; the server sends the last one of
   each search, and this screen remembers those it receives. A sighting that was ruled out, taken back or withdrawn is not named. */

import { label } from "../core/labels.js";
import { n, t } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { isOfSighting, isSignificant, isStillSo } from "../core/rules/significance.js";
import { day, committedAt } from "../core/time.js";

const MAX_EVENTS = 200; // for all searches: the page may run for weeks
const HIGHLIGHT_MS = 60_000; // duration of the highlight after an event
const FOUND_MS = 15 * 60_000; // duration of the banner after a child was found

const NOT_SHOWN = "search.goal_set"; // rooms that may read the goal see it
const OF_NOW = ["search.status_set", "search.worrying_set", "search.appeal_set"]; // told by what the search is now: only the last one is true

export class SignificantEvents {
  /** @type {Map<string, SignificantEvent>} */ #known = new Map(); // by key, in the order received
  /** @type {() => Iterable<Board>} */ #boards;

  /** @param {() => Iterable<Board>} boards those that can be shown */
  constructor(boards) {
    this.#boards = boards;
  }

  /**
   * Remember what a board applied; return the new significant events that hold.
   * @param {Board} board
   * @param {JournalEvent[]} events
   */
  onEvents(board, events) {
    const told = events.filter((event) => event.type !== NOT_SHOWN && isSignificant(event)).map((event) => ofEvent(board, event));
    const counted = [...board.summaries].flatMap(([search, { last }]) => (last ? [ofSummary(search, last)] : []));
    const added = [...told, ...counted].filter((moment) => this.#addEvents(moment)).map(keyOf);
    return this.#holding(this.#known.values()).filter((moment) => added.includes(keyOf(moment)));
  }

  /**
   * Return the last event of a search that holds, considering its summary; null if there is none.
   * @param {string} search
   * @param {Summary | undefined} summary
   */
  last(search, summary) {
    const counted = summary?.last ? ofSummary(search, summary.last) : null;
    const known = [...this.#known.values()].filter((moment) => moment.search === search);
    return this.#holding(!counted || this.#known.has(keyOf(counted)) ? known : [...known, counted])[0] ?? null;
  }

  /**
   * Return the events of visible searches that hold, newest first.
   * @param {(search: string) => State | undefined} get state of a search, undefined if it is not visible
   */
  newest(get) {
    return this.#holding(this.#known.values()).filter((moment) => mayShow(moment, get(moment.search)));
  }

  /**
   * Return the events that hold, newest first: of one sighting, and of what is told by the present, only the last.
   * @param {Iterable<SignificantEvent>} moments
   */
  #holding(moments) {
    /** @type {Set<string>} */
    const later = new Set();
    return [...moments].sort(newestFirst).filter((moment) => {
      const about = isOfSighting(moment) ? moment.card && `${moment.card} ${moment.type}` : OF_NOW.includes(moment.type) && `${moment.search} ${moment.type}`;
      if (about && later.has(about)) return false;
      if (about) later.add(about);
      return !isOfSighting(moment) || this.#isStillSo(moment);
    });
  }

  /**
   * Return whether an event of a sighting holds: by the sighting, where this screen has it; else the server says so by telling it
   * as the last one, as long as no sighting here contradicts.
   * @param {SignificantEvent} moment
   */
  #isStillSo(moment) {
    const boards = [...this.#boards()], own = boards.find(({ id, seq }) => id === moment.search && seq !== null);
    if (own && moment.card) return isStillSo(moment, own.get(moment.card)?.state);
    if (own && !own.of("sighting").some(({ state }) => isStillSo(moment, state))) return false;
    return boards.some(({ summaries }) => isLast(moment, summaries.get(moment.search)));
  }

  /** @param {SignificantEvent} moment */
  #addEvents(moment) {
    const key = keyOf(moment), known = this.#known.get(key);
    if (known && (known.card || !moment.card) && (known.state || !moment.state)) return false;
    if (!known && this.#known.size >= MAX_EVENTS && !this.#makeRoom(moment)) return false;
    this.#known.set(key, moment);
    return !known;
  }

  /**
   * Drop the oldest event, unless the new one is older.
   * @param {SignificantEvent} event
   */
  #makeRoom({ at }) {
    const [key, oldest] = [...this.#known].reduce((a, b) => (a[1].at <= b[1].at ? a : b));
    return oldest.at < at && this.#known.delete(key);
  }
}

/** @param {SignificantEvent} event */
const keyOf = ({ search, type, at }) => `${search} ${type} ${at}`;

/** @param {SignificantEvent} event @param {Summary | undefined} summary */
const isLast = (event, summary) => Boolean(summary?.last && keyOf(ofSummary(event.search, summary.last)) === keyOf(event));

/** @param {SignificantEvent} a @param {SignificantEvent} b */
const newestFirst = (a, b) => (a.at < b.at ? 1 : -1);

/** @param {Board} board @param {JournalEvent} event @returns {SignificantEvent} */
const ofEvent = (board, { kind, id, at, clock, type, state }) => ({
  search: kind === "search" ? id : board.id, card: kind === "sighting" ? id : null, at, clock, type, state: /** @type {any} */ (state),
});

/** @param {string} search @param {NonNullable<Summary["last"]>} last @returns {SignificantEvent} */
const ofSummary = (search, { at, clock, type, assessment }) => ({ search, card: null, at, clock, type, state: assessment ? { assessment } : null });

/**
 * Return whether an event may be shown: of a found child only the finding itself.
 * @param {SignificantEvent} event
 * @param {State | undefined} state of its search
 */
function mayShow({ type, at }, state) {
  if (!state) return false;
  if (state.status === "open") return true;
  return state.status === "found" && type === "search.status_set" && at === state.status_at;
}

/**
 * "Credible sighting"
 * @param {SignificantEvent} event
 * @param {State} search its current state
 */
export function significantEventText({ type, state }, search) {
  if (search.status === "found") return n("One child was found", "{count} children were found", 1);
  return WORDS[type]?.(state, search) ?? label.event(type);
}

/**
 * "Credible": for a narrow place, beside a time.
 * @param {SignificantEvent} event
 */
export const shortEventText = ({ type, state }) => SHORT_WORDS[type]?.(state) ?? label.event(type);

/** @param {string | null | undefined} assessment of a credible or confirmed sighting */
export const assessmentText = (assessment) => (assessment === "confirmed" ? t("Confirmed") : t("Credible"));

// translators: these stand on wall displays beside a time, and have at most 14 letters
/** @type {Record<string, (state: State | null) => string>} */
const SHORT_WORDS = {
  "search.opened": () => t("Opened"),
  "search.status_set": () => t("Reopened"),
  "search.worrying_set": () => label.category("decision"),
  "search.appeal_set": () => t("Appeal update"),
  "sighting.assessed": (state) => assessmentText(state?.assessment),
  "sighting.added": () => t("Urgent"),
  "note.added": () => label.category("decision"),
};

/** @param {string} code */
const occasion = (code) => label.value("occasion", code, "alarm") ?? "";

/** @type {Record<string, (state: State | null, search: State) => string>} */
const WORDS = {
  "search.status_set": () => t("Search reopened"),
  "search.worrying_set": (_, { worrying }) => (worrying === true ? t("Declared worrying") : label.decision(String(worrying))),
  "search.appeal_set": (_, { appeal }) => appealed({ ...appeal, until: null }), // short texts get read
  // translators: on a wall, beside a time: a sighting was assessed as credible, or even as confirmed
  "sighting.assessed": (state) => (state?.assessment === "confirmed" ? t("Sighting confirmed") : occasion("sighting_credible")),
  "sighting.added": () => occasion("sighting_urgent"),
  "note.added": () => t("Decision recorded"),
};

/**
 * "Appeal: public until Thu 26 Nov"
 * @param {{ level: string | null, until: string | null }} appeal
 */
export function appealed({ level, until }) {
  if (!level) return t("No appeal");
  const values = { level: label.level(level), until: until && day(until) };
  return until ? say("appeal_until", values) : say("appeal", values);
}

/**
 * Return whether an event still highlights its search; not if it is dated in the future, by a fast clock.
 * @param {SignificantEvent | null} moment
 * @param {Date | null} now of the server
 */
export const isHighlighted = (moment, now) => moment !== null && now !== null && Math.abs(Number(now) - Date.parse(committedAt(moment))) < HIGHLIGHT_MS;

/**
 * Return {count, at} of the children found recently; `at` is the latest.
 * @param {State[]} states
 * @param {Date | null} now
 * @returns {{ count: number, at: string | null }}
 */
export function recentlyFound(states, now) {
  const found = states.filter(({ status, status_at: at }) => status === "found" && at && now && Number(now) - Date.parse(at) < FOUND_MS);
  return { count: found.length, at: found.map(({ status_at: at }) => at).sort().at(-1) ?? null };
}
