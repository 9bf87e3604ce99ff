/** Panel next to the call form: suggested searches, similar sightings, recent calls. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { label } from "../../core/labels.js";
import { n, t } from "../../core/i18n.js";
import { say, withColon } from "../../core/rules/sentences.js";
import { briefLooks, chosenChild } from "./chosen_child.js";
import { moment } from "../../core/time.js";
import { foundText } from "../../format/found_text.js";
import { shortPersonName } from "../../format/search_list.js";
import { sameLooks, statementsText } from "../../format/statements.js";
import { seenText } from "../../format/time_elements.js";
import { uploadList } from "../../shared/files/strip.js";
import { guideLink } from "../../shared/guide_link.js";

const MAX_TEXT = 160; // characters of a suggested sighting

/**
 * "8.6" for 8600 m
 * @param {number} metres
 */
export const distanceText = (metres) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: metres < 10_000 ? 1 : 0 }).format(metres / 1000);

/**
 * "2026-0412 · Noor V."
 * @param {State} search
 */
const searchName = ({ reference, person }) => `${reference} · ${shortPersonName(person)}`;

/**
 * Option of the field for the search, with "Girl, 6" next to it, and the typed details of the appearance that match.
 * @param {Entity} entity
 * @param {any[]} [suggestions] of the server
 */
export function searchOption({ id, state }, suggestions = []) {
  const looks = statementsText(suggestions.find(({ board }) => board === id)?.statements);
  const { person: { sex, age }, kind, last_seen: place } = state;
  const sexAndAge = [sex && label.sex(sex), age].filter((part) => part || part === 0).join(", ");
  return { key: id, text: searchName(state), more: [foundText(state), sexAndAge, label.kind(kind), place?.text, looks].filter(Boolean).join(" · ") };
}

/**
 * "2026-0412 · Noor V.: found 14:07, alive and well"
 * @param {Entity} entity
 */
export const endedText = ({ state }) => `${withColon(searchName(state))} ${foundText(state) ?? label.status(state.status)}`;

/** @param {IntakeView} view */
export function suggestionsPanel(view) {
  const { suggestions, call } = view;
  const board = call.typed.board === "operations" ? null : call.typed.board; // a call without a search
  const nearby = suggestions.searches.filter(({ board }) => board !== call.typed.board && view.board.get(board));
  return html`
    ${chosenChild(board && view.board.get(board))}
    <section aria-labelledby="same" data-testid="similar"><h2 id="same">${t("Possible duplicates")}</h2>
      ${suggestions.similar.length || suggestions.tips.length ? html`<ul>${suggestions.similar.map((/** @type {any} */ sighting) => similarSighting(sighting, board))}${suggestions.tips.map(similarTip)}</ul>`
        : html`<p class="hint">${board ? (suggestions.isUnknown("similar") ? t("Looking for similar sightings…") : t("No similar sightings in this search so far.")) : html`${t("Similar sightings appear here once you choose a search.")} ${guideLink("hotline")}`}</p>`}
    </section>
    ${nearby.length ? html`<section aria-labelledby="near" data-testid="nearest"><h2 id="near">${t("Possible searches")}</h2>
      <ul>${nearby.map((/** @type {any} */ suggestion) => suggestedSearch(suggestion, view))}</ul></section>` : nothing}
    ${view.places.attribution ? html`<p class="hint">${t("Places: {source}", { source: view.places.attribution })}</p>` : nothing}`;
}

/** @param {any} suggestion @param {string | null} board */
function similarSighting(suggestion, board) {
  const { sighting, number, assessment } = suggestion;
  return html`<li data-similar=${sighting}><a href="/searches/${board}/cards/${sighting}" target="_blank">${say("sighting", { number })}</a>
    ${reportText(suggestion, assessment === "unassessed" ? null : label.assessment(assessment))}</li>`;
}

/** @param {any} suggestion */
function similarTip(suggestion) {
  const { tip, number } = suggestion;
  return html`<li data-similar-tip=${tip}><a href="/?tip=${tip}" target="_blank">${t("Tip {number}", { number })}</a>
    ${reportText(suggestion, null)}</li>`;
}

/** @param {any} suggestion @param {string | null} assessment */
function reportText(suggestion, assessment) {
  const { description, place, clothing, company, direction, statements } = suggestion;
  return html`<small>${[seenText(suggestion), place?.text, assessment].filter(Boolean).join(" · ")}</small>
    <p dir="auto">${description.length > MAX_TEXT ? `${description.slice(0, MAX_TEXT)}…` : description}</p>
    ${clothing || company || direction ? html`<p class="looks" dir="auto">${[clothing, company, direction].filter(Boolean).join(" · ")}</p>` : nothing}
    ${sameLooks(statements)}`;
}

/** @param {{ board: string, distance_m: number, nearest?: any, statements?: any[] }} suggestion @param {IntakeView} view */
function suggestedSearch({ board, distance_m: distance, nearest, statements }, view) {
  const { state } = /** @type {Entity} */ (view.board.get(board));
  const distanceInfo = nearest === "sighting" ? t("a sighting {km} km away", { km: distanceText(distance) }) : t("last seen {km} km away", { km: distanceText(distance ?? 0) });
  return html`<li><button type="button" data-suggestion=${board} @click=${() => view.chooseSearch(board)}>${searchName(state)}</button>
    <small>${[label.kind(state.kind), nearest && distanceInfo].filter(Boolean).join(" · ")}</small>
    <p class="looks" dir="auto">${briefLooks(state.person)}</p>${sameLooks(statements)}</li>`;
}

/** @param {IntakeView} view */
export function recentCallsList(view) {
  const { shown } = view.taken;
  if (!shown.length) return nothing;
  return html`<section aria-labelledby="taken" data-testid="taken"><h2 id="taken">${t("Recent calls")}</h2>
    <ul>${repeat(shown, ({ command }) => command, (entry) => recentCall(entry, view))}</ul></section>`;
}

/** @param {any} entry @param {IntakeView} view */
function recentCall(entry, view) {
  const refused = entry.pending?.status === "refused";
  return html`<li data-recent-call=${entry.command} data-number=${entry.number ?? nothing} ?data-pending=${entry.number === null && !refused}>
    ${entry.number === null ? html`<b>${entry.search}</b>` : entry.tip ? html`<a href="/?tip=${entry.tip}" target="_blank">${t("Tip {number}", entry)}\u00a0· ${entry.search}</a>` : html`<a href="/searches/${entry.board}/cards/${entry.sighting}" target="_blank">${say("sighting", entry)}\u00a0· ${entry.search}</a>`}
    ${entry.urgent ? html`<span class="urgent">${label.priority("urgent")}</span>` : nothing}
    <small>${moment(entry.at)}${entry.number === null && !refused ? `\u00a0· ${sendingState(entry)}` : nothing}${entry.attached ? `\u00a0· ${n("{count} file attached", "{count} files attached", entry.attached)}` : nothing}</small>
    <p>${entry.text.length > MAX_TEXT ? `${entry.text.slice(0, MAX_TEXT)}…` : entry.text}</p>
    ${uploadList(view.session.uploads.with(entry.command), view)}
    ${refused ? html`<p class="error" role="alert">${withColon(t("not saved"))} ${entry.pending.refusal.message}</p>
      <span class="inline"><button type="button" data-act="mend" @click=${() => view.mend(entry)}>${t("Back to the form")}</button>
      <button type="button" class="plain" data-act="let-go" @click=${() => view.letGo(entry)}>${t("Discard")}</button></span>` : nothing}
  </li>`;
}

/** @param {{ pending: any }} entry */
const sendingState = ({ pending }) => (pending?.held ? t("waiting to be sent…") : pending?.status === "waiting" ? t("waiting for connection") : t("sending"));
