/** Searches that the next shift holder cannot see. People who see them choose who is responsible before signing. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";

/**
 * Account responsible for a search according to the handover shown; null if nobody is.
 * @param {{ board: string, briefing: any }} given
 * @param {HandoverView} view
 */
const keeperOf = ({ board, briefing }, view) => {
  if (view.mayWrite) {
    const { keeper = null, handover } = view.written(board);
    return handover === view.number ? keeper : null;
  }
  return briefing?.keeper ?? null;
};

/**
 * Hidden searches without a responsible person yet.
 * @param {HandoverView} view
 */
export const undecided = (view) => view.sections.filter((/** @type {any} */ it) => it.outside && !keeperOf(it, view));

/**
 * Part of a search's section.
 * @param {any} it
 * @param {HandoverView} view
 */
export function hiddenSearches(it, view) {
  if (!it.outside) return nothing;
  const name = view.nameOf(it.outside), keeper = keeperOf(it, view);
  return html`<div class="outside ${keeper ? "" : "open"}" data-testid="outside" role="group" aria-label=${t("Who answers for this search")}>
    <p><b>${t("{name} may not see this search.", { name })}</b> ${keeper ? kept(it, keeper, view) : view.mayWrite ? t("Decide who answers for it: else it can't be signed.") : t("Nobody was named to answer for it.")}</p>
    ${view.mayWrite ? choices(it, name, keeper, view) : nothing}
  </div>`;
}

/** @param {{ briefing: any }} given @param {any} keeper @param {HandoverView} view */
function kept({ briefing }, keeper, view) {
  const name = view.nameOf(keeper);
  if (view.mayWrite || briefing.handover === view.number) return t("{name} answers for it.", { name });
  return t("Handover {number}: {name} answers for it.", { number: briefing.handover, name });
}

/** @param {any} it @param {string} name @param {any} keeper @param {HandoverView} view */
function choices(it, name, keeper, view) {
  const { outgoing } = view.handover, members = view.membersOf(it.board);
  const keep = outgoing === view.session.account.id ? t("I keep it") : t("{name} keeps it", { name: view.nameOf(outgoing) });
  const others = view.coordinators.filter((/** @type {{ id: string }} */ { id }) => members.includes(id) && id !== outgoing && id !== it.outside);
  const busy = view.isSaving(it.board) || view.isBeingOpened(it.board);
  return html`<p class="buttons on-screen">
    ${it.search.status === "closed" ? nothing : html`<button type="button" data-act="let-in" ?disabled=${busy} @click=${() => view.act.letIn(it)}>${t("Let {name} see it", { name })}</button>`}
    ${members.includes(outgoing) ? html`<button type="button" data-act="keep" aria-pressed=${String(keeper === outgoing)} ?disabled=${busy} @click=${() => view.act.keep(it, outgoing)}>${keep}</button>` : nothing}
    ${others.length ? html`<label>${t("Another coordinator answers for it:")} <select data-act="keeper" ?disabled=${busy} @change=${(/** @type {{ target: any }} */ { target }) => view.act.keep(it, target.value || null)}>
      <option value="" ?selected=${!others.some((/** @type {{ id: string }} */ { id }) => id === keeper)}>–</option>
      ${others.map((/** @type {any} */ each) => html`<option value=${each.id} ?selected=${each.id === keeper}>${each.name}</option>`)}
    </select></label>` : nothing}
  </p>`;
}

/**
 * Warning above the report: searches without a responsible person, because the present or next shift holder cannot see them.
 * @param {HandoverView} view
 */
export function unanswered(view) {
  const open = view.isFixed || view.mayWrite ? [] : undecided(view);
  if (!open.length) return nothing;
  const name = view.nameOf(open[0].outside);
  return html`<div class="problem" data-testid="unanswered"><p>${n("{name} may not see {count} search, and nobody was named to answer for it:", "{name} may not see {count} searches, and nobody was named to answer for them:", open.length, { name })}</p>
    <p class="blocking">${open.map((/** @type {any} */ it) => html`<a href="#s-${it.board}">${it.search.reference} ${it.search.person.first_name}</a> `)}</p></div>`;
}

/**
 * Reminder beside the step, and in the dialog that signs.
 * @param {HandoverView} view
 */
export function toDecide(view) {
  if (!view.mayWrite) return nothing;
  const open = undecided(view);
  if (open.length) {
    const name = view.nameOf(view.handover.incoming);
    return html`<div class="problem" data-testid="undecided"><p>${n("{name} may not see {count} search. Decide who answers for it:", "{name} may not see {count} searches. Decide who answers for them:", open.length, { name })}</p>
      <p class="blocking">${open.map((/** @type {any} */ it) => html`<a href="#s-${it.board}" @click=${view.act.closeDialog}>${it.search.reference} ${it.search.person.first_name}</a> `)}</p></div>`;
  }
  const few = view.handover.incoming ? [] : view.sections.filter((/** @type {{ search: any }} */ { search }) => search.access === "members");
  if (!few.length) return nothing;
  return html`<p class="hint" data-testid="few">${n("Nobody is named who takes over. {count} search is seen by its people alone, and whoever accepts may not be one of them.", "Nobody is named who takes over. {count} searches are seen by their people alone, and whoever accepts may not be one of them.", few.length)}</p>`;
}
