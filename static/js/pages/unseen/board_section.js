/** Section of one board: net changes, changes that were reverted, then the events. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { accountName, cardName, columnName } from "../../format/values.js";
import { n, t } from "../../core/i18n.js";
import { isCard, titleOf } from "../../core/kinds.js";
import { label } from "../../core/labels.js";
import { fieldChange } from "../../format/field_change.js";
import { alarmName, eventText } from "../../format/event_text.js";
import { shortPersonName } from "../../format/search_list.js";
import { timeElement, formatMoment } from "../../format/time_elements.js";

const MAX_CHANGES = 60; // changes of a board shown here
const HIDDEN_FIELDS = new Set(["rank", "number", "position", "digest", "searches", "reads", "source_kept", "queue", "queue_since", "looked_at"]); // fields of no meaning to users
/** @param {string} path */
const isShown = (path) => !HIDDEN_FIELDS.has(path.split(".")[0]);

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

/** One's own events are in the list too. @param {{ seq: number, seen: any, events: number }} given */
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
  if (detail.state === "failed") return html`<p class="quiet" role="alert">${t("New events could not be loaded.")} <button type="button" data-act="read-again" @click=${() => view.unseen.look(entry, { again: true })}>${t("Try again")}</button></p>`;
  const ctx = { session: view.session, board: detail.lookup };
  return html`
    <div><h3>${t("Summary")}</h3>${net(detail, ctx)}${back(detail, ctx)}</div>
    <div><h3>${t("History")}</h3>${events(detail, entry, ctx)}</div>`;
}

/** @param {{ net: any, more: any }} given @param {any} ctx */
function net({ net: changes, more }, ctx) {
  const said = changes.filter((/** @type {{ kind: string, fields: any }} */ { kind, fields }) => kind !== "handed" && fields.some((/** @type {{ path: string }} */ { path }) => isShown(path)));
  if (!said.length) return html`<p class="quiet">${t("No change overall.")}</p>`;
  return html`<ul class="net" data-testid="net">${said.slice(0, MAX_CHANGES).map((/** @type {any} */ each) => html`<li data-change=${each.change} data-id=${each.id}>
      ${named(each, ctx)} ${each.change === "changed" ? html`<ul>${each.fields.filter((/** @type {{ path: string }} */ { path }) => isShown(path)).map((/** @type {FieldChange} */ change) => fieldChange(change, ctx))}</ul>` : html`<span class="what">${label.done(`${each.kind}.${each.change}`)}</span>`}
    </li>`)}</ul>
    ${more || said.length > MAX_CHANGES ? html`<p class="quiet">${t("There are more changes than shown here.")}</p>` : nothing}`;
}

/**
 * Reverted changes are no net change, but somebody made them.
 * @param {{ back: any, net: any }} given
 * @param {any} ctx
 */
function back({ back, net: changes }, ctx) {
  const added = new Set(changes.filter((/** @type {{ change: any }} */ { change }) => change === "added").map((/** @type {{ id: string }} */ { id }) => id)); // all its fields are new
  const returned = (back ?? []).filter((/** @type {{ kind: string, id: string }} */ { kind, id }) => kind !== "handed" && !added.has(id)).map((/** @type {any} */ each) => ({ ...each, fields: fieldsOf(each) }));
  const said = returned.filter((/** @type {{ fields: any }} */ { fields }) => fields.length);
  if (!said.length) return nothing;
  return html`<h3>${t("Changed, then changed back")}</h3>
    <ul class="back" data-testid="back">${said.slice(0, MAX_CHANGES).map((/** @type {any} */ each) => html`<li data-id=${each.id}>${named(each, ctx)} <span class="what">${each.fields.join(", ")}</span></li>`)}</ul>`;
}

/** @param {{ fields: any }} given */
const fieldsOf = ({ fields }) => [...new Set(fields.filter(isShown).map(label.field))];

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
 * @param {{ kind: string, id: string, fields: any }} given
 * @param {any} ctx
 */
function named({ kind, id, fields }, ctx) {
  const state = ctx.board.one(kind, id)?.state ?? before(fields);
  const [name, text] = isCard(kind) ? [cardName({ kind, state }), titleOf({ kind, state })] : NAMES[kind]?.(state, ctx) ?? [label.noun(kind)];
  return html`<b>${name}</b> ${text ?? nothing}`;
}

/** @type {Record<string, any>} */
const NAMES = {
  column: (/** @type {State} */ state) => [label.noun("column"), columnName(state)],
  search: (/** @type {State} */ state, /** @type {any} */ { board }) => [board.id === "operations" && state.person ? shortPersonName(state.person) : label.noun("search")],
  note: (/** @type {{ text: string }} */ { text }) => [label.noun("note"), text],
  alarm: (/** @type {State} */ state, /** @type {any} */ ctx) => [label.noun("alarm"), state.about && alarmName(state, ctx)],
  shift: (/** @type {{ holder: any }} */ { holder }, /** @type {{ session: Session }} */ { session }) => [label.noun("shift"), holder && accountName(session, holder)],
};

/**
 * Return the last known state of a removed entity.
 * @param {any} [fields]
 */
const before = (fields = []) => Object.fromEntries(fields.filter((/** @type {any} */ field) => field.path && !field.path.includes(".")).map((/** @type {{ path: string, from: any }} */ { path, from }) => [path, from]));
