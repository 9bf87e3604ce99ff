/** Latest significant events of a search, next to the child's details on very wide screens. Loaded once, then updated by events. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { get } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { isAboutSighting, isSignificant, stillApplies } from "../../core/rules/significance.js";
import { cardOf, eventText, isCreation } from "../../format/event_text.js";
import { shortTimeElement } from "../../format/time_elements.js";

const MAX_EVENTS = 9;
const PAGE = 500; // events per answer
const MAX_PAGES = 4; // older events are not needed
const NEWEST = 2 ** 53; // larger than any seq

export const WIDE = matchMedia("(min-width: 2200px) and (min-height: 560px)"); // as in search_header.css

/** @param {BoardEvent[]} events in any order */
export const latestSignificant = (events) => events.filter(isSignificant).sort((first, second) => second.seq - first.seq).slice(0, MAX_EVENTS);

export class WhatHappened {
  state = "unread"; // "unread" | "reading" | "read" | "failed"
  /** @type {BoardEvent[]} */ events = []; // newest first
  /** @type {BoardEvent[]} */ #early = []; // received while loading
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
    const early = [];
    this.#early = early;
    try {
      const latest = await this.#latest();
      if (early !== this.#early) return; // dropped in the meantime
      this.events = latest;
      this.state = "read";
      this.onEvents(this.#early.splice(0));
    } catch {
      if (early === this.#early) this.state = "failed";
    }
    this.#draw();
  }

  /** @param {BoardEvent[]} events */
  onEvents(events) {
    if (this.state === "reading") this.#early.push(...events);
    if (this.state !== "read") return;
    const knownSeqs = new Set(this.events.map(({ seq }) => seq));
    this.events = latestSignificant([...this.events, ...events.filter(({ seq }) => !knownSeqs.has(seq))]);
  }

  /** Drop the events; the next draw reloads them. */
  forget() {
    this.state = "unread";
    this.events = this.#early = [];
  }

  /** @returns {Promise<BoardEvent[]>} */
  async #latest() {
    /** @type {BoardEvent[]} */
    let significant = [];
    for (let page = 0, before = NEWEST; page < MAX_PAGES && before > 1; page += 1) {
      /** @type {BoardEvent[]} */
      const events = (await get(`/api/v1/boards/${this.#board}/events?${new URLSearchParams({ before: String(before), limit: String(PAGE) })}`)).events;
      significant = latestSignificant([...significant, ...events.filter(({ hidden }) => !hidden)]);
      if (significant.length === MAX_EVENTS || !events.length) break;
      before = events[0].seq;
    }
    return significant;
  }
}

/** @param {HeaderView} view */
export function whatHappened(view) {
  const happened = view.happened?.filter((event) => !isAboutSighting(event) || stillApplies(event, view.model.byId.get(/** @type {any} */ (event).id)?.state));
  if (!happened?.length) return nothing;
  return html`<section class="what-happened" data-testid="what-happened"><h2>${pageTitle("history")} <small>${t("newest first")}</small></h2>
    <ol>${repeat(happened, ({ seq }) => seq, (event) => line(event, view))}</ol></section>`;
}

/** @param {BoardEvent} event @param {HeaderView} view */
function line(event, view) {
  const text = eventText(event, view, isCreation(/** @type {any} */ (event)) ? null : undefined), card = cardOf(/** @type {any} */ (event));
  const path = card && view.model.byId.has(card) ? view.path(card) : `/searches/${view.board.id}/history#${event.seq}`;
  const open = (/** @type {MouseEvent} */ click) => (card && view.model.byId.has(card) ? view.open(click, card) : undefined);
  return html`<li data-seq=${event.seq}><b>${shortTimeElement(event.at)}</b> <a href=${path} title=${text} dir="auto" @click=${open}>${text}</a></li>`;
}
