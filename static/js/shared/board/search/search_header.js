/** Header of every page of a search: the child, the running time, details, status and viewers. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { applyHeaderSize, toggleHeaderSize } from "../../../behaviours/header_size.js";
import { t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { needsDecision } from "../../../core/rules/suggested_criteria.js";
import { formatDuration } from "../../../core/time.js";
import { timesText } from "../../../format/earlier.js";
import { shortPersonName } from "../../../format/search_list.js";
import { togetherText } from "../../../core/rules/together.js";
import { accountName } from "../../../format/values.js";
import { avatars, initials, avatarList } from "../../avatars.js";
import { childDetails, childSummary, gravityOfNeeds } from "./child_details.js";
import { photo } from "../../files/photo.js";
import { childText } from "../../readable/child_text.js";
import { criteriaOf } from "./criteria.js";
import { goalLine } from "./goal.js";
import { kindLine, timesChip } from "../card/kind_details.js";
import { togetherLine } from "./linked.js";
import { joinParts, outcome } from "./outcome.js";
import { agoElement, formatShortMoment, sinceElement } from "../../../format/time_elements.js";
import { whatHappened } from "../what_happened.js";
import { worryingBadge } from "./worrying_badge.js";

/** @param {SearchState["person"]} person */
const nameOf = (person) => [person.first_name, person.last_name].filter(Boolean).join(" ");

/** @param {string} name @param {number | null} age */
const withAge = (name, age) => (age === null || age === undefined ? html`<bdi>${name}</bdi>` : html`<bdi>${name}</bdi>,\u00a0${age}`);

/** @param {HeaderView} view */
export function searchHeader(view) {
  const { state, pending, id } = view.model.search;
  const { person, reference, kind } = state;
  const badge = view.board.badges.get(id);
  const name = nameOf(person);
  const description = [person.sex && label.sex(person.sex), label.kind(kind), html`<span class="whole">${reference}</span>`];
  queueMicrotask(applyHeaderSize); // after the button is drawn
  return html`<header class="search-header ${pending ? "pending" : ""} ${badge ? "changed" : ""}" data-testid="head" data-status=${state.status}>
    ${portrait(view)}
    <div class="who">
      <div class="names">
        <h1 data-testid="person">${withAge(name, person.age)}</h1>
        <span class="about">${joinParts(description.filter(Boolean))}</span>
        ${state.status === "open" ? worrying(state) : nothing}
        ${togetherLine(view)} ${timesChip(state)}
        ${state.access === "members" ? html`<span class="chip">${label.access("members")}</span>` : nothing}
        ${childSummary(view)}
        <span class="space"></span>
        ${headerChange(view)}
        ${lead(state, view)}
        ${status(state, view)}
      </div>
      ${childDetails(view)} ${kindLine(view)} ${goalLine(view)}
    </div>
    <div class="side-of-header">
      ${clock(state)} ${view.past ? nothing : presence(view)}
      <button type="button" class="plain fold" data-act="fold-header" aria-label=${t("Show all details of the child")} aria-expanded="true" @click=${toggleHeaderSize}>
        <svg class="ic" viewBox="0 0 16 16" aria-hidden="true"><path d="m4 10 4-4 4 4" /></svg></button>
    </div>
    <div class="ending">${outcome(view)}</div>
    ${whatHappened(view)}
  </header>`;
}

/** Render the photo of the child, which opens in full size, or the initials. @param {HeaderView} view */
function portrait(view) {
  const { state: { person, photo: file } } = view.model.search, name = nameOf(person), content = html`${initials(name)}${photo(view.board.id, file)}`;
  if (!file || !view.files) return html`<span class="portrait" aria-hidden="true">${content}</span>`;
  return html`<button type="button" class="portrait" data-act="open-photo" aria-label=${t("Photo of {name}", { name })} title=${t("Photo of {name}", { name })} @click=${() => view.files?.open(file)}>${content}</button>`;
}

/**
 * Render the header in the page's bar on a phone, which has no space for both.
 * @param {BoardView} view
 */
export function phoneHeader(view) {
  const { state } = view.model.search, { person } = state, open = state.status === "open";
  const name = shortPersonName(person), together = view.linked?.together ?? [];
  const details = view.act.log;
  return html`<span class="portrait" aria-hidden="true">${initials(nameOf(person))}${photo(view.board.id, state.photo)}</span>
    <button type="button" class="child-name" data-act="child" @click=${details}>
      <b>${withAge(name, person.age)}</b>
      <span class="sub ${person.needs ? "with-need" : ""}">${open ? worryingBadge(state, needsDecision(state), null) : html`<span class="status ${state.status}">${label.status(state.status)}</span>`} <span class="rest" dir="auto">${person.needs ? html`<b class=${gravityOfNeeds(person)}>${childText("needs", person.needs)}</b>` : nothing}
        ${together.length ? html`<b>${togetherText(together)}</b> ·` : nothing}
        ${timesText(state.earlier) ? html`<b>${timesText(state.earlier)}</b> ·` : nothing}
        ${person.clothing ? childText("clothing", person.clothing) : state.reference || label.kind(state.kind)}</span></span>
    </button>
    ${clock(state, null)}`;
}

/**
 * Render the badge of a worrying search, with the criteria that apply.
 * @param {SearchState} state
 */
function worrying(state) {
  const isDecided = state.worrying === true;
  if (!isDecided && !needsDecision(state)) return nothing;
  const applyingCriteria = criteriaOf(state.criteria).filter((key) => state.criteria[key]?.answer === "yes").map(label.criterion).join(", ") || state.worrying_basis || "";
  return html`<span class="worrying-mark">${worryingBadge(state)}${isDecided && applyingCriteria ? html`<span class="why" title=${applyingCriteria}>${applyingCriteria}</span>` : nothing}</span>`;
}

/** @param {SearchState} state @param {HeaderView} view */
function lead({ lead: account }, { session }) {
  if (!account) return html`<span class="lead nobody">${say("nobody_in_charge")}</span>`;
  const name = accountName(session, account);
  return html`<span class="lead"><i class="square" aria-hidden="true">${initials(name)}</i>${say("in_charge", { name })}</span>`;
}

/**
 * Render the status: a control if this person may change it, otherwise a text.
 * @param {SearchState} state
 * @param {HeaderView} view
 */
function status({ status: currentStatus }, view) {
  const mark = html`<i class="mark" aria-hidden="true"></i><span data-testid="status">${label.status(currentStatus)}</span>`;
  if (view.past || !view.mayLead) return html`<span class="status-is ${currentStatus}">${mark}</span>`;
  return html`<button type="button" class="status-is ${currentStatus}" data-act="status-menu" popovertarget="status-menu" aria-haspopup="menu" aria-expanded="false">${mark}<i class="arrow" aria-hidden="true"></i></button>`;
}

/**
 * Render the last change of the search itself. The header has a fixed height, so that nothing moves.
 * @param {HeaderView} view
 */
function headerChange(view) {
  const { id } = view.model.search;
  const badge = view.board.badges.get(id);
  if (!badge) return nothing;
  return html`<p class="change-note" data-testid="head-changed"><span>${label.event(badge.type)}${badge.actor ? html`\u00a0· <bdi>${badge.actor.name}</bdi>` : ""}</span> ${agoElement(badge.at)}
    ${view.past ? nothing : html`<button type="button" class="plain" data-act="seen" @click=${() => view.act.seen(id)}>${t("Mark as seen")}</button>`}</p>`;
}

/** @param {HeaderView} view */
function presence({ board }) {
  const present = avatarList(board.presence);
  const count = Math.max(board.presence.count ?? 0, present.length);
  return html`<div class="presence" data-testid="here" role="group" aria-label=${t("{count} viewing", { count })}>${avatars(present)}</div>`;
}

/**
 * Render the running time while the child is missing, or the total time after it was found.
 * @param {SearchState} state
 * @param {string | null} [hook] test id; the phone's bar has none
 */
function clock({ missing_since, status: currentStatus, outcome: result }, hook = "clock") {
  const sinceText = say("missing_since", { at: formatShortMoment(missing_since) });
  if (currentStatus === "open") return html`<div class="clock" data-testid=${hook ?? nothing}>${sinceElement(missing_since)}<small>${sinceText}</small></div>`;
  const at = result?.found_at;
  return html`<div class="clock stopped" data-testid=${hook ?? nothing}>
    ${at ? formatDuration(Math.max(0, Date.parse(at) - Date.parse(missing_since))) : label.status(currentStatus)}
    <small>${at ? t("time until found; {from}", { from: sinceText }) : sinceText}</small>
  </div>`;
}
