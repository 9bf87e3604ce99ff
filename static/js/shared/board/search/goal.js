/** Goal of a search, set by its leader: a line of the header, and a section of its details. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { say } from "../../../core/rules/sentences.js";
import { serverNow } from "../../../core/time.js";
import { accountName } from "../../../format/values.js";
import { formatShortMoment, shortTimeElement } from "../../../format/time_elements.js";

/** @param {SearchState} state */
export const goalOf = ({ goal }) => (goal?.text ? goal : null);

const noGoal = () => html`<span class="unknown">${t("No goal yet")}</span>`;

/** @param {HeaderView} view */
export function goalLine(view) {
  const { state } = view.model.search, goal = goalOf(state);
  const maySet = !view.past && view.mayGoal;
  if (state.status !== "open" || (!goal && !maySet)) return nothing;
  return html`<p class="goal" data-testid="goal"><svg class="ic" viewBox="0 0 16 16" aria-hidden="true"><path d="M3.5 14.500v-13M3.500 2.500h9l-2 3 2 3h-9" /></svg>
    <span class="term">${label.field("goal")}</span> ${goal ? html`<bdi class="is" title=${goal.text}>${goal.text}</bdi>` : noGoal()}
    ${goal ? html`<span class="of">${untilAndBy(goal, view)}</span>` : nothing}
    ${maySet ? html`<button type="button" class="plain small" data-act="set-goal" @click=${() => view.act.dialog("goal")}>${goal ? t("Change") : t("Set a goal")}</button>` : nothing}</p>`;
}

/**
 * Render the goal among the facts of the search.
 * @param {BoardView} view
 */
export function goalFacts(view) {
  const { state } = view.model.search, goal = goalOf(state);
  const maySet = !view.past && view.mayGoal;
  if (!goal && !maySet) return nothing;
  return html`<section data-testid="goal-facts">
    <h3>${label.field("goal")}
      ${maySet ? html`<button type="button" class="plain" data-act="edit-goal" @click=${() => view.act.dialog("goal")}>${goal ? t("Change…") : t("Set goal…")}</button>` : nothing}
    </h3>
    <p dir="auto">${goal ? html`<b>${goal.text}</b>` : noGoal()}</p>
    ${goal ? html`<p class="hint">${untilAndBy(goal, view)}</p>` : nothing}
  </section>`;
}

/** @param {NonNullable<SearchState["goal"]>} goal @param {HeaderView} view */
function untilAndBy({ until, by, at }, { session }) {
  const isLate = until && until < serverNow().toISOString(); // ISO times compare as text
  const dueText = until ? html`<span class=${isLate ? "text-alert" : ""}>${say("by_time", { at: formatShortMoment(until) })}</span>` : null;
  const authorText = by ? html`${accountName(session, by)}${at ? html`, ${shortTimeElement(at)}` : nothing}` : null;
  return [dueText, authorText].filter(Boolean).map((part, index) => html`${index ? "\u00a0· " : ""}${part}`);
}
