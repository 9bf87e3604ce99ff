/* Card of a search on the operations board: who, since when, what is open, who leads; links to its board. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { label } from "../core/labels.js";
import { n, t } from "../core/i18n.js";
import { formatDuration } from "../core/time.js";
import { shortPersonName } from "../format/search_list.js";
import { worryingBadge } from "./board/worrying_badge.js";
import { agoElement, sinceElement, formatMoment } from "../format/time_elements.js";

/** @param {Entity<SearchState>} search @param {SearchCardView} view */
export function searchCard(search, view) {
  const { id, state } = search;
  const badge = view.board.badges.get(id);
  const seen = () => badge && view.seen(id);
  return html`<li class="search ${state.status} ${state.worrying === true ? "worrying" : ""} ${badge ? "changed" : ""}" data-search=${id} data-status=${state.status}
      @pointerenter=${seen} @focusin=${seen}>
    <p class="what"><span class="reference">${state.reference}</span>
      ${view.shared?.has(state.reference) ? html`<b data-testid="same-reference" title=${t("Another search has this reference too.")}>${t("used twice")}</b>` : nothing} <span class="kind">${label.kind(state.kind)}</span>
      ${state.access === "members" ? html`<span class="lock" title=${t("Only members can see this search")}>${t("members only")}</span>` : nothing}</p>
    <div class="who">
      <div class="name"><h3><a href=${view.placeOf(id)}>${shortPersonName(state.person)}${state.person.age === null ? nothing : `, ${state.person.age}`}</a></h3>${worryingBadge(state)}</div>
      ${time(state)}
    </div>
    ${badge ? html`<p class="change-note">${badge.actor ? t("{what} by {who}", { what: label.done(badge.type), who: badge.actor.name }) : label.done(badge.type)}${badge.at ? html`, ${agoElement(badge.at)}` : nothing}</p>` : nothing}
    ${counts(view.board.summaries.get(id), state.status, news(id, view))}
    ${foot(state, view.board.summaries.get(id), view.session)}
  </li>`;
}

/**
 * A search whose opening is not acknowledged yet.
 * @param {PendingCommand} command
 */
export function sendingCard({ data, status }) {
  return html`<li class="search open pending" data-testid="pending-search">
    <p class="what"><b>${status === "sending" ? t("sending…") : t("waiting to be sent…")}</b> <span class="kind">${label.kind(data.kind)}</span></p>
    <div class="who"><h3>${shortPersonName(data.person)}${data.person.age === undefined ? nothing : `, ${data.person.age}`}</h3></div>
  </li>`;
}

/** @param {SearchState} state */
function time({ status, missing_since, outcome }) {
  if (status === "open") return html`<span class="running" title=${t("missing since {at}", { at: formatMoment(missing_since) })}>${sinceElement(missing_since)}</span>`;
  if (!outcome) return nothing;
  return html`<span class="running" title=${t("time missing until found")}>${formatDuration(Math.max(0, Date.parse(outcome.found_at) - Date.parse(missing_since)))}</span>`;
}

/**
 * Render the number of unseen events on its board.
 * @param {string} id
 * @param {SearchCardView} view
 */
function news(id, { board, session }) {
  const last = board.summaries.get(id)?.last, { readPositions } = session;
  const count = last && readPositions?.news(id, last.seq);
  if (count) return html`<a class="news" data-count="news" href="/since" title=${t("Since you last looked at this board")}>${n("{count} new", "{count} new", count)}</a>`;
  return last && readPositions?.isNew(id) ? html`<span class="news" data-count="unseen" title=${t("You have not opened this board before")}>${t("new to you")}</span>` : nothing;
}

/** @param {Summary | undefined} summary @param {SearchState["status"]} status @param {Drawn} news */
function counts(summary, status, news) {
  if (!summary) return status === "open" ? html`<p class="counts" aria-hidden="true">&nbsp;</p>` : nothing;
  const { unassessed_sightings: sightings, open_tasks: tasks, overdue_tasks: overdue, people } = summary;
  const parts = [
    sightings ? html`<span class="sightings" data-count="unassessed">${n("{count} sighting to assess", "{count} sightings to assess", sightings)}</span>` : nothing,
    overdue ? html`<span class="text-alert" data-count="overdue">${t("{count} overdue", { count: overdue })}</span>` : nothing,
    tasks ? html`<span class="tasks" data-count="tasks">${n("{count} task", "{count} tasks", tasks)}</span>` : nothing,
    people ? html`<span class="people" data-count="people">${t("{count} viewing", { count: people })}</span>` : nothing,
  ];
  const none = status === "open" ? html`<span>${t("nothing to do")}</span>` : nothing;
  const waiting = parts.every((part) => part === nothing) ? none : parts;
  return waiting === nothing && news === nothing ? nothing : html`<p class="counts">${waiting}${news}</p>`;
}

/** @param {SearchState} state @param {Summary | undefined} summary @param {Session} session */
function foot(state, summary, session) {
  const name = state.lead ? session.accounts.get(state.lead)?.name ?? "…" : null;
  const lead = html`<span class="lead">${name ? t("in charge: {name}", { name }) : t("nobody in charge")}</span>`;
  if (state.status !== "open") return html`<p class="foot">${ending(state)}${lead}</p>`;
  return html`<p class="foot">${lead}${summary?.last ? html`<span class="last">${label.event(summary.last.type)}, ${agoElement(summary.last.at)}</span>` : nothing}</p>`;
}

/** @param {SearchState} state */
function ending({ outcome, status_reason: reason, acknowledge }) {
  const anyway = acknowledge ? html`<span class="override-reason">${t("Closed anyway because: {reason}", { reason: acknowledge })}</span>` : nothing;
  if (!outcome) return html`${reason ? html`<span class="found">${reason}</span>` : nothing}${anyway}`;
  const { found_at: at, condition } = outcome;
  return html`<span class="found ${condition}">${t("found {at}, {condition}", { at: formatMoment(at), condition: label.condition(condition) })}</span>${anyway}`;
}
