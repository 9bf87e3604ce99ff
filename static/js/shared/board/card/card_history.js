/** History of one card: authors, times, and changes of fields. Loaded once, then updated by events. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../../vendor/lit-html/directives/repeat.js";
import { t } from "../../../core/i18n.js";
import { pageTitle } from "../../../core/rules/pages.js";
import { say, withColon } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { fieldChanges } from "../../../core/rules/merge_patch.js";
import { fieldChange } from "../../../format/field_change.js";
import { get } from "../../../core/connection/api.js";
import { isCreation, repeats } from "../../../format/event_text.js";
import { shownChanges } from "../../../format/shown_changes.js";
import { tokenNote } from "../../../format/token_note.js";
import { clockNote, timeElement } from "../../../format/time_elements.js";
import { eventTitle } from "./card.js";

const PAGE = 1000; // events per answer, the server's maximum

export class CardHistory {
  state = "unread"; // "unread" | "reading" | "read" | "failed"
  /** @type {string} */ #board;
  /** @type {string} */ #entity;
  /** @type {BoardEvent[]} */ events = [];
  /** @type {BoardEvent[]} */ #earlyEvents = []; // events received while loading

  /** @param {string} board @param {string} entity */
  constructor(board, entity) {
    this.#board = board;
    this.#entity = entity;
  }

  async read() {
    if (this.state === "reading" || this.state === "read") return;
    this.state = "reading";
    try {
      this.events = await this.#all();
      this.state = "read";
      this.onEvents(this.#earlyEvents.splice(0));
    } catch {
      this.state = "failed";
    }
  }

  /** @param {BoardEvent[]} events */
  onEvents(events) {
    const ownEvents = events.filter(({ id }) => id === this.#entity);
    if (this.state !== "read") return void this.#earlyEvents.push(...ownEvents);
    const last = this.events.at(-1)?.seq ?? 0;
    this.events.push(...ownEvents.filter(({ seq }) => seq > last));
  }

  /**
   * Return the entries, newest first; `from` of a change is the value before the event.
   * @returns {CardHistoryEntry[]}
   */
  get entries() {
    /** @type {State | null} */
    let before = null;
    const entries = this.events.map((event) => {
      const changes = event.erased ? [] : fieldChanges(before, event.state, event.changes ?? []);
      const entry = { event, changes, before };
      before = event.state ?? before;
      return entry;
    });
    const later = new Set();
    return entries.reverse().map((entry) => {
      const paths = [...entry.changes.map(({ path }) => path), ...(entry.event.private ?? [])];
      const isUnchangedSince = paths.every((path) => !later.has(path));
      for (const path of paths) later.add(path);
      return { ...entry, holds: isUnchangedSince };
    });
  }

  /** Account that added the card, if that event is loaded. */
  get addedBy() {
    const [first] = this.events;
    return first && isCreation(first) ? first.actor?.id : undefined;
  }

  /** @returns {Promise<BoardEvent[]>} */
  async #all() {
    /** @type {BoardEvent[]} */
    const events = [];
    for (let after = 0; ; ) {
      const query = new URLSearchParams({ entity: this.#entity, after: String(after), limit: String(PAGE) });
      /** @type {BoardEvent[]} */
      const page = (await get(`/api/v1/boards/${this.#board}/events?${query}`)).events;
      events.push(...page.filter(({ hidden }) => !hidden));
      if (page.length < PAGE) return events;
      after = page[page.length - 1].seq;
    }
  }
}

/**
 * Render the history of one entity, with a link to its page.
 * @param {string} id
 * @param {string} query query of that page
 * @param {BoardView} view
 */
export function historySection(id, query, view) {
  return html`<section><h3>${pageTitle("history")} <a class="more" data-act="history" href="/searches/${view.board.id}/history${query}">${t("open as a page")}</a></h3>
    ${historyList(view.historyOf(id), view)}</section>`;
}

/** @param {CardHistory} history @param {BoardView} view */
function historyList(history, view) {
  if (history.state === "failed") {
    return html`<p class="none">${t("The history could not be loaded.")} <button type="button" @click=${() => view.act.readHistory(history)}>${t("Try again")}</button></p>`;
  }
  if (history.state !== "read") return html`<p class="none">${t("Loading…")}</p>`;
  return html`<ol class="history" data-testid="history">
    ${repeat(history.entries, ({ event }) => event.seq, (entry) => item(entry, view))}
  </ol>`;
}

/** @param {CardHistoryEntry} entry @param {BoardView} view */
function item(entry, view) {
  const { event, holds } = entry;
  return html`<li data-seq=${event.seq} data-type=${event.type}>
    <p><b>${event.actor?.name ?? say("program")}</b> ${event.undoes ? t("Undone: {what}", { what: eventTitle(event) }) : eventTitle(event)} <span class="at">${timeElement(event.at)}${clockNote(event)}${tokenNote(event)}</span></p>
    ${event.erased ? html`<p class="none">${t("Details erased.")}</p>` : nothing}
    ${isCreation(event) ? nothing : changeList(entry, view)}
    ${event.reason ? html`<p class="reason">${event.reason}</p>` : nothing}
    ${holds && view.undo.may(event) ? undoButton(event, view) : nothing}
  </li>`;
}

/** @param {BoardEvent} event @param {BoardView} view */
function undoButton(event, view) {
  const what = eventTitle(event);
  return html`<button type="button" class="plain" data-act="undo" aria-label=${t("Undo: {what}", { what })} @click=${() => view.undo.undo(event)}>${t("Undo")}</button>`;
}

/**
 * Render the changes of an event, except those in its title. Of private fields, only the fact is shown.
 * @param {CardHistoryEntry} entry
 * @param {BoardView} view
 */
function changeList(entry, view) {
  const { event, changes } = entry, privatePaths = event.private ?? [];
  const visibleChanges = visibleChangesOf({ ...entry, changes: changes.filter((change) => !repeats(change, event)) }, view);
  if (visibleChanges.length || privatePaths.length) return html`<ul>${visibleChanges.map((change) => fieldChange(change, view))}${privatePaths.map((path) => privateField(path, event.kind))}</ul>`;
  return changes.some(({ path }) => path === "rank") ? html`<p class="none">${t("within its column")}</p>` : nothing;
}

/**
 * Return the visible changes of an entry.
 * @param {CardHistoryEntry} entry
 * @param {{ session: Session, board: any }} ctx
 */
export const visibleChangesOf = ({ event, changes, before }, ctx) => shownChanges(changes, { kind: event.kind, before, state: event.state }, ctx);

/** @param {string} path @param {string} kind */
const privateField = (path, kind) => html`<li data-path=${path}>${withColon(label.field(path, kind))} <i>${say("not_shown")}</i></li>`;
