/* Page about a missing child: the caller, the child, its belongings, the possible type, the criteria, and earlier disappearances. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { rules, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { say } from "../../core/rules/sentences.js";
import { choiceButtons } from "../../forms/choice_buttons.js";
import { row, rows } from "../../forms/form_row.js";
import { kindRows } from "../../shared/board/card/kind_rows.js";
import { earlierRows } from "../../shared/board/search/earlier_rows.js";

/** @typedef {import("./report_call.js").ReportCall} ReportCall */

/** @param {ReportCall} call @param {import("./report_files.js").ReportFiles} files @param {(event: Event) => void} submit */
export function reportForm(call, files, submit) {
  const { form } = call;
  return html`<form class="report-form" data-form="report" autocomplete="off" novalidate @submit=${submit}>
    ${call.problem ? html`<div class="problem" role="alert" data-testid="problem"><p>${call.problem}</p></div>` : nothing}
    ${section("caller", t("Who calls"), t("a name or a way to call back is enough"), html`<div class="grid three">${rows(form, ["source_name", "source_contact", "caller_place"], call)}</div>
      ${buttons(call, "caller_role", label.field("caller_role", "report"))}`)}
    ${section("child", t("The child"), nothing, html`<div class="grid three">${rows(form, ["person.first_name", "person.last_name", "person.age", "person.birth_date"], call)}</div>
      ${buttons(call, "person.sex", label.field("person.sex"))}
      <div class="grid three since">${rows(form, ["missing_since", "last_seen.text", "last_seen_by"], call)}</div>
      <div class="grid">${rows(form, ["person.description", "person.clothing"], call)}</div>
      <details class="more"><summary>${t("More…")}</summary><div class="grid three">${rows(form, ["person.hair", "person.eyes", "person.height_cm", "person.build", "person.features"], call)}</div></details>
      ${call.state?.status === "opened" ? nothing : html`<div class="grid">${row(form, "siblings", call)}</div>`} ${files.draw()}`)}
    ${section("belongings", t("What the child has with it"), nothing, html`
      ${question(call, "belongings.phone", ["belongings.phone_note"])} ${question(call, "belongings.money", ["belongings.money_note"])}
      ${question(call, "belongings.medication", ["person.needs", "person.needs_until"])} ${question(call, "belongings.company", ["belongings.company_note"])}
      ${question(call, "police_told", [])}`)}
    ${section("kind", t("Which type it may be"), t("suggested by the answers; one press changes it"), html`${kindButtons(call)} ${kindRows(form, call, form.value("kind") ?? call.state?.possible_kind ?? null)}
      <div class="grid">${rows(form, ["circumstances", "may_go"], call)}</div>`)}
    ${section("criteria", t("The six criteria"), t("Ask them all. The police decide, not Searchboard."), html`${rules().criteria.map((key) => criterion(call, key))}`)}
    ${section("earlier", label.field("earlier"), nothing, earlierRows(form, earlierView(call), call.state?.earlier ?? null))}
    <button type="submit" class="visually-hidden" tabindex="-1">${t("Save")}</button>
  </form>`;
}

/** @param {string} name @param {string} title @param {Drawn} hint @param {Drawn} body */
const section = (name, title, hint, body) => html`<section class="report-part" data-part=${name} aria-labelledby="report-${name}">
  <h2 id="report-${name}">${title}${hint === nothing ? nothing : html` <small class="hint">${hint}</small>`}</h2>${body}</section>`;

/** @param {ReportCall} call @param {string} path @param {Drawn} name */
function buttons(call, path, name) {
  const codes = path.startsWith("criteria.") ? "criteria.answer" : path;
  return choiceButtons(call.form, path, call, { name, options: label.codes(codes, "report").map((code) => ({ code, text: label.value(codes, code, "report") ?? code })) });
}

/** @param {ReportCall} call @param {string} path @param {string[]} notes */
function question(call, path, notes) {
  return html`<div class="question" role="group" aria-label=${label.field(path, "report")}>${buttons(call, path, label.field(path, "report"))}
    ${notes.length && call.form.value(path) ? html`<div class="grid">${rows(call.form, notes, call)}</div>` : nothing}</div>`;
}

/** Render the choice of a type, which shows the possible type until somebody chooses one. @param {ReportCall} call */
function kindButtons(call) {
  const possible = call.form.value("kind") === null ? call.state?.possible_kind ?? null : null;
  return html`${buttons(call, "kind", label.field("kind"))}
    ${possible ? html`<p class="hint" data-testid="possible-kind" role="status">${t("Possibly: {kind}", { kind: label.kind(possible) })}
      <button type="button" class="small" data-act="take-kind" @click=${() => { call.form.edit("kind", possible); call.edited(); }}>${t("Choose it")}</button></p>` : nothing}`;
}

/** @param {ReportCall} call @param {string} key */
function criterion(call, key) {
  const isSuggested = call.state?.suggested.includes(key);
  return html`<div class="question criterion" role="group" aria-label=${label.criterion(key)} data-criterion=${key}>
    ${buttons(call, `criteria.${key}.answer`, html`${label.criterion(key)}${isSuggested ? html` <small class="hint" data-suggested=${key}>${say("suggested")}</small>` : nothing}`)}
    ${["yes", "no"].includes(call.form.value(`criteria.${key}.answer`) ?? "") ? row(call.form, `criteria.${key}.basis`, call) : nothing}</div>`;
}

/** Return the view of the form of earlier disappearances, whose edits are drawn and then sent. @param {ReportCall} call @returns {FormView} */
const earlierView = (call) => /** @type {any} */ ({ session: call.session, board: call.board, earlierSearches: call.earlierSearches, draw: call.edited });
