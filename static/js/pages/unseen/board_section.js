/** Section of one board: net changes by importance, reverted changes, then the events. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { accountName, cardName, columnName, materialName } from "../../format/values.js";
import { n, t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { isCard, isInternal, titleOf } from "../../core/rules/kinds.js";
import { label } from "../../core/labels.js";
import { fieldChange } from "../../format/field_change.js";
import { alarmName } from "../../format/event_values.js";
import { eventText } from "../../format/event_text.js";
import { shortPersonName } from "../../format/search_list.js";
import { shownChanges, stateBefore } from "../../format/shown_changes.js";
import { timeElement, formatMoment } from "../../format/time_elements.js";
import { byImportance, countsOf } from "./importance.js";

const MAX_CHANGES = 60; // changes of a board shown here

/** @param {any} entry @param {UnseenView} view */
export function section(entry, view) {
  const { board } = entry;
  const open = view.isOpen(entry), title = view.titleOf(board), search = view.board.get(board)?.state;
  return html`<section class="unseen-board ${search?.status ?? ""}" data-unseen-board=${board} aria-label=${title}>
    <header>
      <h2><button type="button" class="plain" data-act="show-news" aria-expanded=${open} @click=${() => view.toggle(entry)}><span aria-hidden="true" class="disclosure">▸</span> ${title}</button></h2>
      <p class="quiet" data-unseen-summary>${told(entry)}</p>
      <span class="space"></span>
      <a class="button" href=${board === "operations" ? "/" : `/searches/${board}`}>${t("Open board")}</a>
      <button type="button" data-act="seen" @click=${() => view.markSeen([entry], t("Marked as seen: {what}", { what: title }))}>${t("Mark as seen")}</button>
    </header>
    ${open ? html`<div class="unseen-changes">${news(view.unseen.of(board), entry, view)}</div>` : nothing}
  </section>`;
}

/** Number of this person's own events, which the list includes. @param {{ seq: number, seen: any, events: number }} entry */
const ownOf = ({ seq, seen, events }) => (seen === null ? 0 : seq - seen.seq - events);

/** @param {{ seq: number, seen: any, events: number }} entry */
function told(entry) {
  const { seen, events } = entry, own = ownOf(entry);
  if (seen === null) return t("You have not opened this board before");
  const at = formatMoment(seen.at);
  if (own > 0) return n("{count} event since {at}, and {own} of your own", "{count} events since {at}, and {own} of your own", events, { at, own });
  return n("{count} event since {at}", "{count} events since {at}", events, { at });
}

/** @param {any} detail @param {any} entry @param {UnseenView} view */
function news(detail, entry, view) {
  if (!detail || detail.state === "reading") return html`<p class="quiet" role="status">${t("Loading…")}</p>`;
  if (detail.state === "failed") return html`<p class="quiet" role="alert">${t("New events could not be loaded.")} <button type="button" data-act="read-again" @click=${() => view.unseen.load(entry, { again: true })}>${t("Try again")}</button></p>`;
  const ctx = { session: view.session, board: detail.lookup };
  return html`
    <div><h3>${t("Summary")}</h3>${net(detail, ctx)}${back(detail, ctx)}</div>
    <div><h3>${pageTitle("history")}</h3>${events(detail, entry, ctx)}</div>`;
}

/** @param {{ net: any, more: any }} detail @param {any} ctx */
function net({ net: changes, more }, ctx) {
  const told = changes.map((/** @type {any} */ change) => withTold(change, ctx)).filter((/** @type {any} */ { told }) => told.length);
  if (!told.length) return html`<p class="quiet">${t("No change overall.")}</p>`;
  const { important, rest } = byImportance(told, (/** @type {any} */ { state }) => state);
  return html`${important.length ? html`<ul class="important" data-testid="important">${important.slice(0, MAX_CHANGES).map((change) => line(change, ctx))}</ul>` : nothing}
    ${rest.length ? html`<details><summary data-testid="counts">${t("New or changed: {what}", { what: countsOf(rest).join(" · ") })}</summary>
      <ul class="net" data-testid="net">${rest.slice(0, MAX_CHANGES).map((change) => line(change, ctx))}</ul></details>` : nothing}
    ${more || Math.max(important.length, rest.length) > MAX_CHANGES ? html`<p class="quiet">${t("There are more changes than shown here.")}</p>` : nothing}`;
}

/**
 * Add the current or last state of an entity, and its visible changes.
 * @param {any} change
 * @param {any} ctx
 */
function withTold(change, ctx) {
  const { kind, id, fields } = change, present = ctx.board.one(kind, id)?.state, before = stateBefore(present, fields);
  return { ...change, state: present ?? before, told: shownChanges(fields, { kind, before, state: present ?? null }, ctx) };
}

/** @param {any} change @param {any} ctx */
function line({ kind, id, change, state, told, importance }, ctx) {
  return html`<li data-change=${change} data-id=${id} data-importance=${importance ?? nothing}>
    ${named({ kind, state }, ctx)} ${change === "changed" ? html`<ul>${told.map((/** @type {ToldChange} */ each) => fieldChange(each, ctx))}</ul>`
      : html`<span class="what">${[label.done(`${kind}.${change}`), ...REASONS[importance]?.(state) ?? []].join(" · ")}</span>`}
  </li>`;
}

/**
 * Reasons why something new is important.
 * @type {Record<string, (state: State) => string[]>}
 */
const REASONS = {
  credible: ({ assessment }) => [label.assessment(assessment)],
  urgent: ({ priority }) => [label.priority(priority)],
  decision: ({ category }) => [label.category(category)],
};

/**
 * Render the reverted changes: they are not net changes, but somebody made them.
 * @param {{ back: any, net: any }} detail
 * @param {any} ctx
 */
function back({ back, net: changes }, ctx) {
  const added = new Set(changes.filter((/** @type {{ change: any }} */ { change }) => change === "added").map((/** @type {{ id: string }} */ { id }) => id)); // all its fields are new
  const returned = (back ?? []).filter((/** @type {{ id: string }} */ { id }) => !added.has(id)).map((/** @type {any} */ each) => ({ ...each, fields: fieldsOf(each) }));
  const said = returned.filter((/** @type {{ fields: any }} */ { fields }) => fields.length);
  if (!said.length) return nothing;
  return html`<h3>${t("Changed, then changed back")}</h3>
    <ul class="back" data-testid="back">${said.slice(0, MAX_CHANGES).map((/** @type {any} */ { kind, id, fields }) => html`<li data-id=${id}>${named({ kind, state: ctx.board.one(kind, id)?.state ?? {} }, ctx)} <span class="what">${fields.join(", ")}</span></li>`)}</ul>`;
}

/** @param {{ kind: string, fields: string[] }} change */
const fieldsOf = ({ kind, fields }) => [...new Set(fields.filter((path) => !isInternal(path, kind)).map((path) => label.field(path, kind)))];

/** @param {{ events: JournalEvent[] }} detail @param {{ board: string, seq: number, seen: any, events: number }} entry @param {any} ctx */
function events({ events }, entry, ctx) {
  const { board } = entry, count = entry.events + ownOf(entry);
  const history = board === "operations" ? "/history" : `/searches/${board}/history`;
  const before = new Map();
  const lines = events.map((/** @type {any} */ event) => {
    const known = before.get(`${event.kind} ${event.id}`);
    before.set(`${event.kind} ${event.id}`, event.state ?? null);
    return html`<li data-seq=${event.seq}><a href="${history}#${event.seq}">${timeElement(event.at)}</a> ${eventText(event, ctx, known)}</li>`;
  });
  return html`<ol class="event-list" data-testid="told">${lines}</ol>
    <p class="quiet">${count > events.length ? t("Latest {count} of {all} events.", { count: events.length, all: count }) : nothing} <a href=${history}>${t("Full history")}</a></p>`;
}

/**
 * "Sighting 7  Girl with a red coat"
 * @param {{ kind: string, state: State }} entity
 * @param {any} ctx
 */
function named({ kind, state }, ctx) {
  const [name, text] = isCard(kind) ? [cardName({ kind, state }), titleOf({ kind, state })] : NAMES[kind]?.(state, ctx) ?? [label.noun(kind)];
  return html`<b>${name}</b> ${text ?? nothing}`;
}

/** @type {Record<string, any>} */
const NAMES = {
  column: (/** @type {State} */ state) => [label.noun("column"), state.role && columnName(state)],
  search: (/** @type {State} */ state, /** @type {any} */ { board }) => [board.id === "operations" && state.person ? shortPersonName(state.person) : label.noun("search")],
  note: (/** @type {{ text: string }} */ { text }) => [label.noun("note"), text],
  tip: (/** @type {State} */ state) => [cardName({ kind: "tip", state }), state.description],
  report: (/** @type {State} */ state) => [cardName({ kind: "report", state }), state.person?.first_name ?? ""],
  file: (/** @type {State} */ { caption, name }) => [label.noun("file"), caption || name],
  material: (/** @type {State} */ state) => [materialName(state)],
  contact: (/** @type {State} */ { name }) => [label.noun("contact"), name],
  distribution: (/** @type {State} */ { recipient }) => [label.noun("distribution"), recipient],
  alarm: (/** @type {State} */ state, /** @type {any} */ ctx) => [label.noun("alarm"), state.about && alarmName(state, ctx)],
  shift: (/** @type {{ holder: any }} */ { holder }, /** @type {{ session: Session }} */ { session }) => [label.noun("shift"), holder && accountName(session, holder)],
};
