/** Links that download cards and journal as files. */
import { html } from "../../../vendor/lit-html/lit-html.js";
import { t, withColon } from "../../core/i18n.js";

/** @param {string} board */
export function exportLinks(board) {
  const file = (/** @type {string} */ name, /** @type {string} */ text) => html`<a href="/api/v1/boards/${encodeURIComponent(board)}/${name}" download data-export=${name}>${text}</a>`;
  return html`<section><h3>${t("Export")}</h3>
    <ul class="bulleted">
      <li>${withColon(t("Cards"))} ${file("cards.csv", t("for a spreadsheet"))} · ${file("cards.json", t("for a program"))}</li>
      <li>${withColon(t("History"))} ${file("journal.csv", t("for a spreadsheet"))} · ${file("journal.json", t("for a program"))}</li>
    </ul>
  </section>`;
}
