/** Outcome of a search: in the header, with the open items; and in the dialog that corrects it. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { foundCondition } from "../../../format/agreement.js";
import { cardName } from "../../../format/values.js";
import { otherRows, row } from "../../../forms/form_row.js";
import { n, t } from "../../../core/i18n.js";
import { say, sayCount } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { openItems } from "../open_items.js";
import { formatMoment } from "../../../format/time_elements.js";

const MAX_NAMED = 10; // cards listed by name; more are counted

/** @param {HeaderView} view */
export function outcome(view) {
  const { state } = view.model.search;
  if (state.status === "open") {
    return state.status_reason ? html`<p class="outcome" data-testid="outcome">${t("reopened: {reason}", { reason: state.status_reason })}</p>` : nothing;
  }
  return html`${endedLines(state, view)} ${state.status === "found" ? openLine(view) : nothing}`;
}

/** @param {SearchState} search @param {HeaderView} view */
function endedLines({ person, status, status_reason: reason, outcome: outcome, acknowledge }, view) {
  const parts = [...(outcome ? outcomeText(outcome, status, reason, person.sex) : []), status === "closed" && reason && (outcome ? t("closing note: {reason}", { reason }) : reason)].filter(Boolean);
  const anyway = status === "closed" && acknowledge;
  return html`<p class="outcome ${status}" data-testid="outcome">${joinParts(parts)}
    ${outcome && view.mayLead ? html`<button type="button" class="plain" data-act="outcome" @click=${() => view.act.dialog("outcome")}>${t("Correct…")}</button>` : nothing}</p>
    ${anyway ? html`<p class="override-reason" data-testid="acknowledge">${t("Closed anyway because: {reason}", { reason: acknowledge })}</p>` : nothing}`;
}

/**
 * Return the texts of the outcome. The reason for closing is shown next to them.
 * @param {Outcome} outcome
 * @param {string} status
 * @param {string | null} reason
 * @param {string | null} [sex] sex of the child
 * @returns {Drawn[]}
 */
export function outcomeText(outcome, status, reason, sex = null) {
  const reasonText = outcome.reason ?? (status === "found" ? reason : null);
  return [
    formatMoment(outcome.found_at), outcome.place, foundCondition(outcome.condition, sex), label.how(outcome.how),
    outcome.family_told ? say("family_told") : urgentUntilClosed(say("family_not_told"), status),
    outcome.police_told ? say("police_told") : urgentUntilClosed(say("police_not_told"), status),
    reasonText,
  ];
}

/** @param {Drawn[]} parts */
export const joinParts = (parts) => parts.map((part, index) => html`${index ? "\u00a0· " : ""}${part}`);

/**
 * Mark a missing call as urgent until the search is closed.
 * @param {string} text
 * @param {string} status
 */
const urgentUntilClosed = (text, status) => (status === "found" ? html`<span class="text-alert">${text}</span>` : text);

/**
 * Render the open items in the header, before the search is closed.
 * @param {HeaderView} view
 */
function openLine(view) {
  const items = openItems(view.board, view.model.search.state);
  if (!items.tasks.length && !items.sightings.length && !items.toPassOn.length && !items.recipients.length) return nothing;
  return html`<p class="still-open" data-testid="still-open">${t("Before closing:")} ${joinParts(openItemTexts(items, view))}</p>`;
}

/** @param {OpenItems} found @param {HeaderView} view */
function openItemTexts({ tasks, sightings, toPassOn, recipients }, view) {
  return [
    tasks.length ? html`<span>${t("not done:")} ${cardLinks(tasks, view)}</span>` : null,
    sightings.length ? html`<span>${t("not assessed:")} ${cardLinks(sightings, view)}</span>` : null,
    toPassOn.length ? html`<span>${t("not passed on:")} ${cardLinks(toPassOn, view)}</span>` : null,
    recipients.length ? html`<a href="/searches/${view.board.id}?campaign">${n("{count} recipient to ask to take it down", "{count} recipients to ask to take it down", recipients.length)}</a>` : null,
  ].filter(Boolean);
}

/** @param {Card[]} list @param {HeaderView} view */
function cardLinks(list, view) {
  const links = list.slice(0, MAX_NAMED).map((card, index) => html`${index ? ", " : ""}<a href=${view.path(card.id)} @click=${(/** @type {MouseEvent} */ event) => view.open(event, card.id)}>${cardName(card)}</a>`);
  const more = list.length - MAX_NAMED;
  return html`${links}${more > 0 ? html`, ${sayCount("more", more)}` : nothing}`;
}

/**
 * List each open item, in the dialog that closes a search; render nothing if there is none.
 * @param {unknown} view
 * @param {OpenItems} items
 */
export function openList(view, items) {
  const lines = [
    items.family ? say("family_open") : null,
    items.police ? say("police_open") : null,
    items.tasks.length ? html`${t("not done:")} ${cardNames(items.tasks)}` : null,
    items.sightings.length ? html`${t("not assessed:")} ${cardNames(items.sightings)}` : null,
    items.toPassOn.length ? html`${t("not passed on:")} ${cardNames(items.toPassOn)}` : null,
    items.recipients.length ? html`${t("not asked to take it down:")} ${recipientNames(items.recipients)}` : null,
  ].filter(Boolean);
  return html`<div class="still-open" data-testid="open-list"><p>${t("Still open:")}</p><ul class="bulleted">${lines.map((line) => html`<li>${line}</li>`)}</ul></div>`;
}

/** @param {Card[]} list */
function cardNames(list) {
  const more = list.length - MAX_NAMED;
  return [...list.slice(0, MAX_NAMED).map(cardName), ...(more > 0 ? [sayCount("more", more)] : [])].join(", ");
}

/** @param {Entity[]} list */
function recipientNames(list) {
  const more = list.length - MAX_NAMED;
  return [...list.slice(0, MAX_NAMED).map(({ state }) => state.recipient), ...(more > 0 ? [sayCount("more", more)] : [])].join(say("separator")); // their names contain commas
}

/** @param {Form} form @param {FormView} view */
export function outcomeBody(form, view) {
  return html`<div class="grid">${otherRows(form, view, "reason")}</div>${row(form, "reason", view, t("Reason for the correction"))}`;
}
