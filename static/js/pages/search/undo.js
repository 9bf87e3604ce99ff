/**
 * Undo of the last own action, by button or Ctrl+Z for some seconds. After that Ctrl+Z offers it again, or explains why it is not possible.
 * Older actions are undone in a card's history (shared/board/card/card_history.js). A refusal lists the later changes.
 */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { findPressed } from "../../behaviours/shortcuts.js";
import { t } from "../../core/i18n.js";
import { say, withColon } from "../../core/rules/sentences.js";
import { label } from "../../core/labels.js";
import { undoRight } from "../../core/rules/conditions.js";
import { turn } from "../../format/field_change.js";
import { cardName, columnName, formatPath } from "../../format/values.js";
import { fileTitle } from "../../shared/files/file_text.js";
import { eventTitle } from "../../shared/board/card/card.js";
import { CardHistory, visibleChangesOf } from "../../shared/board/card/card_history.js";
import { agoElement } from "../../format/time_elements.js";

const OFFER_MS = 10_000; // time to read and decide
const MAX_EVENTS = 100; // own events whose ack may still be pending

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, [contenteditable]";

export class Undo {
  /** @type {any | null} */ shown = null; // {event, state: "offered" | "undone" | "refused" or a reason why Ctrl+Z does nothing, message, fields, since}
  #page;
  #own = new Map(); // seq -> event
  /** @type {any} */ #last = null; // last own event of this page that is not undone
  /** @type {any} */ #awaited = null; // {seqs, entity} of an acknowledged command whose events are pending
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {{ now: string | null, before: string | null }} */ #status = { now: null, before: null };

  /** @param {Pick<SearchView, "session" | "board" | "focus" | "may" | "draw">} page */
  constructor(page) {
    this.#page = page;
    this.#noteStatus();
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * Return true if this person may undo such an event.
   * @param {{ type: string, erased?: boolean }} event
   */
  may({ type, erased }) {
    const right = undoRight(type);
    if (erased || !right || !this.#page.may(right.while_closed ? "note" : "edit")) return false;
    return this.#page.session.can(right.role) || (right.or_lead && this.#page.may("goal"));
  }

  /**
   * Record the ack of a command about `entity`.
   * @param {{ seqs: number[] }} ack
   * @param {any} entity null for the entity that the command added
   */
  onAck({ seqs }, entity) {
    this.#awaited = { seqs, entity };
    this.#offer();
  }

  /** @param {JournalEvent[]} events */
  onEvents(events) {
    const { account } = this.#page.session;
    this.#noteStatus();
    for (const event of events) if (event.actor?.id === account.id) this.#own.set(event.seq, event);
    for (const seq of this.#own.keys()) if (this.#own.size > MAX_EVENTS) this.#own.delete(seq);
    this.#offer();
  }

  /** @param {any} event */
  async undo(event) {
    const { board } = this.#page;
    this.#keepFocus();
    this.#show(null);
    try {
      if (isStatus(event)) await board.send("search.set_status", { status: "open", reason: t("Changed by mistake") });
      else await board.send("undo", { seq: event.seq }, { base: board.seq, epoch: board.epoch });
      if (event.seq === this.#last?.seq) this.#last = null;
      this.#show({ event, state: "undone" });
    } catch (reason) {
      const refused = /** @type {any} */ (reason);
      const since = refused.code === "conflict" ? await this.#changedSince(event) : [];
      board.discard(refused.id); // shown in the notice instead
      this.#show({ event, state: "refused", message: refused.message, fields: refused.fields, since });
    }
  }

  close = () => {
    this.#keepFocus();
    this.#show(null);
  };

  /** Forget everything, on another board or when access is lost. */
  forget() {
    this.#own.clear();
    this.#awaited = this.#last = null;
    this.#status = { now: null, before: null };
    clearTimeout(this.#timer);
    this.shown = null;
  }

  #offer() {
    const { seqs, entity } = this.#awaited ?? {};
    // A command may cause further events (the end of an appeal, moves of neighbours): choose the event of its own entity.
    const event = seqs?.map((/** @type {number} */ seq) => this.#own.get(seq)).find((/** @type {any} */ event) => event && (entity === null || event.id === entity));
    if (!event) return;
    this.#awaited = null;
    this.#last = event;
    this.#show(this.#isPossible(event) ? { event, state: "offered" } : null);
  }

  /** @param {any} event */
  #isPossible = (event) => this.may(event) || this.#mayReopen(event);

  /**
   * There is no undo of a status, but a search that was open can be reopened. The tasks that the change added remain.
   * @param {any} event
   */
  #mayReopen(event) {
    return isStatus(event) && this.#status.before === "open" && this.#page.may("lead");
  }

  #noteStatus() {
    const now = this.#page.board.get(this.#page.board.id)?.state.status ?? null;
    if (now !== this.#status.now) this.#status = { now, before: this.#status.now };
  }

  /** @param {any} shown */
  #show(shown) {
    clearTimeout(this.#timer);
    this.shown = shown;
    if (shown && shown.state !== "refused") this.#timer = setTimeout(() => this.#fade(), OFFER_MS);
    this.#page.draw();
  }

  /** Keep the focus on the entity when the button disappears. */
  #keepFocus() {
    if (this.shown && document.activeElement?.closest(".undo")) this.#page.focus.card(this.shown.event.id);
  }

  /** Hide the notice, unless it is hovered or focused. */
  #fade() {
    if (document.querySelector(".undo:is(:hover, :focus-within)")) this.#timer = setTimeout(() => this.#fade(), OFFER_MS);
    else this.#show(null);
  }

  /** @param {any} event */
  #key(event) {
    if (!findPressed("undo", event) || event.defaultPrevented || !this.#page.may("note")) return;
    if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (this.shown?.state === "offered") this.undo(this.shown.event);
    else this.#show({ event: this.#last, state: this.#laterState() });
  }

  /** Return the state for Ctrl+Z after the offer has disappeared: the offer again, or the reason why undo is not possible. */
  #laterState() {
    if (this.#page.board.pending.some((/** @type {PendingCommand} */ { status }) => status !== "refused")) return "sending";
    if (this.#last === null) return "none";
    return this.#isPossible(this.#last) ? "offered" : "impossible";
  }

  /**
   * Return the last later change of each field of an event, or nothing if the history cannot be loaded.
   * @param {{ id: string, seq: number, changes: any }} event
   */
  async #changedSince({ id, seq, changes }) {
    const history = new CardHistory(this.#page.board.id, id);
    await history.read();
    const later = history.entries.filter(({ event }) => event.seq > seq);
    const last = changes.map((/** @type {string} */ path) => {
      const entry = later.find((entry) => entry.changes.some((/** @type {any} */ change) => change.path === path));
      const visible = entry && visibleChangesOf(entry, this.#page).find((change) => path === change.path || path.startsWith(`${change.path}.`));
      return entry && (visible || path === "rank") && { event: entry.event, path, ...visible };
    });
    return [...new Map(last.filter(Boolean).map((/** @type {any} */ change) => [change.path, change])).values()];
  }
}

/** @param {any} event */
const isStatus = ({ type }) => type === "search.status_set";

/** @param {SearchView} view */
export function undoNotice(view) {
  const { shown } = view.undo;
  if (!shown) return nothing;
  const action = shown.event && actionText(shown.event, view);
  return html`<div class="undo ${shown.state}" role=${shown.state === "refused" ? "alert" : "status"} data-testid="undo" data-state=${shown.state}>
    ${NOTICES[shown.state](shown, action, view)}
  </div>`;
}

/** @type {Record<string, any>} */
const NOTICES = {
  offered: (/** @type {{ event: any }} */ { event }, /** @type {any} */ action, /** @type {SearchView} */ view) => html`<p>${action}</p>
    <button type="button" data-act="undo-last" @click=${() => view.undo.undo(event)}>${t("Undo")} <kbd aria-hidden="true">${t("Ctrl+Z")}</kbd></button>`,
  undone: (/** @type {any} */ _, /** @type {any} */ action) => html`<p>${t("Undone: {what}", { what: action })}</p>`,
  none: () => html`<p>${t("Nothing to undo since this page was opened. Undo older changes in the history of a card.")}</p>`,
  impossible: (/** @type {any} */ _, /** @type {any} */ action) => html`<p>${t("Cannot be undone: {what}", { what: action })}</p>`,
  sending: () => html`<p>${t("Your last change is still being sent.")}</p>`,
  refused: (/** @type {any} */ shown, /** @type {any} */ action, /** @type {SearchView} */ view) => html`<div>
      <p><b>${t("Could not undo: {what}", { what: action })}</b></p>
      ${reasonsOf(shown, view)}
    </div>
    <button type="button" class="plain" data-act="close-undo" aria-label=${t("Close")} @click=${view.undo.close}>✕</button>`,
};

/**
 * Reasons of a refusal: later changes or, without any, the server's messages by field.
 * @param {{ event: any, message: string, fields: any, since: any }} refusal
 * @param {SearchView} view
 */
function reasonsOf({ event, message, fields, since }, view) {
  const rest = Object.entries(fields ?? {}).filter(([path]) => !since.some((/** @type {any} */ change) => path === change.path || path.startsWith(`${change.path}.`)));
  const lines = [...since.map((/** @type {any} */ change) => laterChange(change, view)), ...rest.map(([path, sentence]) => `${withColon(label.field(path, event.kind))} ${sentence}`)];
  return html`<p>${since.length ? t("Since then:") : message}</p>
    ${lines.length ? html`<ul class="bulleted">${lines.map((line) => html`<li>${line}</li>`)}</ul>` : nothing}`;
}

/** @param {{ event: any, path: string, from: any, to: any, kind: string }} change @param {SearchView} view */
function laterChange({ event, path, from, to, kind }, view) {
  const name = event.actor?.name ?? say("program");
  if (path === "rank") return html`${t("{done} by {name}", { done: label.done(event.type), name })}, ${agoElement(event.at)}`;
  const value = (/** @type {any} */ value) => formatPath(path, value, view, kind);
  return html`${withColon(label.field(path, kind))} ${turn(value(from), value(to))}, ${t("by {name}", { name })}, ${agoElement(event.at)}`;
}

/**
 * "Sighting graded · Sighting 7", "Status: Found"
 * @param {{ type: string, kind: string, id: string, state: State }} entity
 * @param {SearchView} view
 */
function actionText({ type, kind, id, state }, view) {
  const entity = view.board.get(id) ?? { kind, state };
  if (kind === "column") return `${label.event(type)} · ${columnName(entity.state)}`;
  if (isStatus({ type })) return t("Status: {status}", { status: label.status(state.status) });
  if (kind === "file") return `${label.event(type)} · ${fileTitle(entity.state, view.board)}`;
  return kind === "search" ? label.event(type) : `${eventTitle({ type, state })} · ${cardName(entity)}`;
}
