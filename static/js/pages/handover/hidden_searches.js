/** Searches that the next shift holder cannot see. People who see them choose who is responsible before signing. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { clock } from "../../core/time.js";

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
  if (!it.outside) return html`${accessGiven(it, view)}${responsible(it, view)}`;
  const name = view.nameOf(it.outside), keeper = keeperOf(it, view);
  return html`<div class="outside ${keeper ? "" : "open"}" data-testid="outside" role="group" aria-label=${t("Responsible for this search")}>
    <p><b>${t("{name} does not have access to this search.", { name })}</b> ${keeper ? kept(it, keeper, view) : view.mayWrite ? t("Choose who is responsible for it. Until then the handover cannot be signed.") : say("nobody_responsible")}</p>
    ${view.mayWrite ? choices(it, name, keeper, view) : nothing}
  </div>`;
}

/** That access was given here, and since when. @param {{ board: string }} given @param {HandoverView} view */
function accessGiven({ board }, view) {
  const given = view.ui.letIn.get(board);
  return given ? html`<p class="given on-screen" role="status" data-testid="access-given">✓ ${t("{name} has access since {at}.", { name: given.name, at: clock(given.at) })}</p>` : nothing;
}

/** Who is responsible for a members-only search that the present or next shift holder sees. @param {any} it @param {HandoverView} view */
function responsible({ search }, view) {
  const { handover, stage, isFixed, shift } = view;
  if (search.access !== "members" || !shift) return nothing;
  const isOpen = isFixed ? !handover.ended_at : stage !== "none";
  const holder = isFixed ? (handover.status === "accepted" ? handover.ended_by : handover.outgoing) : shift.holder;
  const next = handover?.incoming ? say("next_responsible", { name: view.nameOf(handover.incoming) }) : say("member_responsible");
  return html`<p class="responsible" data-testid="responsible"><b>${t("Only members see this search.")}</b> ${say("responsible", { name: view.nameOf(holder) })} ${isOpen ? next : nothing}</p>`;
}

/** @param {{ briefing: any }} given @param {any} keeper @param {HandoverView} view */
function kept({ briefing }, keeper, view) {
  const name = view.nameOf(keeper);
  if (view.mayWrite || briefing.handover === view.number) return say("responsible", { name });
  return say("responsible_since", { number: briefing.handover, name });
}

/** @param {any} it @param {string} name @param {any} keeper @param {HandoverView} view */
function choices(it, name, keeper, view) {
  const { outgoing } = view.handover, members = view.membersOf(it.board);
  const keep = outgoing === view.session.account.id ? t("I stay responsible") : t("{name} stays responsible", { name: view.nameOf(outgoing) });
  const others = view.coordinators.filter((/** @type {{ id: string }} */ { id }) => members.includes(id) && id !== outgoing && id !== it.outside);
  const busy = view.isSending(it.board, "write") || view.isBeingOpened(it.board);
  return html`<p class="buttons on-screen">
    ${it.search.status === "closed" ? nothing : html`<button type="button" data-act="let-in" ?disabled=${busy} @click=${() => view.act.askLetIn(it)}>${t("Give {name} access…", { name })}</button>`}
    ${members.includes(outgoing) ? html`<button type="button" data-act="keep" aria-pressed=${String(keeper === outgoing)} ?disabled=${busy} @click=${() => view.act.keep(it, outgoing)}>${keep}</button>` : nothing}
    ${others.length ? html`<label>${t("Another coordinator is responsible:")} <select data-act="keeper" ?disabled=${busy} @change=${(/** @type {{ target: any }} */ { target }) => view.act.keep(it, target.value || null)}>
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
  return html`<div class="problem" data-testid="unanswered"><p>${n("{name} does not have access to {count} search, and nobody is responsible for it:", "{name} does not have access to {count} searches, and nobody is responsible for them:", open.length, { name })}</p>
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
    return html`<div class="problem" data-testid="undecided"><p>${n("{name} does not have access to {count} search. Choose who is responsible for it:", "{name} does not have access to {count} searches. Choose who is responsible for them:", open.length, { name })}</p>
      <p class="blocking">${open.map((/** @type {any} */ it) => html`<a href="#s-${it.board}" @click=${view.act.closeDialog}>${it.search.reference} ${it.search.person.first_name}</a> `)}</p></div>`;
  }
  const few = view.handover.incoming ? [] : view.sections.filter((/** @type {{ search: any }} */ { search }) => search.access === "members");
  if (!few.length) return nothing;
  return html`<p class="hint" data-testid="few">${n("Nobody is named to take over. {count} search is visible to its members only, and the person who accepts may not be one of them.", "Nobody is named to take over. {count} searches are visible to their members only, and the person who accepts may not be one of them.", few.length)}</p>`;
}
