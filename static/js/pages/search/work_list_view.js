/* Rows of the work list, its header, and the keys that work on the open card. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { LIST, UNANSWERED } from "../../behaviours/card_url.js";
import { hasKeyboard } from "../../behaviours/shortcut_handler.js";
import { shownKeys } from "../../behaviours/shortcuts.js";
import { n, number, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { pluralName, titleOf } from "../../core/rules/kinds.js";
import { pageName, pageTitle } from "../../core/rules/pages.js";
import { isLapsed } from "../../format/ownership.js";
import { formatShortMoment } from "../../format/time_elements.js";
import { accountName, cardName } from "../../format/values.js";
import { childrenOf, entryName } from "../../format/work_text.js";
import { cardClicked, custodyMarks, ownerOnCard, priority, sendingCard } from "../../shared/board/card/card.js";
import { lookOf } from "../../shared/board/card/card_views.js";
import { contradictionMark } from "../../shared/board/card/contradiction_mark.js";
import { keyHint } from "../../shared/key_hint.js";
import { entryOwner, urlInList, waitingMark } from "../../shared/work/entry_custody.js";
import { moreText, waits } from "./work_list.js";

/** Commands whose keys are shown below the list. @type {[string, () => string][]} */
const KEYS = [
  ["looked-at", () => label.done("sighting.looked_at")], ["grade", () => t("grade")], ["assess", () => t("assess")], ["take", () => t("I have it")],
  ["assign", () => t("assign to…")], ["pass-on", () => t("pass on")],
];

/** @param {SearchView} view */
export function workList(view) {
  const { work } = view, { rows, page, pages, total, waiting, leftOut } = work.shown, isOfAll = view.ui.view === UNANSWERED;
  return html`<section class="work-list" aria-labelledby="work-list-title">
    <header><h2 id="work-list-title">${isOfAll ? pageTitle("unanswered") : pluralName("sighting")}</h2>
      <p class="quiet" data-testid="work-count">${n("{count} of {all} waits", "{count} of {all} wait", waiting, { all: number(total) })}</p>
      ${waiting ? html`<button type="button" data-act="next-waiting" @click=${work.next}>${t("Next that waits")} ${keyHint("next-waiting", "search")}</button>` : nothing}
      <div class="views" role="group" aria-label=${t("Show only")}>${scope(view, LIST, t("This search"))}${scope(view, UNANSWERED, pageName("operations"))}</div></header>
    ${work.state === "failed" ? html`<p role="alert">${t("The list could not be loaded.")} <button type="button" data-act="read-again" @click=${work.read}>${t("Try again")}</button></p>` : nothing}
    ${work.state === "loading" ? html`<p role="status">${t("Loading…")}</p>` : nothing}
    ${work.state === "live" && !total ? html`<p class="none" data-testid="no-rows">${view.filters.active && !isOfAll ? t("No matching cards.") : isOfAll ? t("Nothing waits. Every sighting is answered.") : t("No sightings yet.")}</p>` : nothing}
    <div class="work-rows" role="list" data-rows @click=${cardClicked(view)}>${repeat(rows, ({ id }) => id, (row) => workRow(row, view))}</div>
    ${pages > 1 ? pageButtons(page, pages, view) : nothing}
    ${leftOut ? html`<p class="quiet" data-testid="rows-left-out">${moreText(leftOut)}</p>` : nothing}
    ${hasKeyboard() && view.mayEdit ? html`<p class="work-keys" data-testid="work-keys">${KEYS.map(([id, text]) => html`<span><kbd>${shownKeys(id, "search")}</kbd> ${text()}</span>`)}</p>` : nothing}
  </section>`;
}

/** @param {SearchView} view @param {BoardViewName} name @param {string} text */
const scope = ({ ui, work }, name, text) => html`<button type="button" data-scope=${name} aria-pressed=${ui.view === name ? "true" : "false"} @click=${() => work.show(name)}>${text}</button>`;

/** @param {number} page @param {number} pages @param {SearchView} view */
function pageButtons(page, pages, { work }) {
  return html`<p class="work-pages"><button type="button" data-act="earlier-rows" ?disabled=${page === 0} @click=${() => work.turn(page - 1)}>${t("Previous")}</button>
    <span>${t("{number} of {count}", { number: page + 1, count: pages })}</span>
    <button type="button" data-act="later-rows" ?disabled=${page === pages - 1} @click=${() => work.turn(page + 1)}>${t("Next")}</button></p>`;
}

/** @param {import("./work_list.js").WorkRow} row @param {SearchView} view */
function workRow(row, view) {
  const { id, card, entry } = row, isOpen = view.ui.card === id, alarm = card ? view.model?.alarms.get(id) : entry?.alarm;
  return html`<article role="listitem" class="work-row ${isOpen ? "opened" : ""} ${waits(row) ? "" : "answered"} ${isLapsed(alarm) ? "lapsed" : ""}" data-card=${id}>
    ${card ? cardCells(card, entry, view) : entry ? entryCells(entry, view) : nothing}</article>`;
}

/** @param {Card} card @param {UnansweredEntry | undefined} entry @param {SearchView} view */
function cardCells(card, entry, view) {
  const { id, state, pending } = card, look = lookOf(card.kind), { model, session } = view;
  const isRuledOut = look.isRuledOut(state), shown = { assignee: state.assignee && accountName(session, state.assignee), owner: ownerOnCard(card, view), alarm: model?.alarms.get(id) };
  return html`<b class="number">${cardName(card)}</b>
    <span class="seen">${state.seen_at ? formatShortMoment(state.seen_at) : "–"}</span>
    <span class="what"><a dir="auto" href=${view.path(id)} data-part="open">${titleOf(card)}</a>
      <small>${under([state.received_at && t("reported {at}", { at: formatShortMoment(state.received_at) }), state.place?.text, entry && childrenOf(entry)])} ${priority(state, isRuledOut)}</small>${contradictionMark(view.contradictions.of(id))}</span>
    <span class="grades">${look.mark(card)}</span>
    <span class="custody">${pending ? html`<span class="sending">${sendingCard(pending)}</span>` : nothing}${custodyMarks(card, shown, isRuledOut, view)}${state.assessment === "unassessed" ? nothing : look.result(state, false)}</span>`;
}

/** @param {UnansweredEntry} entry @param {SearchView} view */
function entryCells(entry, view) {
  return html`<b class="number">${entryName(entry)}</b>
    <span class="seen">${entry.seen_at ? formatShortMoment(entry.seen_at) : "–"}</span>
    <span class="what"><a dir="auto" href=${urlInList(entry)}>${entry.title}</a>
      <small>${under([entry.received_at && t("reported {at}", { at: formatShortMoment(entry.received_at) }), entry.place, childrenOf(entry)])} ${priority({ priority: entry.priority })}</small></span>
    <span class="grades"></span>
    <span class="custody">${waitingMark(entry)}${entryOwner(entry, view.session)}</span>`;
}

/** @param {(string | null | undefined | false)[]} parts */
const under = (parts) => parts.filter(Boolean).join("\u00a0· ");
