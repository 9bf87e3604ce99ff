/** Passing on a credible sighting: the police service, the time, and its reference. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { queueOf } from "../../../core/rules/queues.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { isAssured } from "../../../core/rules/conditions.js";
import { formatMoment } from "../../../format/time_elements.js";
import { accountName } from "../../../format/values.js";
import { formOf, row } from "../../../forms/form_row.js";
import { queueMark } from "./queue_mark.js";

/** @param {Card} entity @param {BoardView} view */
export function passingOn({ id, state }, view) {
  const report = state.passed_on;
  if (!report && queueOf(state) !== "pass_on") return nothing;
  return html`<div class="passing-on" data-testid="passing-on"><h3>${label.field("passed_on")} ${report ? nothing : html`<span class="undone">${t("not yet")}</span>`} ${queueMark(state, view, view.model.alarms.get(id))}</h3>
    ${report ? reportLine(report, view) : nothing}
    ${view.mayEdit && isAssured(state.assessment) ? form(id, Boolean(report), view) : nothing}</div>`;
}

/** @param {{ to: string, at: IsoTime | null, reference: string | null, by: string }} passedOn @param {BoardView} view */
function reportLine({ to, at, reference, by }, view) {
  const details = [at ? formatMoment(at) : null, reference ? t("reference {reference}", { reference }) : null, by ? accountName(view.session, by) : null];
  return html`<p data-testid="passed-on"><b><bdi>${to}</bdi></b> ${details.filter(Boolean).map((detail) => html`· <bdi>${detail}</bdi> `)}</p>`;
}

/** @param {string} id @param {boolean} isChange @param {LiveBoardView} view */
function form(id, isChange, view) {
  const form = view.forms.get("pass-on", id), key = `pass-on:${id}`;
  if (isChange && !form.dirty && !view.ui.editing.has(key)) {
    const change = () => {
      view.ui.editing.add(key);
      view.focus.field("[data-form=pass-on] input");
      view.draw();
    };
    return html`<div class="buttons"><button type="button" data-act="pass-on-again" @click=${change}>${t("Change")}</button></div>`;
  }
  const cancel = () => {
    form.clear();
    view.ui.editing.delete(key);
    view.draw();
  };
  const buttons = isChange || form.dirty ? html`<button type="button" data-act="cancel" @click=${cancel}>${t("Cancel")}</button>
    <button type="submit" class="primary" data-act="pass-on">${t("Record as passed on")}</button>` : nothing;
  return formOf(form, "pass-on", html`<div class="grid">${row(form, "passed_on.to", view)} ${row(form, "passed_on.at", view, t("When (empty: now)"))} ${row(form, "passed_on.reference", view)}</div>`, buttons, view.submit);
}
