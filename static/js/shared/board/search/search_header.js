/** The child's header, on every page of a search: who is missing, since when, what to look for, its status, who is here. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { applyHeaderSize, toggleHeaderSize } from "../../../behaviours/header_size.js";
import { t } from "../../../core/i18n.js";
import { say } from "../../../core/rules/sentences.js";
import { label } from "../../../core/labels.js";
import { needsDecision } from "../../../core/rules/suggested_criteria.js";
import { formatDuration } from "../../../core/time.js";
import { timesText } from "../../../format/earlier.js";
import { shortPersonName } from "../../../format/search_list.js";
import { accountName } from "../../../format/values.js";
import { avatars, initials, avatarList } from "../../avatars.js";
import { childDetails, childSummary, gravityOfNeeds } from "./child_details.js";
import { photo } from "../../files/photo.js";
import { criteriaOf } from "./criteria.js";
import { goalLine } from "./goal.js";
import { kindLine, timesChip } from "../card/kind_details.js";
import { joined, outcome } from "./outcome.js";
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
  const about = [person.sex && label.sex(person.sex), label.kind(kind), html`<span class="whole">${reference}</span>`];
  queueMicrotask(applyHeaderSize); // once the button is there
  return html`<header class="search-header ${pending ? "pending" : ""} ${badge ? "changed" : ""}" data-testid="head" data-status=${state.status}>
    ${portrait(view)}
    <div class="who">
      <div class="names">
        <h1 data-testid="person">${withAge(name, person.age)}</h1>
        <span class="about">${joined(about.filter(Boolean))}</span>
        ${state.status === "open" ? worrying(state) : nothing}
        ${timesChip(state)}
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

/** Photo of the child, which opens large; without one the initials. @param {HeaderView} view */
function portrait(view) {
  const { state: { person, photo: file } } = view.model.search, name = nameOf(person), inside = html`${initials(name)}${photo(view.board.id, file)}`;
  if (!file || !view.files) return html`<span class="portrait" aria-hidden="true">${inside}</span>`;
  return html`<button type="button" class="portrait" data-act="open-photo" aria-label=${t("Photo of {name}", { name })} title=${t("Photo of {name}", { name })} @click=${() => view.files?.open(file)}>${inside}</button>`;
}

/**
 * Head of a phone, in the bar of the page: there is no room for both.
 * @param {BoardView} view
 */
export function phoneHeader(view) {
  const { state } = view.model.search, { person } = state, open = state.status === "open";
  const name = shortPersonName(person);
  const details = view.act.log;
  return html`<span class="portrait" aria-hidden="true">${initials(nameOf(person))}${photo(view.board.id, state.photo)}</span>
    <button type="button" class="child-name" data-act="child" @click=${details}>
      <b>${withAge(name, person.age)}</b>
      <span class="sub ${person.needs ? "with-need" : ""}">${open ? worryingBadge(state, needsDecision(state), null) : html`<span class="status ${state.status}">${label.status(state.status)}</span>`} <span class="rest" dir="auto">${person.needs ? html`<b class=${gravityOfNeeds(person)}>${person.needs}</b>` : nothing}
        ${timesText(state.earlier) ? html`<b>${timesText(state.earlier)}</b> ·` : nothing}
        ${person.clothing || state.reference || label.kind(state.kind)}</span></span>
    </button>
    ${clock(state, null)}`;
}

/**
 * Whether it is worrying, with the criteria that apply.
 * @param {SearchState} state
 */
function worrying(state) {
  const decided = state.worrying === true;
  if (!decided && !needsDecision(state)) return nothing;
  const why = criteriaOf(state.criteria).filter((key) => state.criteria[key]?.answer === "yes").map(label.criterion).join(", ") || state.worrying_basis || "";
  return html`<span class="worrying-mark">${worryingBadge(state)}${decided && why ? html`<span class="why" title=${why}>${why}</span>` : nothing}</span>`;
}

/** @param {SearchState} state @param {HeaderView} view */
function lead({ lead: account }, { session }) {
  if (!account) return html`<span class="lead nobody">${say("nobody_in_charge")}</span>`;
  const name = accountName(session, account);
  return html`<span class="lead"><i class="square" aria-hidden="true">${initials(name)}</i>${say("in_charge", { name })}</span>`;
}

/**
 * Status: a control for whoever may change it, else only a word.
 * @param {SearchState} state
 * @param {HeaderView} view
 */
function status({ status: now }, view) {
  const mark = html`<i class="mark" aria-hidden="true"></i><span data-testid="status">${label.status(now)}</span>`;
  if (view.past || !view.mayLead) return html`<span class="status-is ${now}">${mark}</span>`;
  return html`<button type="button" class="status-is ${now}" data-act="status-menu" popovertarget="status-menu" aria-haspopup="menu" aria-expanded="false">${mark}<i class="arrow" aria-hidden="true"></i></button>`;
}

/**
 * What changed of the search itself. The header has a fixed height, so that it moves nothing.
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
 * Running time while the child is missing; stopped when it is found.
 * @param {SearchState} state
 * @param {string | null} [hook] for tests: the one in the bar of a phone has none
 */
function clock({ missing_since, status: now, outcome: found }, hook = "clock") {
  const from = say("missing_since", { at: formatShortMoment(missing_since) });
  if (now === "open") return html`<div class="clock" data-testid=${hook ?? nothing}>${sinceElement(missing_since)}<small>${from}</small></div>`;
  const at = found?.found_at;
  return html`<div class="clock stopped" data-testid=${hook ?? nothing}>
    ${at ? formatDuration(Math.max(0, Date.parse(at) - Date.parse(missing_since))) : label.status(now)}
    <small>${at ? t("time until found; {from}", { from }) : from}</small>
  </div>`;
}
