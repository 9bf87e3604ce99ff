/* Work list beside the open card: the sightings of this search, or all unanswered ones. Rows keep their order while the list is open. */

import { LIST, UNANSWERED } from "../../behaviours/card_url.js";
import { n, t } from "../../core/i18n.js";
import { queueOf } from "../../core/rules/queues.js";
import { announce } from "../../shared/announcer.js";
import { WaitingList } from "../../shared/waiting_list.js";
import { urlInList } from "../../shared/work/entry_custody.js";

const PAGE_SIZE = 100; // drawn rows
const READ_EVERY_MS = 10_000; // entries of other searches, while they are listed

/** @typedef {{ id: string, card: Card | undefined, entry: UnansweredEntry | undefined }} WorkRow `card`: on this board; `entry`: unanswered, on any */

export class WorkListRows {
  #page;
  #unanswered;
  /** @type {string[]} */ #order = [];
  /** @type {BoardViewName | null} */ #view = null; // view to which the order belongs
  /** @type {number | null} */ #chosenPage = null; // chosen page; null for the page of the open card
  #lastIndex = 0; // last index of the open card, which may leave the list

  /** @param {Pick<SearchView, "board" | "ui" | "model" | "marks" | "act" | "focus" | "draw">} page */
  constructor(page) {
    this.#page = page;
    this.#unanswered = new WaitingList(page.draw);
    setInterval(() => this.#isOfAll && this.#unanswered.read(), READ_EVERY_MS);
  }

  /** Drawn rows, their first index, and the number of all rows. `leftOut`: number of waiting entries that the server did not list. */
  get shown() {
    const rows = this.rows, { card } = this.#page.ui, index = rows.findIndex(({ id }) => id === card);
    if (index >= 0) this.#lastIndex = index;
    const pages = Math.max(1, Math.ceil(rows.length / PAGE_SIZE));
    const page = Math.min(this.#chosenPage ?? Math.floor(Math.max(0, index) / PAGE_SIZE), pages - 1);
    const leftOut = this.#leftOut, waiting = rows.filter(waits).length + leftOut;
    return { rows: rows.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE), page, pages, total: rows.length + leftOut, waiting, leftOut };
  }

  /** "loading", "failed", or "live". */
  get state() {
    if (!this.#isOfAll || this.#unanswered.answer) return "live";
    return this.#unanswered.failed ? "failed" : "loading";
  }

  read = () => this.#unanswered.read();

  /** @returns {WorkRow[]} */
  get rows() {
    const { view } = this.#page.ui, byId = new Map((this.#isOfAll ? this.#allRows() : this.#ownRows()).map((row) => [row.id, row]));
    if (this.#view !== view) this.#begin(view);
    const known = new Set(this.#order), added = [...byId.values()].filter(({ id }) => !known.has(id));
    if (added.length) this.#order = [...(this.#isOfAll ? added : added.sort(byUrgency)).map(({ id }) => id), ...this.#order];
    return this.#order.flatMap((id) => byId.get(id) ?? []);
  }

  /** @param {number} page */
  turn(page) {
    this.#chosenPage = page;
    this.#page.draw();
  }

  /** Draw the page of the open card again, instead of a chosen page. */
  follow() {
    this.#chosenPage = null;
  }

  /** Open the next waiting row after the open one. */
  next = () => {
    const { rows } = this, { card } = this.#page.ui, index = rows.findIndex(({ id }) => id === card);
    const after = index >= 0 ? index + 1 : this.#lastIndex;
    const next = [...rows.slice(after), ...rows.slice(0, after)].find((row) => row.id !== card && waits(row));
    if (!next) return announce(this.#leftOut ? moreText(this.#leftOut) : t("Nothing else waits in this list."));
    this.follow();
    if (next.card) return this.#page.act.openCard(next.id);
    return next.entry && location.assign(urlInList(next.entry));
  };

  /**
   * Show a list, and focus its open row, otherwise its first row.
   * @param {BoardViewName} view
   */
  show(view) {
    const { act, focus, ui } = this.#page;
    if (ui.view !== view) {
      this.#view = null; // sort again
      act.show(view);
    }
    focus.field(".work-row.opened a");
    focus.field(".work-rows:not(:has(.opened)) .work-row a");
  }

  get #leftOut() {
    return this.#isOfAll ? this.#unanswered.answer?.left_out ?? 0 : 0;
  }

  get #isOfAll() {
    return this.#page.ui.view === UNANSWERED;
  }

  /** @param {BoardViewName} view */
  #begin(view) {
    this.#view = view;
    this.#order = [];
    this.follow();
  }

  /** @returns {WorkRow[]} */
  #ownRows() {
    const { model, marks } = this.#page;
    const cards = [...(model?.byId.values() ?? [])].filter((card) => card.kind === "sighting" && !card.state.withdrawn && !card.added && marks.isShown(card));
    return cards.map((card) => ({ id: card.id, card, entry: undefined }));
  }

  /** @returns {WorkRow[]} */
  #allRows() {
    this.#unanswered.follow(new Map(), this.#page.board.seq);
    const { model, ui } = this.#page, entries = this.#unanswered.answer?.entries ?? [];
    const rows = entries.map((entry) => ({ id: entry.id, card: model?.byId.get(entry.id), entry }));
    const open = model?.byId.get(ui.card ?? "");
    return !open || rows.some(({ id }) => id === open.id) ? rows : [...rows, { id: open.id, card: open, entry: undefined }];
  }
}

/** @param {number} count of rows that are not listed */
export const moreText = (count) => n("{count} more is not shown.", "{count} more are not shown.", count);

/** @param {WorkRow} row */
export const waits = ({ card, entry }) => (card?.kind === "sighting" ? queueOf(card.state) !== "answered" : Boolean(entry));

/**
 * Compare: waiting sightings first, urgent ones first, then the longest waiting; then answered ones, the newest first.
 * @param {WorkRow} first @param {WorkRow} second
 */
function byUrgency({ card: first }, { card: second }) {
  const one = first?.state ?? {}, other = second?.state ?? {};
  const ranks = [one, other].map((state) => (queueOf(state) === "answered" ? 2 : state.priority === "urgent" ? 0 : 1));
  if (ranks[0] !== ranks[1]) return ranks[0] - ranks[1];
  return ranks[0] === 2 ? other.number - one.number : String(one.queue_since).localeCompare(String(other.queue_since)) || one.number - other.number;
}

/** @param {BoardViewName} view */
export const isWorkList = (view) => view === LIST || view === UNANSWERED;
