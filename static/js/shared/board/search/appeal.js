/** Appeal for a missing child: its level of publicity, with a start and an end. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { otherRows, row, otherChangeNotice } from "../../../forms/form_row.js";
import { formatMoment } from "../../../format/time_elements.js";

/** @type {Record<string, () => string>} */
const MEANINGS = {
  none: () => t("Nobody is asked to look out for the child."),
  discreet: () => t("Vignettes for chosen groups only. Outsiders must not see this search."),
  posters: () => t("Posters in places where they can help."),
  public: () => t("Online, visible to everyone."),
  child_alert: () => t("Child Alert: the widest appeal, to everyone at once."),
};

/**
 * Render the appeal among the facts of the search.
 * @param {BoardView} view
 */
export function appealFacts(view) {
  const { appeal } = view.model.search.state;
  const dates = [appeal.from && t("from {at}", { at: formatMoment(appeal.from) }), appeal.until && say("until", { at: formatMoment(appeal.until) })];
  return html`<section data-testid="appeal-facts">
    <h3>${label.field("appeal")}
      ${view.mayLead && view.mayEdit ? html`<button type="button" class="plain" data-act="appeal" @click=${() => view.act.dialog("appeal")}>${t("Change…")}</button>` : nothing}
    </h3>
    <p><b>${label.level(appeal.level)}</b> ${dates.filter(Boolean).map((date) => `\u00a0· ${date}`)}</p>
    <p class="hint">${MEANINGS[appeal.level]?.()}</p>
    ${view.past ? nothing : html`<button type="button" data-act="campaign" @click=${() => view.campaign.open()}>${t("Posters and campaign…")}</button>`}
  </section>`;
}

/** @param {Form} form @param {{ draw(): void }} view */
export function appealBody(form, view) {
  const chosen = form.raw("appeal.level");
  const pick = (/** @type {string} */ level) => () => {
    form.edit("appeal.level", level);
    view.draw();
  };
  return html`<fieldset class="ladder" data-field="appeal.level">
      <legend>${t("Who is asked to look out? Decide with the police, the prosecutor and the family.")}</legend>
      ${label.level.codes.map((level) => html`<label class="check">
        <input type="radio" name="level" value=${level} ?autofocus=${chosen === level} .checked=${chosen === level} @change=${pick(level)} />
        <span><b>${label.level(level)}</b> <small>${MEANINGS[level]()}</small></span>
      </label>`)}
    </fieldset>
    ${otherChangeNotice(form, form.field("appeal.level"), view)}
    ${chosen === "none" ? nothing : html`<div class="grid">${otherRows(form, view, "appeal.level", "reason")}</div>`}
    ${row(form, "reason", view)}`;
}
