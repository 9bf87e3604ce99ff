/** Outcome of a search: how the child was found, in the header with what is still open; and the dialog that corrects it. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { foundCondition } from "../../../format/agreement.js";
import { cardName } from "../../../format/values.js";
import { correctedOutcome } from "../../../forms/fields.js";
import { row, rows } from "../../../forms/form_row.js";
import { n, t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { openItems } from "../open_items.js";
import { formatMoment } from "../../../format/time_elements.js";

const NAMED = 10; // cards of a kind listed by name; the others are counted

/** @param {HeaderView} view */
export function outcome(view) {
  const { state } = view.model.search;
  if (state.status === "open") {
    return state.status_reason ? html`<p class="outcome" data-testid="outcome">${t("reopened: {reason}", { reason: state.status_reason })}</p>` : nothing;
  }
  return html`${ended(state, view)} ${state.status === "found" ? open(view) : nothing}`;
}

/** @param {SearchState} search @param {HeaderView} view */
function ended({ person, status, status_reason: reason, outcome: found, acknowledge }, view) {
  const parts = [...(found ? outcomeText(found, status, reason, person.sex) : []), status === "closed" && reason && (found ? t("closing note: {reason}", { reason }) : reason)].filter(Boolean);
  const anyway = status === "closed" && acknowledge;
  return html`<p class="outcome ${status}" data-testid="outcome">${joined(parts)}
    ${found && view.mayLead ? html`<button type="button" class="plain" data-act="outcome" @click=${() => view.act.dialog("outcome")}>${t("Correct…")}</button>` : nothing}</p>
    ${anyway ? html`<p class="override-reason" data-testid="acknowledge">${t("Closed anyway because: {reason}", { reason: acknowledge })}</p>` : nothing}`;
}

/**
 * Return the texts of the finding. The reason of the closing is shown beside them, not in their place.
 * @param {Outcome} found
 * @param {string} status
 * @param {string | null} reason
 * @param {string | null} [sex] of the child
 * @returns {Drawn[]}
 */
export function outcomeText(found, status, reason, sex = null) {
  const said = found.reason ?? (status === "found" ? reason : null);
  return [
    formatMoment(found.found_at), found.place, foundCondition(found.condition, sex), label.how(found.how),
    found.family_told ? say("family_told") : waits(say("family_not_told"), status),
    found.police_told ? say("police_told") : waits(say("police_not_told"), status),
    said,
  ];
}

/** @param {Drawn[]} parts */
export const joined = (parts) => parts.map((part, at) => html`${at ? "\u00a0· " : ""}${part}`);

/**
 * Mark a call that was not made as urgent until the search is closed.
 * @param {string} text
 * @param {string} status
 */
const waits = (text, status) => (status === "found" ? html`<span class="text-alert">${text}</span>` : text);

/**
 * Render what is left to do before closing the search, in the header.
 * @param {HeaderView} view
 */
function open(view) {
  const found = openItems(view.board, view.model.search.state);
  if (!found.tasks.length && !found.sightings.length && !found.toPassOn.length && !found.recipients.length) return nothing;
  return html`<p class="still-open" data-testid="still-open">${t("Before closing:")} ${joined(cards(found, view))}</p>`;
}

/** @param {OpenItems} found @param {HeaderView} view */
function cards({ tasks, sightings, toPassOn, recipients }, view) {
  return [
    tasks.length ? html`<span>${t("not done:")} ${named(tasks, view)}</span>` : null,
    sightings.length ? html`<span>${t("not assessed:")} ${named(sightings, view)}</span>` : null,
    toPassOn.length ? html`<span>${t("not passed on:")} ${named(toPassOn, view)}</span>` : null,
    recipients.length ? html`<a href="/searches/${view.board.id}?campaign">${n("{count} recipient to ask to take it down", "{count} recipients to ask to take it down", recipients.length)}</a>` : null,
  ].filter(Boolean);
}

/** @param {Card[]} list @param {HeaderView} view */
function named(list, view) {
  const links = list.slice(0, NAMED).map((card, at) => html`${at ? ", " : ""}<a href=${view.path(card.id)} @click=${(/** @type {MouseEvent} */ event) => view.open(event, card.id)}>${cardName(card)}</a>`);
  const more = list.length - NAMED;
  return html`${links}${more > 0 ? html`, ${n("{count} more", "{count} more", more)}` : nothing}`;
}

/**
 * List each open item, in the dialog that closes a search; render nothing if there is none.
 * @param {unknown} view
 * @param {OpenItems} found
 */
export function openList(view, found) {
  const lines = [
    found.family ? say("family_open") : null,
    found.police ? say("police_open") : null,
    found.tasks.length ? html`${t("not done:")} ${names(found.tasks)}` : null,
    found.sightings.length ? html`${t("not assessed:")} ${names(found.sightings)}` : null,
    found.toPassOn.length ? html`${t("not passed on:")} ${names(found.toPassOn)}` : null,
    found.recipients.length ? html`${t("not asked to take it down:")} ${recipients(found.recipients)}` : null,
  ].filter(Boolean);
  return html`<div class="still-open" data-testid="open-list"><p>${t("Still open:")}</p><ul class="bulleted">${lines.map((line) => html`<li>${line}</li>`)}</ul></div>`;
}

/** @param {Card[]} list */
function names(list) {
  const more = list.length - NAMED;
  return [...list.slice(0, NAMED).map(cardName), ...(more > 0 ? [n("{count} more", "{count} more", more)] : [])].join(", ");
}

/** @param {Entity[]} list */
function recipients(list) {
  const more = list.length - NAMED;
  return [...list.slice(0, NAMED).map(({ state }) => state.recipient), ...(more > 0 ? [n("{count} more", "{count} more", more)] : [])].join("; "); // their names have commas
}

/** @param {Form} form @param {FormView} view */
export function outcomeBody(form, view) {
  const paths = correctedOutcome().map(({ path }) => path).filter((path) => path !== "reason");
  return html`<div class="grid">${rows(form, paths, view)}</div>${row(form, "reason", view, t("Reason for the correction"))}`;
}
