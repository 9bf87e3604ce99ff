/** The latest significant events of a search, beside the child's details on very wide screens. Loaded once, then kept by events. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { get } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
import { isOfSighting, isSignificant, isStillSo } from "../../core/rules/significance.js";
import { cardOf, eventText, isCreation } from "../../format/event_text.js";
import { shortTimeElement } from "../../format/time_elements.js";

const SHOWN = 9;
const PAGE = 500; // events per answer
const PAGES = 4; // then what was found is enough
const NEWEST = 2 ** 53; // larger than any seq

export const WIDE = matchMedia("(min-width: 2200px) and (min-height: 560px)"); // as in search_header.css

/** @param {BoardEvent[]} events in any order */
export const latestSignificant = (events) => events.filter(isSignificant).sort((one, other) => other.seq - one.seq).slice(0, SHOWN);

export class WhatHappened {
  state = "unread"; // "unread" | "reading" | "read" | "failed"
  /** @type {BoardEvent[]} */ events = []; // newest first
  /** @type {BoardEvent[]} */ #later = []; // received while loading
  #board;
  #draw;

  /** @param {string} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  async read() {
    if (this.state !== "unread") return;
    this.state = "reading";
    /** @type {BoardEvent[]} */
    const later = [];
    this.#later = later;
    try {
      const found = await this.#latest();
      if (later !== this.#later) return; // forgotten meanwhile
      this.events = found;
      this.state = "read";
      this.onEvents(this.#later.splice(0));
    } catch {
      if (later === this.#later) this.state = "failed";
    }
    this.#draw();
  }

  /** @param {BoardEvent[]} events */
  onEvents(events) {
    if (this.state === "reading") this.#later.push(...events);
    if (this.state !== "read") return;
    const known = new Set(this.events.map(({ seq }) => seq));
    this.events = latestSignificant([...this.events, ...events.filter(({ seq }) => !known.has(seq))]);
  }

  /** Read again at the next draw. */
  forget() {
    this.state = "unread";
    this.events = this.#later = [];
  }

  /** @returns {Promise<BoardEvent[]>} */
  async #latest() {
    /** @type {BoardEvent[]} */
    let found = [];
    for (let page = 0, before = NEWEST; page < PAGES && before > 1; page += 1) {
      /** @type {BoardEvent[]} */
      const events = (await get(`/api/v1/boards/${this.#board}/events?${new URLSearchParams({ before: String(before), limit: String(PAGE) })}`)).events;
      found = latestSignificant([...found, ...events.filter(({ hidden }) => !hidden)]);
      if (found.length === SHOWN || !events.length) break;
      before = events[0].seq;
    }
    return found;
  }
}

/** @param {HeaderView} view */
export function whatHappened(view) {
  const happened = view.happened?.filter((event) => !isOfSighting(event) || isStillSo(event, view.model.byId.get(/** @type {any} */ (event).id)?.state));
  if (!happened?.length) return nothing;
  return html`<section class="what-happened" data-testid="what-happened"><h2>${t("History")} <small>${t("newest first")}</small></h2>
    <ol>${repeat(happened, ({ seq }) => seq, (event) => line(event, view))}</ol></section>`;
}

/** @param {BoardEvent} event @param {HeaderView} view */
function line(event, view) {
  const text = eventText(event, view, isCreation(/** @type {any} */ (event)) ? null : undefined), card = cardOf(/** @type {any} */ (event));
  const path = card && view.model.byId.has(card) ? view.path(card) : `/searches/${view.board.id}/history#${event.seq}`;
  const open = (/** @type {MouseEvent} */ click) => (card && view.model.byId.has(card) ? view.open(click, card) : undefined);
  return html`<li data-seq=${event.seq}><b>${shortTimeElement(event.at)}</b> <a href=${path} title=${text} dir="auto" @click=${open}>${text}</a></li>`;
}
