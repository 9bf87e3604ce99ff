/** View of a search in place of its columns: all its details, each with the control that changes it, and the log beside them. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { accessFacts } from "./access_form.js";
import { appealFacts } from "./appeal.js";
import { historySection } from "./card_history.js";
import { exportLinks } from "./export_links.js";
import { filesSection } from "../files/strip.js";
import { goalFacts } from "./goal.js";
import { earlierFacts } from "./kind_details.js";
import { notesSection } from "./notes.js";
import { searchFacts } from "./search_facts.js";
import { worryingFacts } from "./worrying.js";

/** @param {BoardView} view */
export function detailsView(view) {
  return html`<div class="details-view" data-testid="details-and-log" tabindex="-1" role="group" aria-label=${t("Details and log of the search")}>
    <div class="details-column" tabindex="0" role="region" aria-label=${t("Details of the search")}>
      ${goalFacts(view)} ${filesSection({}, view)} ${searchFacts(view)} ${earlierFacts(view)} ${worryingFacts(view)} ${appealFacts(view)} ${accessFacts(view)}
      ${view.past ? nothing : exportLinks(view.board.id)}
    </div>
    <div class="details-column activity" tabindex="0" role="region" aria-label=${t("Log of the search")}>
      ${notesSection(view.notesOf(null), null, view)}
      ${historySection(view.board.id, "", view)}
    </div>
  </div>`;
}
