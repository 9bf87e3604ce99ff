/**
 * What colleagues did, in sentences, for those who don't see it happen; and whether the board is current. One polite region says it,
 * with pauses: whoever listens has to be able to work meanwhile. What one did oneself is not said.
 */
import { n, t } from "../core/i18n.js";
import { label } from "../core/labels.js";
import { eventText } from "../format/event_text.js";
import { clockWithSeconds } from "../core/time.js";
import { shortPersonName } from "../format/search_list.js";

const TOGETHER_MS = 800; // what happens within this is said at once: a change of status brings tasks with it
const APART_MS = 4_000; // between two sayings: a sentence takes about as long to speak
const MOST = 2; // sentences; of more only the number is said
const SAID_ELSEWHERE = new Set(["shift", "handed"]); // who holds the shift is said on every page (shift_indicator.js)

/** For as long as the page lives. */
export function mount(session, board) {
  new LiveAnnouncer(session, board).connect();
}

class LiveAnnouncer {
  #session;
  #board;
  #heard = [];
  #timer = null;
  #saidAt = -Infinity;
  #wasCurrent = true;

  constructor(session, board) {
    this.#session = session;
    this.#board = board;
  }

  connect() {
    this.#board.watch((_, events) => {
      this.#onEvents(events);
      this.#current();
    });
  }

  #onEvents(events) {
    const own = this.#session.account.id;
    this.#heard.push(...events.filter(({ actor, kind, erased }) => actor && actor.id !== own && kind && !erased && !SAID_ELSEWHERE.has(kind)));
    if (this.#heard.length) this.#timer ??= setTimeout(() => this.#tell(), Math.max(TOGETHER_MS, this.#saidAt + APART_MS - Date.now()));
  }

  #tell() {
    this.#timer = null;
    const events = [...new Map(this.#heard.splice(0).map((event) => [`${event.id} ${event.type}`, event])).values()];
    this.#say(events.length > MOST ? summary(events) : events.map((event) => announcement(event, { board: this.#board, session: this.#session })).join(". "));
  }

  #current() {
    const { state, since } = this.#board.freshness;
    if (state === "not_current" && this.#wasCurrent) this.#say(since ? t("Not current since {at}", { at: clockWithSeconds(since) }) : t("Not current"));
    if (state === "live" && !this.#wasCurrent) this.#say(t("Current again"));
    if (state === "not_current" || state === "live") this.#wasCurrent = state === "live";
  }

  #say(text) {
    this.#saidAt = Date.now();
    announce(text);
  }
}

/** In the dialog that is open, as what lies behind it is not read. A new element each time: the same words may be news again. */
export function announce(text) {
  const places = [...document.querySelectorAll("[data-announcer]")];
  const place = places.find((each) => each.closest("dialog[open]")) ?? places.find((each) => !each.closest("dialog"));
  place.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
}

/** "Bob and 2 others: 5 changes" */
function summary(events) {
  const names = new Map(events.map(({ actor }) => [actor.id, actor.name]));
  const [first] = names.values();
  const who = names.size > 1 ? n("{who} and {count} other", "{who} and {count} others", names.size - 1, { who: first }) : first;
  return n("{who}: {count} change", "{who}: {count} changes", events.length, { who });
}

/** "Bob graded Sighting 7: B2"; of a search among all searches, whose it is. */
function announcement(event, ctx) {
  const { type, actor, state } = event;
  if (!state?.person || ctx.board.id !== "operations") return eventText(event, ctx);
  return t("{event}: {name}, by {who}", { event: label.event(type), name: shortPersonName(state.person), who: actor.name });
}
