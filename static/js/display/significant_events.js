/* Latest significant events that still apply, in words for visitors. The contract lists them. The server sends the last one of each search,
   and this screen remembers the received ones. A sighting that was ruled out, reassessed or withdrawn is left out. */

import { label } from "../core/labels.js";
import { n, t } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { isAboutSighting, isSignificant, stillApplies } from "../core/rules/significance.js";
import { day, committedAt } from "../core/time.js";

const MAX_EVENTS = 200; // of all searches: the page may run for weeks
const HIGHLIGHT_MS = 60_000; // duration of the highlight after an event
const FOUND_MS = 15 * 60_000; // duration of the banner after a child was found

const NOT_SHOWN = "search.goal_set"; // rooms that may know the goal show it anyway
const CURRENT_STATE_TYPES = ["search.status_set", "search.worrying_set", "search.appeal_set"]; // their text uses the current state, so only the last one applies

export class SignificantEvents {
  /** @type {Map<string, SignificantEvent>} */ #events = new Map(); // by key, in order of receipt
  /** @type {() => Iterable<Board>} */ #boards;

  /** @param {() => Iterable<Board>} boards returns the visible boards */
  constructor(boards) {
    this.#boards = boards;
  }

  /**
   * Remember applied events; return the new significant ones that still apply.
   * @param {Board} board
   * @param {JournalEvent[]} events
   */
  onEvents(board, events) {
    const ownEvents = events.filter((event) => event.type !== NOT_SHOWN && isSignificant(event)).map((event) => fromEvent(board, event));
    const summaryEvents = [...board.summaries].flatMap(([search, { last }]) => (last ? [fromSummary(search, last)] : []));
    const added = [...ownEvents, ...summaryEvents].filter((moment) => this.#addEvents(moment)).map(keyOf);
    return this.#applying(this.#events.values()).filter((moment) => added.includes(keyOf(moment)));
  }

  /**
   * Return the last event of a search that still applies, including the one in its summary; null if there is none.
   * @param {string} search
   * @param {Summary | undefined} summary
   */
  last(search, summary) {
    const summaryEvents = summary?.last ? fromSummary(search, summary.last) : null;
    const ownEvents = [...this.#events.values()].filter((moment) => moment.search === search);
    return this.#applying(!summaryEvents || this.#events.has(keyOf(summaryEvents)) ? ownEvents : [...ownEvents, summaryEvents])[0] ?? null;
  }

  /**
   * Return the events of visible searches that still apply, newest first.
   * @param {(search: string) => State | undefined} get state of a search, undefined if it is not visible
   */
  newest(get) {
    return this.#applying(this.#events.values()).filter((moment) => mayShow(moment, get(moment.search)));
  }

  /**
   * Return the events that still apply, newest first: only the last event of each sighting, and of each type that shows the current state.
   * @param {Iterable<SignificantEvent>} moments
   */
  #applying(moments) {
    /** @type {Set<string>} */
    const seenSubjects = new Set();
    return [...moments].sort(newestFirst).filter((moment) => {
      const subject = isAboutSighting(moment) ? moment.card && `${moment.card} ${moment.type}` : CURRENT_STATE_TYPES.includes(moment.type) && `${moment.search} ${moment.type}`;
      if (subject && seenSubjects.has(subject)) return false;
      if (subject) seenSubjects.add(subject);
      return !isAboutSighting(moment) || this.#stillApplies(moment);
    });
  }

  /**
   * Return true if an event of a sighting still applies: by the sighting's state if this screen has it; otherwise if the server sends it as
   * the last event, and no sighting here contradicts.
   * @param {SignificantEvent} moment
   */
  #stillApplies(moment) {
    const boards = [...this.#boards()], ownBoard = boards.find(({ id, seq }) => id === moment.search && seq !== null);
    if (ownBoard && moment.card) return stillApplies(moment, ownBoard.get(moment.card)?.state);
    if (ownBoard && !ownBoard.of("sighting").some(({ state }) => stillApplies(moment, state))) return false;
    return boards.some(({ summaries }) => isLast(moment, summaries.get(moment.search)));
  }

  /** @param {SignificantEvent} moment */
  #addEvents(moment) {
    const key = keyOf(moment), existing = this.#events.get(key);
    if (existing && (existing.card || !moment.card) && (existing.state || !moment.state)) return false;
    if (!existing && this.#events.size >= MAX_EVENTS && !this.#makeRoom(moment)) return false;
    this.#events.set(key, moment);
    return !existing;
  }

  /**
   * Drop the oldest event, unless the new one is older.
   * @param {SignificantEvent} event
   */
  #makeRoom({ at }) {
    const [key, oldest] = [...this.#events].reduce((a, b) => (a[1].at <= b[1].at ? a : b));
    return oldest.at < at && this.#events.delete(key);
  }
}

/** @param {SignificantEvent} event */
const keyOf = ({ search, type, at }) => `${search} ${type} ${at}`;

/** @param {SignificantEvent} event @param {Summary | undefined} summary */
const isLast = (event, summary) => Boolean(summary?.last && keyOf(fromSummary(event.search, summary.last)) === keyOf(event));

/** @param {SignificantEvent} a @param {SignificantEvent} b */
const newestFirst = (a, b) => (a.at < b.at ? 1 : -1);

/** @param {Board} board @param {JournalEvent} event @returns {SignificantEvent} */
const fromEvent = (board, { kind, id, at, clock, type, state }) => ({
  search: kind === "search" ? id : board.id, card: kind === "sighting" ? id : null, at, clock, type, state: /** @type {any} */ (state),
});

/** @param {string} search @param {NonNullable<Summary["last"]>} last @returns {SignificantEvent} */
const fromSummary = (search, { at, clock, type, assessment }) => ({ search, card: null, at, clock, type, state: assessment ? { assessment } : null });

/**
 * Return true if an event may be shown. For a found child, only the finding may.
 * @param {SignificantEvent} event
 * @param {State | undefined} state state of its search
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
  return TEXTS[type]?.(state, search) ?? label.event(type);
}

/**
 * "Credible": short, next to a time.
 * @param {SignificantEvent} event
 */
export const shortEventText = ({ type, state }) => SHORT_TEXTS[type]?.(state) ?? label.event(type);

/** @param {string | null | undefined} assessment assessment of a credible or confirmed sighting */
export const assessmentText = (assessment) => (assessment === "confirmed" ? t("Confirmed") : t("Credible"));

// translators: these stand on wall displays beside a time, and have at most 14 letters
/** @type {Record<string, (state: State | null) => string>} */
const SHORT_TEXTS = {
  "search.opened": () => t("Opened"),
  "search.status_set": () => t("Reopened"),
  "search.worrying_set": () => label.category("decision"),
  "search.appeal_set": () => t("Appeal update"),
  "sighting.assessed": (state) => assessmentText(state?.assessment),
  "sighting.added": () => t("Urgent"),
  "note.added": () => label.category("decision"),
};

/** @param {string} code */
const occasionLabel = (code) => label.value("occasion", code, "alarm") ?? "";

/** @type {Record<string, (state: State | null, search: State) => string>} */
const TEXTS = {
  "search.status_set": () => t("Search reopened"),
  "search.worrying_set": (_, { worrying }) => (worrying === true ? t("Declared worrying") : label.decision(String(worrying))),
  "search.appeal_set": (_, { appeal }) => appealText({ ...appeal, until: null }), // short texts get read
  // translators: on a wall, beside a time: a sighting was assessed as credible, or even as confirmed
  "sighting.assessed": (state) => (state?.assessment === "confirmed" ? t("Sighting confirmed") : occasionLabel("sighting_credible")),
  "sighting.added": () => occasionLabel("sighting_urgent"),
  "note.added": () => t("Decision recorded"),
};

/**
 * "Appeal: public until Thu 26 Nov"
 * @param {{ level: string | null, until: string | null }} appeal
 */
export function appealText({ level, until }) {
  if (!level) return t("No appeal");
  const values = { level: label.level(level), until: until && day(until) };
  return until ? say("appeal_until", values) : say("appeal", values);
}

/**
 * Return true if an event still highlights its search. An event in the far future, by a fast clock, does not.
 * @param {SignificantEvent | null} moment
 * @param {Date | null} now server time
 */
export const isHighlighted = (moment, now) => moment !== null && now !== null && Math.abs(Number(now) - Date.parse(committedAt(moment))) < HIGHLIGHT_MS;

/**
 * Return the number of recently found children, and the latest time.
 * @param {State[]} states
 * @param {Date | null} now
 * @returns {{ count: number, at: string | null }}
 */
export function recentlyFound(states, now) {
  const found = states.filter(({ status, status_at: at }) => status === "found" && at && now && Number(now) - Date.parse(at) < FOUND_MS);
  return { count: found.length, at: found.map(({ status_at: at }) => at).sort().at(-1) ?? null };
}
