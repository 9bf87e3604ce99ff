/** Tables of the figures: by type, by age, and by outcome. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { say } from "../../core/rules/sentences.js";
import { figureText, medianText, shareText } from "./values.js";

/** @param {FigureReport} report */
export function tables(report) {
  return html`${lineTable("kinds", t("Searches by type"), label.field("kind"), report.kinds, report)}
    ${lineTable("ages", t("Searches by age"), label.field("person.age"), report.ages, report)}
    ${outcomeTable(report)}`;
}

/** @param {string} name @param {string} title @param {string} first @param {FigureLine[]} lines @param {FigureReport} report */
function lineTable(name, title, first, lines, { all, masked }) {
  const columns = [t("Searches"), say("a_year_before"), label.field("worrying"), t("Public"), t("Discreet"), say("still_missing"), t("Opened after"), t("Found after")];
  return html`<section class="figure-table" data-table=${name}><h2>${title} <small>${masked ? t("no names; rounded to 5") : t("no names")}</small></h2>
    <table><thead><tr><th scope="col">${first}</th>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
      <tbody>${lines.map((line) => row(line, columns))}</tbody><tfoot>${row(all, columns)}</tfoot></table></section>`;
}

/** @param {FigureLine} line @param {string[]} columns */
function row(line, columns) {
  const cells = [
    html`<b>${figureText(line.searches)}</b>`, figureText(line.year_before), shareText(line.worrying, line.worrying_percent), figureText(line.public),
    figureText(line.discreet), figureText(line.open), medianText(line.opened_after), medianText(line.found_after),
  ];
  return html`<tr data-name=${line.name}><th scope="row">${line.label}</th>${cells.map((cell, index) => html`<td data-label=${columns[index]}>${cell}</td>`)}</tr>`;
}

/** @param {FigureReport} report */
const outcomeTable = ({ outcomes }) => html`<section class="figure-table narrow" data-table="outcomes"><h2>${t("Outcomes")}</h2>
  <table><thead><tr><th scope="col">${label.field("outcome")}</th><th scope="col">${t("Searches")}</th></tr></thead>
    <tbody>${outcomes.map(({ name, label: words, searches }) => html`<tr data-name=${name}><th scope="row">${words}</th><td data-label=${t("Searches")}>${figureText(searches)}</td></tr>`)}</tbody></table></section>`;
