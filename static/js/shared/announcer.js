/**
 * Announcements to screen readers: changes by colleagues, and whether the board is current. One polite live region, with pauses so that
 * the listener can work in between. The person's own changes are not announced.
 */
import { n, t } from "../core/i18n.js";
import { label } from "../core/labels.js";
import { eventText } from "../format/event_text.js";
import { clockWithSeconds } from "../core/time.js";
import { shortPersonName } from "../format/search_list.js";

const BATCH_MS = 800; // events within this time are announced together: a change of status also adds tasks
const MIN_GAP_MS = 4_000; // between two announcements: about the time to speak a sentence
const MAX_DESCRIBED = 2; // more events are announced only by their number
const ANNOUNCED_ELSEWHERE = new Set(["shift", "handed", "alarm"]); // shift_indicator.js and alarm_line.js announce these on every page

/**
 * Announce until the page closes.
 * @param {Session} session
 * @param {Board} board
 */
export function mount(session, board) {
  new LiveAnnouncer(session, board);
}

class LiveAnnouncer {
  #session;
  #board;
  /** @type {AnnouncedEvent[]} */ #pendingEvents = [];
  /** @type {Timer | null} */ #timer = null;
  #announcedAt = -Infinity;
  #wasCurrent = true;

  /** @param {Session} session @param {Board} board */
  constructor(session, board) {
    this.#session = session;
    this.#board = board;
    this.#board.watch((_, events) => {
      this.#onEvents(events);
      this.#announceFreshness();
    });
  }

  /** @param {BoardEvent[]} events */
  #onEvents(events) {
    const ownId = this.#session.account.id;
    const byOthers = events.filter(({ actor, kind, erased }) => actor && actor.id !== ownId && kind && !erased && !ANNOUNCED_ELSEWHERE.has(kind));
    this.#pendingEvents.push(.../** @type {AnnouncedEvent[]} */ (byOthers));
    if (this.#pendingEvents.length) this.#timer ??= setTimeout(() => this.#announceEvents(), Math.max(BATCH_MS, this.#announcedAt + MIN_GAP_MS - Date.now()));
  }

  #announceEvents() {
    this.#timer = null;
    const events = [...new Map(this.#pendingEvents.splice(0).map((event) => [`${event.id} ${event.type}`, event])).values()];
    this.#announceText(events.length > MAX_DESCRIBED ? summary(events) : events.map((event) => announcement(event, { board: this.#board, session: this.#session })).join(". "));
  }

  #announceFreshness() {
    const { state, since } = this.#board.freshness;
    if (state === "not_current" && this.#wasCurrent) this.#announceText(since ? t("Not current since {at}", { at: clockWithSeconds(since) }) : t("Not current"));
    if (state === "live" && !this.#wasCurrent) this.#announceText(t("Current again"));
    if (state === "not_current" || state === "live") this.#wasCurrent = state === "live";
  }

  /** @param {string} text */
  #announceText(text) {
    this.#announcedAt = Date.now();
    announce(text);
  }
}

/**
 * Announce a text, inside the open dialog if there is one, because screen readers ignore the page behind it. Each text gets a new
 * element, because the same text may be news again.
 * @param {string} text
 */
export function announce(text) {
  const regions = [...document.querySelectorAll("[data-announcer]")];
  const region = /** @type {HTMLElement} */ (regions.find((region) => region.closest("dialog[open]")) ?? regions.find((region) => !region.closest("dialog")));
  if (region.closest("dialog")) region.setAttribute("aria-live", "polite"); // after an interruption
  region.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
}

/**
 * Announce an alarm immediately, interrupting other speech. In a dialog, its own region becomes assertive.
 * @param {string} text
 */
export function interrupt(text) {
  const open = document.querySelector("dialog[open] [data-announcer]"), region = open ?? document.querySelector("[data-alarm-announcer]");
  open?.setAttribute("aria-live", "assertive");
  region?.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
}

/**
 * "Bob and 2 others: 5 changes"
 * @param {AnnouncedEvent[]} events
 */
function summary(events) {
  const names = new Map(events.map(({ actor }) => [actor.id, actor.name]));
  const [first] = names.values();
  const who = names.size > 1 ? n("{who} and {count} other", "{who} and {count} others", names.size - 1, { who: first }) : first;
  return n("{who}: {count} change", "{who}: {count} changes", events.length, { who });
}

/**
 * "Bob graded Sighting 7: B2"; on the operations board, with the child's name.
 * @param {AnnouncedEvent} event
 * @param {{ session: Session, board: Board }} ctx
 */
function announcement(event, ctx) {
  const { type, actor, state } = event;
  if (!state?.person?.first_name || ctx.board.id !== "operations") return eventText(event, ctx);
  return t("{event}: {name}, by {who}", { event: label.event(type), name: shortPersonName(state.person), who: actor.name });
}
