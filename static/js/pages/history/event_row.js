/** One event of a history: sentence, changed values, times of happening and recording, links. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { fieldChange } from "../../format/field_change.js";
import { t } from "../../core/i18n.js";
import { cardOf, describeEvent } from "../../format/event_text.js";
import { clock, day } from "../../core/time.js";
import { say } from "../../core/rules/sentences.js";
import { shiftHeading } from "./shift_headings.js";
import { shortPersonName } from "../../format/search_list.js";
import { tokenNote } from "../../format/token_note.js";
import { clockNote, timeElement, formatMoment } from "../../format/time_elements.js";

const LATE_MS = 30 * 60_000; // lateness worth showing; the same as the server's for sightings

/**
 * @param {any} at index among all shown events
 * @param {any} group heading that starts with this event, or null
 * @param {any} entry
 * @param {HistoryView} view
 */
export function row(entry, at, group, view) {
  const { key, event } = entry;
  const isCurrent = key === view.current;
  const { says, values, rest } = describeEvent(event, view.history.names(entry), view.history.before(entry), true);
  return html`<li data-key=${key} data-seq=${event.seq} data-type=${event.type} aria-setsize=${view.shown} aria-posinset=${at + 1}
      aria-current=${key === view.target ? "true" : nothing} tabindex=${isCurrent ? 0 : -1}>
    ${group ? html`<h2 data-testid="group">${shiftHeading(group, view)}</h2>` : nothing}
    <div class="event" data-kind=${event.kind}>
      <p class="when">${timeElement(event.at)}${clockNote(event)}${tokenNote(event)}${late(event)}</p>
      <p class="event-text" data-sentence>${ofSearch(entry, view)}${because(pieces(says, values, entry), event.reason, endsSentence(says, values))}</p>
      ${rest.length ? html`<ul class="changes">${rest.map((change) => fieldChange(change, view.history.names(entry)))}</ul>` : nothing}
      <p class="links">${links(entry, view, isCurrent ? 0 : -1)}</p>
    </div>
  </li>`;
}

/**
 * Return the sentence as elements, with search hits marked. A person at its start is in bold.
 * @param {any} says
 * @param {any} values
 * @param {any} entry
 */
function pieces(says, values, entry) {
  const subject = says.startsWith("{name}") ? 1 : -1;
  return says.split(/\{(\w+)\}/).map((/** @type {any} */ part, /** @type {any} */ at) => (at % 2 === 0 ? part : marked(at === subject ? "who" : part, values[part], entry)));
}

/** @param {string} name @param {any} value @param {{ event: any, journal: any }} given */
function marked(name, value, { event, journal }) {
  if (value === undefined || value === null) return nothing;
  if (name === "who" || name === "holder") return html`<b>${value}</b>`;
  if (name === "from") return html`<del>${value}</del>`;
  if (name === "to" || name === "grade" || name === "column") return html`<ins>${value}</ins>`;
  if (name === "text" || name === "item") return html`<q>${value}</q>`;
  const card = (name === "what" || name === "event") && !event.erased && cardOf(event);
  return card ? html`<a tabindex="-1" href="/searches/${journal.board}/cards/${card}">${value}</a>` : value;
}

/**
 * Return true if a sentence already ends with a full stop, because a text at its end does.
 * @param {string} says
 * @param {Record<string, any>} [values]
 */
export function endsSentence(says, values = {}) {
  const parts = says.split(/\{(\w+)\}/), end = parts.at(-1) || String(values[parts.at(-2) ?? ""] ?? "");
  return [".", "!", "?", "…"].some((mark) => end.trimEnd().endsWith(mark));
}

/** @param {any} sentence @param {any} reason @param {boolean} hasEnd */
export function because(sentence, reason, hasEnd) {
  if (!reason) return sentence;
  /** @type {Record<string, any>} */
  const values = { told: sentence, reason: html`<q class="reason">${reason}</q>` }, frame = say("because");
  return (hasEnd ? frame.replace("{told}.", "{told}") : frame).split(/\{(\w+)\}/).map((/** @type {any} */ part, /** @type {any} */ at) => (at % 2 === 0 ? part : values[part]));
}

/**
 * Time of the event itself, if it was recorded much later.
 * @param {any} event
 */
function late(event) {
  const happened = happenedAt(event);
  if (!happened) return nothing;
  const times = { happened: formatMoment(happened), recorded: formatMoment(event.at) }, at = day(happened) === day(event.at) ? clock(happened) : formatMoment(happened);
  const [whole, short] = event.kind === "sighting" // the time of a sighting is when the child was seen; the report came later
    ? [t("Reported {happened}, recorded {recorded}.", times), t("late: reported {at}", { at })]
    : [t("Happened {happened}, recorded {recorded}.", times), t("entered late: happened {at}", { at })];
  return html` <span class="late" data-testid="late" title=${whole}>${short}</span>`;
}

/** @param {{ type: string, state: State, at: any, erased: any }} entity */
function happenedAt({ type, state, at, erased }) {
  if (erased) return null;
  if (type === "sighting.added" && state.late) return state.received_at;
  if (type === "note.added" && Date.parse(at) - Date.parse(state.happened_at) > LATE_MS) return state.happened_at;
  return null;
}

/**
 * Link to the event's search, in the history of all searches.
 * @param {any} entry
 * @param {HistoryView} view
 */
function ofSearch(entry, view) {
  if (!view.isEverywhere) return nothing;
  const { journal, event } = entry;
  const id = ["handed", "search"].includes(event.kind) ? event.id : journal.board;
  const search = view.history.search(id) ?? (event.kind === "search" ? event.state ?? view.history.before(entry) : null); // archived
  if (!search) return nothing;
  const { person, reference } = search;
  return html`<a class="of" tabindex="-1" href="/searches/${id}/history">${[shortPersonName(person), reference].filter(Boolean).join(" · ")}</a> `;
}

/** @param {{ event: { seq: number }, journal: { board: string } }} given @param {HistoryView} view @param {number} tabindex */
function links({ event: { seq }, journal: { board } }, view, tabindex) {
  const isOwn = board === view.boardId;
  const own = isOwn ? `#${seq}` : `/searches/${board}/history#${seq}`;
  const then = board === "operations" ? `/?at=${seq}` : `/searches/${board}?at=${seq}`;
  return html`<a class="seq" tabindex=${tabindex} href=${own} aria-label=${t("Link to this event")}>${t("Link")}</a>
    <a class="then" tabindex=${tabindex} href=${then}>${t("Board at this time")}</a>`;
}
