/** View of a search instead of its columns: all its details, each with its control, and the log next to them. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { withColon } from "../../../core/rules/sentences.js";
import { pageTitle } from "../../../core/rules/pages.js";
import { label } from "../../../core/labels.js";
import { valueAt } from "../../../core/rules/merge_patch.js";
import { formatField, pointName } from "../../../format/values.js";
import { facts } from "../../../forms/fields.js";
import { childText, originalToggle } from "../../readable/child_text.js";
import { aftercareSection, earlierTalks } from "./aftercare.js";
import { accessFacts } from "./access_form.js";
import { appealFacts } from "./appeal.js";
import { contactsSection } from "../contacts/contacts.js";
import { historySection } from "../card/card_history.js";
import { filesSection } from "../../files/strip.js";
import { goalFacts } from "./goal.js";
import { earlierFacts, kindFacts } from "../card/kind_details.js";
import { notesSection } from "../notes.js";
import { linkedFacts } from "./linked.js";
import { reporterFacts } from "./reporters.js";
import { worryingFacts } from "./worrying.js";

/** @param {BoardView} view */
export function detailsView(view) {
  return html`<div class="details-view" data-testid="details-and-log" tabindex="-1" role="group" aria-label=${t("Details and log of the search")}>
    <div class="details-column" tabindex="0" role="region" aria-label=${t("Details of the search")}>
      ${aftercareSection(view)} ${goalFacts(view)} ${contactsSection(view)} ${filesSection({}, view)} ${searchFacts(view)} ${reporterFacts(view)} ${linkedFacts(view)} ${earlierFacts(view)} ${earlierTalks(view)} ${worryingFacts(view)} ${appealFacts(view)} ${accessFacts(view)}
      ${view.past || !view.mayExport ? nothing : exportLinks(view.board.id)}
    </div>
    <div class="details-column activity" tabindex="0" role="region" aria-label=${t("Log of the search")}>
      ${notesSection(view.notesOf(null), null, view)}
      ${historySection(view.board.id, "", view)}
    </div>
  </div>`;
}

const APART = /^(criteria\.|details\.|earlier$|last_seen\.l)/; // shown in separate sections; the point is next to the name of its place

/**
 * Render the recorded details of the search, then the names of the unrecorded ones.
 * @param {BoardView} view
 */
function searchFacts(view) {
  const { state } = view.model.search;
  const ownFields = facts().filter(({ path }) => !APART.test(path));
  const ownFacts = ownFields.map((field) => ({ path: field.path, text: formatField(field, valueAt(state, field.path), view), left: false }));
  const unnamedPlace = ownFacts.find(({ path, text }) => path === "last_seen.text" && text === null);
  const point = state.last_seen ? pointName(state.last_seen) : null;
  if (unnamedPlace) unnamedPlace.text = point; // only the point
  const allFacts = [...ownFacts, ...kindFacts(view)];
  const unset = allFacts.filter(({ text }) => text === null).map(({ path }) => label.field(path));
  return html`<section class="card-facts" data-testid="search-facts">
    <h3>${t("Details of the search")}
      ${view.mayEdit ? html`<button type="button" class="plain" data-act="edit-search" @click=${() => view.act.dialog("facts")}>${t("Edit")}</button>` : nothing}
    </h3>
    <dl>
      ${allFacts.map(({ path, text, left }) => (text === null ? nothing : html`<dt>${label.field(path)}</dt><dd data-field=${path} ?data-left=${left} dir="auto">${readableFact(path, text)}${path === "last_seen.text" && point && text !== point ? html` <small class="hint point">${point}</small>` : nothing}${left ? html` <small class="hint">${t("from an earlier type")}</small>` : nothing}</dd>`))}
      ${unset.length ? html`<dt>${t("Not recorded")}</dt><dd class="unset" data-testid="not-recorded">${unset.join("\u00a0· ")}</dd>` : nothing}
    </dl>
  </section>`;
}

const TYPED = /^person\.(hair|eyes|features|clothing|needs|description)$/; // details that are shown in the reader's language

/** @param {string} path @param {string} text */
function readableFact(path, text) {
  const field = TYPED.exec(path)?.[1];
  return field ? html`${childText(field, text)}${originalToggle([[field, text]])}` : text;
}

/** Render the links that download cards and journal as files. @param {string} board */
function exportLinks(board) {
  const file = (/** @type {string} */ name, /** @type {string} */ text) => html`<a href="/api/v1/boards/${encodeURIComponent(board)}/${name}" download data-export=${name}>${text}</a>`;
  return html`<section><h3>${t("Export")}</h3>
    <ul class="bulleted">
      <li>${withColon(t("Cards"))} ${file("cards.csv", t("for a spreadsheet"))}\u00a0· ${file("cards.json", t("for a program"))}</li>
      <li>${withColon(t("Places for maps"))} ${file("places.geojson", "GeoJSON")}\u00a0· ${file("places.gpx", "GPX")}\u00a0· ${file("places.kml", "KML")}</li>
      <li>${withColon(pageTitle("history"))} ${file("journal.csv", t("for a spreadsheet"))}\u00a0· ${file("journal.json", t("for a program"))}</li>
    </ul>
  </section>`;
}
