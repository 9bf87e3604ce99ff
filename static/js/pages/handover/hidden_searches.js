/** Searches that the next shift holder cannot see. People who see them choose a responsible person before signing. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { clock } from "../../core/time.js";

/**
 * Return the account responsible for a search, according to the displayed handover; null if there is none.
 * @param {{ board: string, briefing: any }} section
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
 * Return the hidden searches without a responsible person.
 * @param {HandoverView} view
 */
export const undecided = (view) => view.sections.filter((/** @type {any} */ section) => section.outside && !keeperOf(section, view));

/**
 * Render the part of a search's section about access and responsibility.
 * @param {any} section
 * @param {HandoverView} view
 */
export function hiddenSearches(section, view) {
  if (!section.outside) return html`${accessGiven(section, view)}${responsible(section, view)}`;
  const name = view.nameOf(section.outside), keeper = keeperOf(section, view);
  return html`<div class="outside ${keeper ? "" : "open"}" data-testid="outside" role="group" aria-label=${t("Responsible for this search")}>
    <p><b>${t("{name} does not have access to this search.", { name })}</b> ${keeper ? keeperText(section, keeper, view) : view.mayWrite ? t("Choose who is responsible for it. Until then the handover cannot be signed.") : say("nobody_responsible")}</p>
    ${view.mayWrite ? choices(section, name, keeper, view) : nothing}
  </div>`;
}

/** Render the access granted here, with its time. @param {{ board: string }} section @param {HandoverView} view */
function accessGiven({ board }, view) {
  const access = view.ui.letIn.get(board);
  return access ? html`<p class="given on-screen" role="status" data-testid="access-given">✓ ${t("{name} has access since {at}.", { name: access.name, at: clock(access.at) })}</p>` : nothing;
}

/** Render the person responsible for a members-only search that the current or next shift holder sees. @param {any} it @param {HandoverView} view */
function responsible({ search }, view) {
  const { handover, stage, isFixed, shift } = view;
  if (search.access !== "members" || !shift) return nothing;
  const isOpen = isFixed ? !handover.ended_at : stage !== "none";
  const holder = isFixed ? (handover.status === "accepted" ? handover.ended_by : handover.outgoing) : shift.holder;
  const next = handover?.incoming ? say("next_responsible", { name: view.nameOf(handover.incoming) }) : say("member_responsible");
  return html`<p class="responsible" data-testid="responsible"><b>${t("Only members see this search.")}</b> ${t("{name} is responsible for it.", { name: view.nameOf(holder) })} ${isOpen ? next : nothing}</p>`;
}

/** @param {{ briefing: any }} section @param {any} keeper @param {HandoverView} view */
function keeperText({ briefing }, keeper, view) {
  const name = view.nameOf(keeper);
  if (view.mayWrite || briefing.handover === view.number) return t("{name} is responsible for it.", { name });
  return say("responsible_since", { number: briefing.handover, name });
}

/** @param {any} section @param {string} name @param {any} keeper @param {HandoverView} view */
function choices(section, name, keeper, view) {
  const { outgoing } = view.handover, members = view.membersOf(section.board);
  const stayText = outgoing === view.session.account.id ? t("I stay responsible") : t("{name} stays responsible", { name: view.nameOf(outgoing) });
  const others = view.coordinators.filter((/** @type {{ id: string }} */ { id }) => members.includes(id) && id !== outgoing && id !== section.outside);
  const isBusy = view.isSending(section.board, "write") || view.isBeingOpened(section.board);
  return html`<p class="buttons on-screen">
    ${section.search.status === "closed" ? nothing : html`<button type="button" data-act="let-in" ?disabled=${isBusy} @click=${() => view.act.askLetIn(section)}>${t("Give {name} access…", { name })}</button>`}
    ${members.includes(outgoing) ? html`<button type="button" data-act="keep" aria-pressed=${String(keeper === outgoing)} ?disabled=${isBusy} @click=${() => view.act.keep(section, outgoing)}>${stayText}</button>` : nothing}
    ${others.length ? html`<label>${t("Another coordinator is responsible:")} <select data-act="keeper" ?disabled=${isBusy} @change=${(/** @type {{ target: any }} */ { target }) => view.act.keep(section, target.value || null)}>
      <option value="" ?selected=${!others.some((/** @type {{ id: string }} */ { id }) => id === keeper)}>–</option>
      ${others.map((/** @type {any} */ coordinator) => html`<option value=${coordinator.id} ?selected=${coordinator.id === keeper}>${coordinator.name}</option>`)}
    </select></label>` : nothing}
  </p>`;
}

/**
 * Render the warning above the report about searches without a responsible person.
 * @param {HandoverView} view
 */
export function unanswered(view) {
  const undecidedSearches = view.isFixed || view.mayWrite ? [] : undecided(view);
  if (!undecidedSearches.length) return nothing;
  const name = view.nameOf(undecidedSearches[0].outside);
  return html`<div class="problem" data-testid="unanswered"><p>${n("{name} does not have access to {count} search, and nobody is responsible for it:", "{name} does not have access to {count} searches, and nobody is responsible for them:", undecidedSearches.length, { name })}</p>
    <p class="blocking">${undecidedSearches.map((/** @type {any} */ section) => html`<a href="#s-${section.board}">${section.search.reference} ${section.search.person.first_name}</a> `)}</p></div>`;
}

/**
 * Render the reminder next to the step, and in the dialog that signs.
 * @param {HandoverView} view
 */
export function toDecide(view) {
  if (!view.mayWrite) return nothing;
  const undecidedSearches = undecided(view);
  if (undecidedSearches.length) {
    const name = view.nameOf(view.handover.incoming);
    return html`<div class="problem" data-testid="undecided"><p>${n("{name} does not have access to {count} search. Choose who is responsible for it:", "{name} does not have access to {count} searches. Choose who is responsible for them:", undecidedSearches.length, { name })}</p>
      <p class="blocking">${undecidedSearches.map((/** @type {any} */ section) => html`<a href="#s-${section.board}" @click=${view.act.closeDialog}>${section.search.reference} ${section.search.person.first_name}</a> `)}</p></div>`;
  }
  const membersOnly = view.handover.incoming ? [] : view.sections.filter((/** @type {{ search: any }} */ { search }) => search.access === "members");
  if (!membersOnly.length) return nothing;
  return html`<p class="hint" data-testid="few">${n("Nobody is named to take over. {count} search is visible to its members only, and the person who accepts may not be one of them.", "Nobody is named to take over. {count} searches are visible to their members only, and the person who accepts may not be one of them.", membersOnly.length)}</p>`;
}
