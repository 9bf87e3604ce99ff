/** Appeal for a missing child: its level of publicity, with a start and an end. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { decided } from "../../../format/decision_text.js";
import { formatMoment } from "../../../format/time_elements.js";
import { conditionText } from "../../../core/rules/appeal_rules.js";

/** @type {Record<string, () => string>} */
const MEANINGS = {
  none: () => t("Nobody is asked to look out for the child."),
  discreet: () => t("Vignettes for chosen groups only. Outsiders must not see this search."),
  posters: () => t("Posters in places where they can help."),
  public: () => t("Online, visible to everyone."),
  child_alert: () => t("Child Alert: the widest appeal, to everyone at once."),
};

/** @param {string} level */
export const appealMeaning = (level) => MEANINGS[level]?.() ?? "";

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
    ${appeal.decided_by ? html`<p data-testid="appeal-decided"><bdi>${decided(appeal.decided_by)}</bdi></p>` : nothing}
    ${metConditions(appeal.conditions)}
    <p class="hint">${appealMeaning(appeal.level)}</p>
    ${view.past ? nothing : html`<button type="button" data-act="campaign" @click=${() => view.campaign.open()}>${t("Posters and campaign…")}</button>`}
  </section>`;
}

/** Render the conditions that are met, each with its basis. @param {Record<string, string> | null | undefined} conditions */
function metConditions(conditions) {
  if (!conditions) return nothing;
  return html`<ul class="bulleted" data-testid="met-conditions">${Object.entries(conditions).map(([key, basis]) => html`<li>${conditionText(key)}\u00a0· <bdi>${basis}</bdi></li>`)}</ul>`;
}
