/** Comparison of a sighting's details with the known details of the child, contradictions first. The server compares; a person decides. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { withColon } from "../../../core/rules/sentences.js";

/** @param {Card} entity @param {BoardView} view */
export function sightingComparison({ id, added }, view) {
  if (added) return nothing;
  const { comparison, problem } = view.comparisons.of(id, view.past ? view.board.seq : null);
  const name = view.model.search.state.person.first_name;
  return html`<div class="compared" data-testid="said-and-known"><h3>${t("Compared with what is known of {name}", { name })}${comparison?.mark ? html` <small>${comparison.mark}</small>` : nothing}</h3>
    ${problem ? html`<p class="error" role="alert">${problem}</p>` : comparison ? compared(comparison) : html`<p class="hint">…</p>`}</div>`;
}

/** @param {SightingComparison} comparison */
function compared({ rows, others }) {
  return html`${rows.length ? table(rows) : html`<p class="hint">${t("Neither says anything that can be compared.")}</p>`}
    ${others.length ? html`<p class="others"><span>${withColon(t("Not of the child"))}</span> ${others.map(({ text, whose }) => html`<bdi data-whose=${whose}>${text}</bdi> `)}</p>` : nothing}`;
}

/** @param {ComparisonRow[]} rows */
const table = (rows) => html`<table>
  <thead><tr><td></td><th scope="col">${t("Known")}</th><th scope="col">${t("Said")}</th><td></td></tr></thead>
  <tbody>${rows.map(row)}</tbody></table>`;

/** @param {ComparisonRow} compared */
function row({ thing, name, known, said, quotes, verdict, verdict_text: short, text }) {
  return html`<tr data-verdict=${verdict} data-thing=${thing}><th scope="row">${name}</th><td>${known || "–"}</td>
    <td>${said || "–"}${quotes.map((quote) => html` <q lang=${quote.language} dir="auto">${quote.text}</q>`)}</td>
    <td><span class="verdict" title=${text}>${short}</span></td></tr>`;
}
