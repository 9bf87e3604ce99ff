/** Section of one search in the handover report: state, pending work, texts, pins, and events since signing. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { LOG } from "../../behaviours/card_url.js";
import { hasKeyboard } from "../../behaviours/shortcut_handler.js";
import { n, t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { say, sayCount, withColon } from "../../core/rules/sentences.js";
import { pluralName } from "../../core/rules/kinds.js";
import { label } from "../../core/labels.js";
import { standardText } from "../../core/rules/standard_texts.js";
import { hiddenSearches } from "./hidden_searches.js";
import { pinned } from "./pinned.js";
import { decisionText, eventName, marksText, lastEvents, ownerText, sightingLists } from "./report_statements.js";
import { restated } from "./restatement.js";
import { searchTexts } from "./texts.js";
import { callUrl } from "../../shared/call_url.js";
import { outcomeText, joinParts } from "../../shared/board/search/outcome.js";
import { cardName } from "../../format/values.js";
import { cardTime, dueElement, seenText, timeElement, formatMoment } from "../../format/time_elements.js";
import { childSummary, gravityClass, isFolded, nameAndAge } from "./child_summary.js";

/** @param {{ search: any }} section */
export const referenceOf = ({ search }) => search.reference;

/** @param {any} section section of the report @param {HandoverView} view */
export function section(section, view) {
  const { board, search } = section, isUnread = view.reading.isToRead(section);
  return html`<article class="handover-section ${search.status} ${gravityClass(search)} ${isFolded(section, view) ? "folded" : ""}" id="s-${board}" data-section=${board} data-seq=${section.seq} tabindex="-1" ?data-unread=${isUnread}
      aria-labelledby="h-${board}">
    <p class="on-paper page-name" aria-hidden="true">${nameAndAge(search)} · ${search.reference}</p>
    ${childSummary(section, view)}
    ${body(section, view)}
  </article>`;
}

/** @param {any} section @param {HandoverView} view */
function body(section, view) {
  return html`${sinceSigning(section, view)}
    ${restated(section, view)}
    ${hiddenSearches(section, view)}
    ${acceptedUnread(section, view)}
    ${facts(section)}
    ${pinned(section, view)}
    ${searchTexts(section, view)}
    ${calls(section, view)}
    ${cards(section, view)}
    ${filesAdded(section, view)}
    ${shiftEvents(section, view)}
    ${head(section, view)}`;
}

/** @param {{ board: string, search: any, last_confirmed: any, unanswered?: Record<string, number>, contradictions?: { sighting: string, text: string }[] }} section */
function facts(section) {
  const { search, last_confirmed: last } = section;
  const rows = [
    html`<div><dt>${label.field("worrying")}</dt><dd>${decisionText(search)}${suggestedCriteria(search)}</dd></div>`,
    last ? html`<div><dt>${say("last_confirmed")}</dt><dd>${say("sighting", { number: last.number })}\u00a0· ${seenText(last, formatMoment, search.person.sex)}${last.place?.text ? `\u00a0· ${last.place.text}` : nothing}</dd></div>` : nothing,
    contradictionRow(section),
    waitingRow(section),
    outcomeRows(search),
  ];
  return html`<dl class="facts-line">${rows}</dl>`;
}

/** @param {{ board: string, contradictions?: { sighting: string, text: string }[] }} section */
function contradictionRow({ board, contradictions = [] }) {
  if (!contradictions.length) return nothing;
  return html`<div data-testid="contradictions"><dt>${say("contradiction")}</dt>${contradictions.map(({ sighting, text }) => html`<dd><a href="/searches/${board}/cards/${sighting}">${text}</a></dd>`)}</div>`;
}

/** @type {Record<string, (count: number) => string>} */
const WAITING = {
  look: (count) => sayCount("not_looked_at", count),
  judge: (count) => sayCount("to_assess", count),
  pass_on: (count) => sayCount("waiting_for_police", count),
  wakes: (count) => sayCount("to_look_at_again", count),
};

/**
 * Render the number of sightings per waiting step, and of wakes. Reports signed under earlier versions lack them.
 * @param {{ unanswered?: Record<string, number> }} section
 */
function waitingRow({ unanswered: counts }) {
  const waitingTexts = counts ? Object.keys(WAITING).filter((queue) => counts[queue]).map((queue) => WAITING[queue](counts[queue])) : [];
  return waitingTexts.length ? html`<div data-testid="queues"><dt>${pageTitle("unanswered")}</dt><dd>${waitingTexts.join(", ")}</dd></div>` : nothing;
}

/**
 * Render the criteria suggested by the age, until somebody decides.
 * @param {{ worrying: boolean | null, suggested?: any }} search
 */
function suggestedCriteria({ worrying, suggested = [] }) {
  if (worrying !== null || !suggested.length) return nothing;
  return html`\u00a0· ${withColon(say("suggested"))} ${suggested.map(label.criterion).join(", ")}`;
}

/**
 * Render the outcome, and the reason for closing the search with open work.
 * @param {State} search
 */
function outcomeRows({ person, status, outcome, status_reason: reason, acknowledge }) {
  return html`${outcome ? html`<div><dt>${label.field("outcome")}</dt><dd data-testid="outcome">${joinParts(outcomeText(outcome, status, reason, person.sex).filter(Boolean))}</dd></div>` : nothing}
    ${status === "closed" && reason ? html`<div><dt>${say("closing_note")}</dt><dd>${reason}</dd></div>` : nothing}
    ${acknowledge ? html`<div><dt>${label.field("acknowledge")}</dt><dd class="text-alert" data-testid="acknowledge">${acknowledge}</dd></div>` : nothing}`;
}

/**
 * Render the events of the shift, the same for everybody; on screen also the events that are new to the reader.
 * @param {Record<string, any>} section @param {HandoverView} view
 */
function shiftEvents({ board, since: { events, significant, seq }, reader, seq: until }, view) {
  const earlierEvents = reader.significant.filter((/** @type {any} */ event) => event.seq <= seq); // events before the shift, which are not listed elsewhere
  const newsForReader = reader.from === "seen" ? html`<div class="on-screen" data-testid="reader"><p>${newTo(reader, board, until)}</p>${important(earlierEvents, board, view)}</div>` : nothing;
  if (!events) return html`<div class="news quiet"><p>${withColon(say("since_shift"))} ${say("no_events")}</p>${newsForReader}</div>`;
  return html`<div class="news"><p>${withColon(say("since_shift"))} <b>${sayCount("events", events)}</b>${links(board, seq, until)}</p>${newsForReader}
    ${significant.length ? html`<h3>${say("important")}</h3>` : nothing}${important(significant, board, view)}</div>`;
}

/** @param {JournalEvent[]} events @param {string} board @param {HandoverView} view */
function important(events, board, view) {
  if (!events.length) return nothing;
  return html`<ul>${lastEvents(events).map((/** @type {any} */ event) => html`<li>${timeElement(event.at)}\u00a0· <a href="/searches/${board}/history#${event.seq}">${eventName(event, (id) => view.nameOf(id))}</a></li>`)}</ul>`;
}

/**
 * Render the events that the reader has not seen.
 * @param {{ events: number, significant: any, seq: number }} news
 * @param {string} board
 * @param {any} until
 */
function newTo({ events, significant, seq }, board, until) {
  if (!events) return t("No events since you last looked.");
  const importantText = significant.length ? html`, <b>${sayCount("important_ones", significant.length)}</b>` : nothing;
  return html`<b>${n("{count} event since you last looked", "{count} events since you last looked", events)}</b>${importantText}${links(board, seq, until)}`;
}

/**
 * Render links to the comparison of two events, and to the history after the first.
 * @param {string} board
 * @param {any} from
 * @param {any} to
 */
function links(board, from, to) {
  return html`<span class="on-screen">\u00a0· <a href="/searches/${board}?at=${from}&amp;with=${to}">${t("Compare")}</a>\u00a0· <a href="/searches/${board}/history#${from + 1}">${pageTitle("history")}</a></span>`;
}

/**
 * Render the events since signing, and the reading state of this person.
 * @param {any} section
 * @param {HandoverView} view
 */
function sinceSigning(section, view) {
  if (view.isFixed) return allReaders(section, view);
  if (view.stage !== "signed") return view.reading.isStillUnread(section.board) || view.isSending(section.board, "read", view.shift?.handover) ? stillUnread(section, view) : nothing;
  const { board, seq, after: { seq: now, events, significant } } = section;
  const ownRead = section.reads?.[view.session.account.id];
  return html`<div class="since-signed" data-testid="after">
    <p>${withColon(say("since_signing"))} ${events ? html`<b>${sayCount("events", events)}</b>${significant ? html`, <b>${sayCount("important_ones", significant)}</b>` : nothing}${links(board, seq, now)}` : marksText(section)}</p>
    ${view.mayTakeOver ? reading(section, view, ownRead) : nothing}
    ${readers(section, view)}
  </div>`;
}

/** Render a search that this person accepted unread. @param {any} section @param {HandoverView} view */
function stillUnread(section, view) {
  const { handover: number, since } = view.shift;
  return html`<div class="since-signed on-screen" data-testid="still-unread-here"><p>${t("You accepted handover {number} without having read this search.", { number })}
    <a href="/searches/${section.board}/history">${pageTitle("history")}</a> <span class="hint">${t("since {at}", { at: formatMoment(since) })}</span></p>${reading(section, view, null, number)}</div>`;
}

/** @param {any} section @param {HandoverView} view @param {any} ownRead @param {number} [number] number of the handover */
function reading(section, view, ownRead, number = view.number) {
  if (view.isSending(section.board, "read", number)) return html`<span class="hint on-screen" role="status">${t("sending…")}</span>`;
  if (!view.reading.isToRead(section)) return html`<span class="read on-screen" data-testid="read">✓ ${ownRead ? say("read_at", { at: formatMoment(ownRead.at) }) : label.done("read")}</span>`;
  const markRead = (/** @type {{ target: any }} */ { target }) => {
    target.closest("[data-section]").focus({ preventScroll: true }); // the button disappears
    view.act.read(section);
  };
  return html`<button type="button" data-act="mark-read" @click=${markRead}>${ownRead ? t("Mark as read again") : t("Mark as read")}${hasKeyboard() ? html` <kbd>R</kbd>` : nothing}</button>`;
}

/** Render the other readers, for the outgoing person; on paper everybody, so that all copies are identical. @param {{ reads?: any }} section @param {HandoverView} view */
function readers({ reads = {} }, view) {
  const { [view.session.account.id]: _, ...otherReads } = reads;
  return html`${readersText(otherReads, view, "hint on-screen")}${readersText(reads, view, "hint on-paper")}`;
}

/** Render the readers of a search in an earlier report, as on paper. @param {{ reads?: any }} section @param {HandoverView} view */
function allReaders({ reads = {} }, view) {
  return Object.keys(reads).length ? html`<div class="since-signed" data-testid="readers">${readersText(reads, view, "hint")}</div>` : nothing;
}

/** @param {Record<string, { at: any }>} reads @param {HandoverView} view @param {string} style */
function readersText(reads, view, style) {
  const texts = Object.entries(reads).map(([id, { at }]) => t("Read by {name}, {at}", { name: view.nameOf(id), at: formatMoment(at) }));
  return texts.length ? html`<p class=${style}>${texts.join(" · ")}</p>` : nothing;
}

/** Render the person who accepted the handover without reading this search: part of the signed report. @param {any} it @param {HandoverView} view */
const acceptedUnread = ({ unread_by: by }, view) => (by ? html`<p class="unwritten" data-testid="accepted-unread">${say("not_read", { name: view.nameOf(by) })}</p>` : nothing);

/**
 * Render the calls that are due. Reports of people without the right to read contacts have none.
 * @param {any} section
 * @param {HandoverView} view
 */
function calls({ board, calls: due = [] }, view) {
  if (!due.length) return nothing;
  return html`<div class="waiting"><section data-testid="calls-due"><h3>${say("calls_due")} <span>${due.length}</span></h3>
    <ul>${due.map((/** @type {any} */ call) => html`<li data-call=${call.id}><a href=${callUrl(board, call.id)}><bdi>${call.title}</bdi></a>
      <small>${[label.value("role", call.role, "contact"), call.assignee ? view.nameOf(call.assignee) : say("nobody_assigned")].join(" · ")}\u00a0· ${view.isFixed ? say("due", { at: formatMoment(call.due) }) : dueElement(call.due)}</small></li>`)}</ul></section></div>`;
}

/** @param {any} section @param {HandoverView} view */
function cards(section, view) {
  const { tasks: { overdue, due: soon, undated = [], done }, cards: otherCards = {}, left_out: leftOutCount = 0 } = section;
  const { ungraded, waiting: [toLookAt, toAssess, toPassOn] } = sightingLists(section);
  const lists = [
    [say("overdue"), byDue(overdue), "late"], [say("due_soon"), byDue(soon), ""], [say("undated"), undated, ""],
    [say("ungraded"), ungraded, ""], [say("sightings_to_look_at"), toLookAt, ""], [say("sightings_to_assess"), toAssess, ""], [say("to_pass_on"), toPassOn, ""], [say("done"), done, "done"],
    ...Object.entries(otherCards).map(([kind, list]) => [pluralName(kind), list, ""]),
  ].filter(([, list]) => list.length);
  return html`<div class="waiting">${lists.map(([name, list, kind]) => html`<section class=${kind}><h3>${name} <span>${list.length}</span></h3>
      <ul>${list.map((/** @type {any} */ card) => line(card, kind === "done", section, view))}</ul></section>`)}</div>
    ${leftOutCount ? html`<p class="hint">${n("{count} more card not shown.", "{count} more cards not shown.", leftOutCount)}</p>` : nothing}`;
}

/** @param {{ due: string }[]} tasks */
const byDue = (tasks) => [...tasks].sort((one, other) => (one.due < other.due ? -1 : 1));

/**
 * Render the names of files added during the shift; pictures are on the board. Reports signed under earlier versions have none.
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

/** @param {any} card @param {boolean} isDone @param {{ board: string, search: any, alarms?: any }} section @param {HandoverView} view */
function line(card, isDone, { board, search, alarms }, view) {
  const { kind, id, number } = card, until = isDone ? null : card.due, title = standardText(card.title), owner = ownerText(card, isDone, alarms, view);
  return html`<li data-card=${id}><a href="/searches/${board}/cards/${id}"><span class="number ${kind}">${number}</span> ${title}</a>
    <small>${joinParts([card.ungraded ? say("not_graded") : card.grade, owner, cardTime(card, search.person.sex), card.place && html`<bdi>${card.place}</bdi>`, until && (view.isFixed ? say("due", { at: formatMoment(until) }) : dueElement(until))].filter(Boolean))}</small></li>`;
}

/**
 * Render the chain hash at this position, which `verify` compares.
 * @param {{ head: any }} section
 * @param {HandoverView} view
 */
function head({ head: hash }, view) {
  return view.isFixed || view.stage === "signed" ? html`<details class="evidence"><summary>${t("Checksums")}</summary><code>${hash}</code></details>` : nothing;
}
