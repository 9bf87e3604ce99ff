/** Timeline of a search, live or past: its order, lanes and period, drawn as tools, a graph and a table. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { get } from "../../core/connection/api.js";
import { PacedRead } from "../../core/connection/paced_read.js";
import { t } from "../../core/i18n.js";
import { serverNow } from "../../core/time.js";
import { graph, sideOf } from "./graph.js";
import { lastSpan, moved, wholeSpan, zoomed } from "./scale.js";
import { table } from "./table.js";
import { LANES } from "./texts.js";
import { tools } from "./toolbar.js";

const STEP = 0.25; // share of the shown period that one step moves
const SCROLLBAR_PX = 20; // a smaller change in width may come from a scroll bar that the drawing itself caused
const WHEEL = 1.0015; // zoom factor per pixel of the wheel

/**
 * Interface of the page that contains a timeline. `readEveryMs`: minimum time between two requests. `path`: returns the address of a card.
 * `open`: handles a click on a card's mark or link; without it, the browser follows the link.
 * @typedef {{ board: string, root: HTMLElement, draw: () => void, contradictions: import("../contradictions.js").Contradictions, readEveryMs: number,
 *   path: (card: string) => string, open?: (event: MouseEvent, card: string) => void }} TimelineHost
 */

export class TimelineView {
  /** @type {TimelineAnswer} */ timeline = /** @type {any} */ (null);
  contradictions;
  boardId;
  byKnown = false;
  lanes = LANES;
  /** @type {string | null} */ selected = null;
  /** @type {import("./scale.js").Span} */ span = { start: 0, end: 1 };
  /** @type {number | null} */ length = null; // ms, if a fixed period before now is shown
  isWhole = true;
  now = Number(serverNow());
  /** @type {number | null | undefined} */ #at; // seq of the requested moment; null for the present, undefined before the first
  /** @type {number | null | undefined} */ #shownAt; // seq of the moment that `timeline` shows
  /** @type {"reading" | "read" | "failed"} */ #state = "reading";
  #host;
  #reads;
  #width = 0;

  /** @param {TimelineHost} host */
  constructor(host) {
    this.#host = host;
    this.boardId = host.board;
    this.contradictions = host.contradictions;
    this.#reads = new PacedRead(() => this.#read(), host.readEveryMs);
    new ResizeObserver(() => this.#resized()).observe(host.root);
    host.root.addEventListener("wheel", this.#wheeled, { passive: false });
  }

  // --- for templates

  get isPast() {
    return typeof this.#at === "number";
  }

  /** List the items of the shown lanes, in order. */
  get shown() {
    const items = this.timeline.items.filter((item) => this.lanes.includes(item.lane));
    return this.byKnown ? items.sort((a, b) => compare(a.known_at, b.known_at) || compare(a.id, b.id)) : items;
  }

  /** @param {string} lane */
  itemsOf = (lane) => this.timeline.items.filter((item) => item.lane === lane);

  /** Return the address of an item's card, or of its event in the history; null if it has neither. @param {TimelineItem} item */
  pathOf({ card, seq }) {
    if (card) return this.#host.path(card);
    return seq ? `/searches/${this.boardId}/history#${seq}` : null;
  }

  /** @param {string} card */
  pathOfCard = (card) => this.#host.path(card);

  /** Let the page handle a click on a link to a card, if it can. @param {MouseEvent} event @param {string | null} card */
  follow(event, card) {
    if (card) this.#host.open?.(event, card);
  }

  // --- actions

  /** @param {boolean} byKnown */
  orderBy(byKnown) {
    this.byKnown = byKnown;
    this.#host.draw();
  }

  /** @param {string} lane */
  toggleLane(lane) {
    this.lanes = LANES.filter((each) => this.lanes.includes(each) !== (each === lane));
    this.#host.draw();
  }

  showWhole = () => this.#show(null, null);

  /** @param {number} length */
  showLast = (length) => this.#show(lastSpan({ start: 0, end: this.now + length / 20 }, length), length);

  /** @param {number} factor @param {number} [share] */
  zoom = (factor, share) => this.#show(zoomed(this.span, factor, share), null);

  /** @param {number} steps */
  move = (steps) => this.#show(moved(this.span, steps * STEP), null);

  /** @param {import("./scale.js").Span | null} span null: the whole search @param {number | null} length */
  #show(span, length) {
    this.isWhole = span === null;
    this.length = length;
    if (span) this.span = span;
    this.#host.draw();
  }

  /** Select the item whose row has the focus. @param {FocusEvent} event */
  focused = ({ target }) => this.#select(/** @type {HTMLElement} */ (target).closest("[data-row]")?.dataset.row ?? null);

  /** Open the card of the pressed mark. @param {MouseEvent} event */
  opened = (event) => {
    const id = /** @type {SVGElement} */ (event.target).closest("[data-item]")?.dataset.item, item = this.timeline.items.find((item) => item.id === id);
    const path = item && this.pathOf(item);
    if (!path) return;
    if (item.card && this.#host.open) this.#host.open(event, item.card);
    else location.assign(path);
  };

  /** @param {string | null} id */
  #select(id) {
    if (id === this.selected) return;
    this.selected = id;
    this.#host.draw();
  }

  /** @param {WheelEvent} event */
  #wheeled = (event) => {
    const area = /** @type {HTMLElement} */ (event.target).closest(".timeline-graph");
    if (!area || !(event.ctrlKey || event.metaKey)) return; // the plain wheel scrolls the page
    event.preventDefault();
    const { left, width } = area.getBoundingClientRect(), side = sideOf(width);
    this.zoom(WHEEL ** event.deltaY, Math.min(1, Math.max(0, (event.clientX - left - side) / (width - side))));
  };

  // --- reading

  /** Request the timeline again soon, after events. */
  refresh = () => this.#reads.soon();

  /** Request the timeline of a moment, unless it is already the current one. @param {number | null} at seq; null for the present */
  load(at) {
    if (this.#at === at) return;
    this.#at = at;
    this.#reads.soon();
  }

  /** Drop everything when access is lost. */
  forget() {
    this.timeline = /** @type {any} */ (null);
  }

  async #read() {
    const at = this.#at;
    try {
      this.timeline = await get(`/api/v1/boards/${this.boardId}/timeline${at ? `?at=${at}` : ""}`);
      this.#shownAt = at;
      this.#state = "read";
    } catch {
      this.#state = "failed";
    }
    this.#host.draw();
  }

  #resized() {
    if (this.timeline && Math.abs(this.#areaWidth - this.#width) >= SCROLLBAR_PX) this.#host.draw();
  }

  get #areaWidth() {
    return Math.max(280, (this.#host.root.querySelector(".timeline-graph") ?? this.#host.root).clientWidth);
  }

  // --- drawing

  template() {
    this.now = this.isPast && this.timeline ? Date.parse(this.timeline.as_of) : Number(serverNow());
    this.#width = this.#areaWidth;
    if (this.timeline && this.isWhole) this.span = wholeSpan(this.timeline, this.now);
    return html`${this.#state === "failed" ? html`<p class="problem" role="alert">${t("The timeline could not be loaded.")} <button type="button" data-act="read-again" @click=${() => this.#reads.now()}>${t("Try again")}</button></p>` : nothing}
      ${this.timeline ? this.#content() : this.#state === "reading" ? html`<p role="status">${t("Loading…")}</p>` : nothing}`;
  }

  /** Redraw if the width has changed. The first draw does not know the width. */
  settle = () => this.#resized();

  #content() {
    const isOther = this.#shownAt !== this.#at; // the slider has moved, and the answer has not arrived yet
    return html`${tools(this)}<div class="timeline-shown ${isOther ? "other-moment" : ""}" aria-busy=${String(isOther)}>
      <div class="timeline-graph">${graph(this, this.#width)}</div>${table(this)}</div>`;
  }
}

/** @param {string} a @param {string} b */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
