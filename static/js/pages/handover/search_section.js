/** Section of one search in the handover report: state, pending work, texts, pins, and events since it was signed. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { LOG } from "../../behaviours/card_url.js";
import { hasKeyboard } from "../../behaviours/shortcut_handler.js";
import { n, t, withColon } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { pluralName } from "../../core/rules/kinds.js";
import { label } from "../../core/labels.js";
import { QUEUES } from "../../core/rules/queues.js";
import { standardText } from "../../core/rules/standard_texts.js";
import { hiddenSearches } from "./hidden_searches.js";
import { pinned } from "./pinned.js";
import { restated } from "./restatement.js";
import { searchTexts } from "./texts.js";
import { outcomeText, joined } from "../../shared/board/search/outcome.js";
import { cardName } from "../../format/values.js";
import { cardTime, dueElement, seenText, timeElement, formatMoment } from "../../format/time_elements.js";
import { childSummary, gravityClass, isFolded, nameAndAge } from "./child_summary.js";

/** @param {{ search: any }} given */
export const referenceOf = ({ search }) => search.reference;

/** @param {any} it section of the report @param {HandoverView} view */
export function section(it, view) {
  const { board, search } = it, unread = view.reading.isToRead(it);
  return html`<article class="handover-section ${search.status} ${gravityClass(search)} ${isFolded(it, view) ? "folded" : ""}" id="s-${board}" data-section=${board} data-seq=${it.seq} tabindex="-1" ?data-unread=${unread}
      aria-labelledby="h-${board}">
    <p class="on-paper page-name" aria-hidden="true">${nameAndAge(search)} · ${search.reference}</p>
    ${childSummary(it, view)}
    ${body(it, view)}
  </article>`;
}

/** @param {any} it @param {HandoverView} view */
function body(it, view) {
  return html`${after(it, view)}
    ${restated(it, view)}
    ${hiddenSearches(it, view)}
    ${acceptedUnread(it, view)}
    ${facts(it)}
    ${pinned(it, view)}
    ${searchTexts(it, view)}
    ${cards(it, view)}
    ${filesAdded(it, view)}
    ${happened(it)}
    ${head(it, view)}`;
}

/** @param {{ search: any, last_confirmed: any, unanswered?: Record<string, number> }} it */
function facts(it) {
  const { search, last_confirmed: last } = it;
  const { worrying } = search;
  const rows = [
    html`<div><dt>${label.field("worrying")}</dt><dd>${worrying === null ? label.decision(worrying) : label.answer(worrying ? "yes" : "no")}${hinted(search)}</dd></div>`,
    last ? html`<div><dt>${say("last_confirmed")}</dt><dd>${t("Sighting {number}", { number: last.number })}\u00a0· ${seenText(last, formatMoment, search.person.sex)}${last.place?.text ? `\u00a0· ${last.place.text}` : nothing}</dd></div>` : nothing,
    unanswered(it),
    ended(search),
  ];
  return html`<dl class="facts-line">${rows}</dl>`;
}

/** @type {Record<string, (count: number) => string>} */
const WAITING = {
  look: (count) => n("{count} not looked at", "{count} not looked at", count),
  judge: (count) => n("{count} to assess", "{count} to assess", count),
  pass_on: (count) => n("{count} to pass on", "{count} to pass on", count),
};

/**
 * How many sightings wait for each step. A report that was signed under an earlier version does not say it.
 * @param {{ unanswered?: Record<string, number> }} given
 */
function unanswered({ unanswered: counts }) {
  const said = counts ? QUEUES.filter((queue) => counts[queue]).map((queue) => WAITING[queue](counts[queue])) : [];
  return said.length ? html`<div data-testid="queues"><dt>${t("Unanswered")}</dt><dd>${said.join(", ")}</dd></div>` : nothing;
}

/**
 * Criteria suggested by the age, until somebody decides.
 * @param {{ worrying: boolean | null, suggested?: any }} given
 */
function hinted({ worrying, suggested = [] }) {
  if (worrying !== null || !suggested.length) return nothing;
  return html`\u00a0· ${withColon(say("suggested"))} ${suggested.map(label.criterion).join(", ")}`;
}

/**
 * Outcome, and why the search was closed with open work.
 * @param {State} search
 */
function ended({ person, status, outcome, status_reason: reason, acknowledge }) {
  return html`${outcome ? html`<div><dt>${label.field("outcome")}</dt><dd data-testid="outcome">${joined(outcomeText(outcome, status, reason, person.sex).filter(Boolean))}</dd></div>` : nothing}
    ${status === "closed" && reason ? html`<div><dt>${say("closing_note")}</dt><dd>${reason}</dd></div>` : nothing}
    ${acknowledge ? html`<div><dt>${label.field("acknowledge")}</dt><dd class="text-alert" data-testid="acknowledge">${acknowledge}</dd></div>` : nothing}`;
}

/**
 * Events of the shift, the same for everybody; on screen also which are new to the reader.
 * @param {Record<string, any>} section
 */
function happened({ board, since: { events, significant, seq }, reader, seq: until }) {
  const earlier = reader.significant.filter((/** @type {any} */ event) => event.seq <= seq); // from before the shift: listed nowhere else
  const mine = reader.from === "seen" ? html`<div class="on-screen" data-testid="reader"><p>${newTo(reader, board, until)}</p>${important(earlier, board)}</div>` : nothing;
  if (!events) return html`<div class="news quiet"><p>${say("no_events")}</p>${mine}</div>`;
  return html`<div class="news"><p><b>${n("{count} event since the shift began", "{count} events since the shift began", events)}</b>${links(board, seq, until)}</p>${mine}
    ${significant.length ? html`<h3>${say("important")}</h3>` : nothing}${important(significant, board)}</div>`;
}

/** @param {JournalEvent[]} events @param {string} board */
function important(events, board) {
  if (!events.length) return nothing;
  return html`<ul>${events.map((/** @type {any} */ event) => html`<li>${timeElement(event.at)}\u00a0· <a href="/searches/${board}/history#${event.seq}">${eventName(event)}</a></li>`)}</ul>`;
}

/**
 * "Sighting added: Sighting 7"
 * @param {{ type: string, kind: string, number?: number | null }} event
 */
export const eventName = ({ type, kind, number }) => (number ? t("{what}: {card}", { what: label.event(type), card: cardName({ kind, state: { number } }) }) : label.event(type));

/**
 * Events that the reader has not seen.
 * @param {{ events: number, significant: any, seq: number }} given
 * @param {string} board
 * @param {any} until
 */
function newTo({ events, significant, seq }, board, until) {
  if (!events) return t("No events since you last looked.");
  const weighty = significant.length ? html`, <b>${n("{count} of them important", "{count} of them important", significant.length)}</b>` : nothing;
  return html`<b>${n("{count} event since you last looked", "{count} events since you last looked", events)}</b>${weighty}${links(board, seq, until)}`;
}

/**
 * Links to the comparison between two events and to the history from the first on.
 * @param {string} board
 * @param {any} from
 * @param {any} to
 */
function links(board, from, to) {
  return html`<span class="on-screen">\u00a0· <a href="/searches/${board}?at=${from}&amp;with=${to}">${t("Compare")}</a>\u00a0· <a href="/searches/${board}/history#${from + 1}">${t("History")}</a></span>`;
}

/**
 * Events since it was signed, and whether this person has read the section.
 * @param {any} it
 * @param {HandoverView} view
 */
function after(it, view) {
  if (view.stage !== "signed") return view.reading.isStillUnread(it.board) || view.isSending(it.board, "read", view.shift?.handover) ? stillUnread(it, view) : nothing;
  const { board, seq, after: { seq: now, events, significant } } = it;
  const mine = it.reads?.[view.session.account.id];
  return html`<div class="since-signed" data-testid="after">
    <p>${events ? html`<b>${n("{count} event since signing", "{count} events since signing", events)}</b>${significant ? html`, <b>${n("{count} of them important", "{count} of them important", significant)}</b>` : nothing}${links(board, seq, now)}` : say("no_events_since_signing")}</p>
    ${view.mayTakeOver ? reading(it, view, mine) : nothing}
    ${readers(it, view)}
  </div>`;
}

/** A search that this person accepted without having read it. @param {any} it @param {HandoverView} view */
function stillUnread(it, view) {
  const { handover: number, since } = view.shift;
  return html`<div class="since-signed on-screen" data-testid="still-unread-here"><p>${t("You accepted handover {number} without having read this search.", { number })}
    <a href="/searches/${it.board}/history">${t("History")}</a> <span class="hint">${t("since {at}", { at: formatMoment(since) })}</span></p>${reading(it, view, null, number)}</div>`;
}

/** @param {any} it @param {HandoverView} view @param {any} mine @param {number} [number] of the handover */
function reading(it, view, mine, number = view.number) {
  if (view.isSending(it.board, "read", number)) return html`<span class="hint on-screen" role="status">${t("sending…")}</span>`;
  if (!view.reading.isToRead(it)) return html`<span class="read on-screen" data-testid="read">✓ ${mine ? say("read_at", { at: formatMoment(mine.at) }) : t("read")}</span>`;
  const markRead = (/** @type {{ target: any }} */ { target }) => {
    target.closest("[data-section]").focus({ preventScroll: true }); // the button disappears
    view.act.read(it);
  };
  return html`<button type="button" data-act="mark-read" @click=${markRead}>${mine ? t("Mark as read again") : t("Mark as read")}${hasKeyboard() ? html` <kbd>R</kbd>` : nothing}</button>`;
}

/**
 * Others who have read it, for the person handing over; on paper everybody, so that all copies are the same.
 * @param {{ reads?: any }} given
 * @param {HandoverView} view
 */
function readers({ reads = {} }, view) {
  const all = Object.entries(reads), others = all.filter(([id]) => id !== view.session.account.id);
  const told = (/** @type {any} */ some) => some.map((/** @type {[string, { at: any }]} */ [id, { at }]) => t("Read by {name}, {at}", { name: view.nameOf(id), at: formatMoment(at) })).join(" · ");
  return html`${others.length ? html`<p class="hint on-screen">${told(others)}</p>` : nothing}${all.length ? html`<p class="hint on-paper">${told(all)}</p>` : nothing}`;
}

/** Who accepted the handover without having read this search: part of what was signed. @param {any} it @param {HandoverView} view */
const acceptedUnread = ({ unread_by: by }, view) => (by ? html`<p class="unwritten" data-testid="accepted-unread">${say("not_read", { name: view.nameOf(by) })}</p>` : nothing);

/** @param {any} it @param {HandoverView} view */
function cards(it, view) {
  const { ungraded, to_pass_on: toPassOn = [], tasks: { overdue, due: soon, done }, cards: others = {}, left_out: left = 0 } = it;
  const lists = [
    [say("overdue"), overdue, "late"], [say("due_soon"), soon, ""], [say("ungraded"), ungraded, ""], [say("to_pass_on"), toPassOn, ""], [say("done"), done, "done"],
    ...Object.entries(others).map(([kind, list]) => [pluralName(kind), list, ""]),
  ].filter(([, list]) => list.length);
  return html`<div class="waiting">${lists.map(([name, list, kind]) => html`<section class=${kind}><h3>${name} <span>${list.length}</span></h3>
      <ul>${list.map((/** @type {any} */ card) => line(card, kind === "done" ? null : card.due, it, view))}</ul></section>`)}</div>
    ${left ? html`<p class="hint">${n("{count} more card not shown.", "{count} more cards not shown.", left)}</p>` : nothing}`;
}

/**
 * Files of the shift by name: pictures are on the board. A report that was signed under an earlier version has none.
 * @param {any} it
 * @param {HandoverView} view
 */
function filesAdded({ board, files = [] }, view) {
  if (!files.length) return nothing;
  return html`<div class="waiting"><section data-testid="files-added"><h3>${say("files_added")} <span>${files.length}</span></h3>
    <ul>${files.map((/** @type {any} */ file) => html`<li data-file=${file.id}><a href=${file.card ? `/searches/${board}/cards/${file.card.id}` : `/searches/${board}#${LOG}`}><bdi>${file.caption || file.name}</bdi></a>
      <small>${[placeOfFile(file), view.nameOf(file.added_by), formatMoment(file.added_at)].filter(Boolean).join(" · ")}</small></li>`)}</ul></section></div>`;
}

/** @param {{ card: { kind: string, number: number } | null, note: string | null }} file */
const placeOfFile = ({ card, note }) => (card ? cardName({ kind: card.kind, state: { number: card.number } }) : note ? label.noun("note") : null);

/** @param {any} card @param {any} until @param {{ board: string, search: any }} given @param {HandoverView} view */
function line(card, until, { board, search }, view) {
  const { kind, id, number, assignee } = card, title = standardText(card.title);
  return html`<li data-card=${id}><a href="/searches/${board}/cards/${id}"><span class="number ${kind}">${number}</span> ${title}</a>
    <small>${joined([assignee && view.nameOf(assignee), cardTime(card, search.person.sex), until && (view.isFixed ? t("due {at}", { at: formatMoment(until) }) : dueElement(until))].filter(Boolean))}</small></li>`;
}

/**
 * Hash of the chain at this position, which `verify` compares.
 * @param {{ head: any }} given
 * @param {HandoverView} view
 */
function head({ head: hash }, view) {
  return view.isFixed || view.stage === "signed" ? html`<details class="evidence"><summary>${t("Checksums")}</summary><code>${hash}</code></details>` : nothing;
}
