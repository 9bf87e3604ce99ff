/** Header and footer of a history: title, notices about missing entries, and how far back the list reaches. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { pageName, pageTitle } from "../../core/rules/pages.js";
import { say } from "../../core/rules/sentences.js";
import { dateAndClock, serverNow } from "../../core/time.js";
import { formatMoment } from "../../format/time_elements.js";
import { searchHeader } from "../../shared/board/search/search_header.js";

/** @param {HistoryView} view */
export function head(view) {
  const { boardId, isEverywhere, session } = view;
  const title = titleOf(view);
  document.title = `${title} · Searchboard`;
  return html`${view.search ? childHeader(view) : nothing}<div class="history-head">
    ${view.search ? html`<h2>${pageTitle("history")}</h2>` : html`<h1>${title}</h1>`}
    <a class="button" href=${isEverywhere ? "/" : `/searches/${boardId}`}>${isEverywhere ? pageName("operations") : t("Open board")}</a>
    ${isEverywhere ? nothing : html`<a class="button" href="/searches/${boardId}/timeline">${pageTitle("timeline")}</a>`}
    ${isEverywhere ? nothing : html`<a class="button" href="/history">${pageName("history")}</a>`}
    ${isEverywhere || !session.may("export") ? nothing : html`<a class="button" translate="no" href="/searches/${boardId}/history.pdf">PDF</a><a class="button" translate="no" href="/searches/${boardId}/history.md">Markdown</a>`}
    <p class="chain" data-chain data-chain-board=${boardId}></p>
    ${view.isPrinting ? html`<p class="printed">${printed(view)}</p>` : nothing}
  </div>`;
}

/** The child's header as on the board, without controls. @param {HistoryView} view */
function childHeader({ session, boardId, search, history }) {
  const board = /** @type {Board} */ (history.live());
  const sightings = /** @type {Card[]} */ (board.of("sighting"));
  return searchHeader({
    past: true, mayLead: false, session, board, happened: null,
    model: { search: /** @type {SearchEntity} */ (search), byId: new Map(sightings.map((card) => [card.id, card])) },
    path: (card) => `/searches/${boardId}/cards/${card}`,
    open: () => {}, // the link leads to the board
  });
}

/**
 * "What happened: Noor · 2026-0001"; without surname, because others may see the screen.
 * @param {{ isEverywhere: boolean, search: any }} given
 */
function titleOf({ isEverywhere, search }) {
  if (isEverywhere) return pageName("history");
  if (!search) return pageTitle("history");
  const { person, reference } = search.state;
  return say("history_of", { name: `${person.first_name} · ${reference}` });
}

/** @param {{ session: Session }} given */
const printed = ({ session }) => say("printed", { name: session.account.name, at: dateAndClock(serverNow()) });

/**
 * Notices about missing entries.
 * @param {HistoryView} view
 */
export function notices(view) {
  const { history } = view;
  const said = [history.state === "failed" && failed(history), event(view), card(view), nothingFits(view)].filter(Boolean);
  return said.length ? html`<div class="history-notices" role="status" data-testid="notices">${said}</div>` : nothing;
}

/** @param {any} history */
const failed = (history) => html`<p class="problem">${t("The history could not be loaded.")} <button type="button" data-act="read-again" @click=${history.read}>${t("Try again")}</button></p>`;

/** @param {HistoryView} view */
function event(view) {
  const { seq, history } = view, target = /** @type {string} */ (view.target);
  if (seq === null || history.head === null || view.isShown(target)) return null;
  if (seq > history.head || seq === 0) return html`<p>${t("This event does not exist.")}</p>`;
  if (history.find(seq)) return html`<p>${t("This event is hidden by the filters.")} <button type="button" data-act="show-event" @click=${view.clearFilter}>${t("Show all")}</button></p>`;
  return history.complete ? html`<p>${t("This event does not exist, or you do not have access.")}</p>` : null;
}

/** @param {{ values: any, offered: any, history: any }} given */
function card({ values, offered, history }) {
  if (values.card === null || !history.complete || offered.cards.has(values.card)) return null;
  return html`<p>${t("This card is not on this board.")}</p>`;
}

/** @param {HistoryView} view */
function nothingFits(view) {
  const { shown, history, isFiltered } = view;
  if (shown || history.state === "reading" || history.head === null) return null;
  return html`<p>${isFiltered ? t("No events match the filters. Remove a filter, or choose “Show all”.") : t("No events yet. Every change is listed here as soon as it is made.")}</p>`;
}

/**
 * Button to the entries that arrived above while reading.
 * @param {{ fresh: number, toNewest: any }} given
 */
export function newer({ fresh, toNewest }) {
  if (!fresh) return nothing;
  return html`<button type="button" class="newer primary" data-act="newest" @click=${toNewest}>${n("{count} new event above", "{count} new events above", fresh)}</button>`;
}

/**
 * Footer: how far back the list reaches.
 * @param {{ history: any, isEverywhere: boolean }} given
 */
export function rest({ history, isEverywhere }) {
  if (history.state === "reading") return html`<p class="more-status" role="status">${t("Loading…")}</p>`;
  if (!isEverywhere || history.complete || history.state !== "read") return nothing;
  return html`<p class="more-status">${t("Showing all events since {at}.", { at: formatMoment(history.from) })}
    <button type="button" data-act="read-back" @click=${history.read}>${t("Load earlier events")}</button></p>`;
}
