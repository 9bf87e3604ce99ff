/** Header of a search: who is missing, since when, its status, who is here. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { formatDuration } from "../../core/time.js";
import { accountName } from "../../format/values.js";
import { avatars, initials, avatarList } from "../avatars.js";
import { appealChip } from "./appeal.js";
import { outcome } from "./outcome.js";
import { agoElement, formatShortMoment, sinceElement } from "../../format/time_elements.js";
import { worryingBadge } from "./worrying_badge.js";

/** @param {BoardView} view */
export function searchHeader(view) {
  const { state, pending, id } = view.model.search;
  const badge = view.board.badges.get(id);
  const { person } = state;
  const name = [person.first_name, person.last_name].filter(Boolean).join(" ");
  return html`<header class="search-header ${pending ? "pending" : ""} ${badge ? "changed" : ""}" data-testid="head" data-status=${state.status}>
    <span class="avatar big" aria-hidden="true">${initials(name)}</span>
    <div class="who">
      <h1>
        <span data-testid="person">${name}${person.age === null ? "" : `, ${person.age}`}</span>
        <span class="status ${state.status}" data-testid="status">${label.status(state.status)}</span>
        ${state.status === "open" ? worryingBadge(state) : nothing} ${appealChip(state)}
        ${state.access === "members" ? html`<span class="chip">${label.access("members")}</span>` : nothing}
      </h1>
      <p>${facts(state, view)}</p>
      ${outcome(view)}
    </div>
    ${view.past ? nothing : presence(view)}
    ${clock(state)}
  </header>`;
}

/**
 * Tell what changed of the search itself, in the toolbar: in the header it would move the board.
 * @param {BoardView} view
 */
export function hasHeaderChanged(view) {
  const { id } = view.model.search;
  const badge = view.board.badges.get(id);
  if (!badge) return nothing;
  return html`<p class="change-note" data-testid="head-changed"><span>${label.event(badge.type)}${badge.actor ? ` · ${badge.actor.name}` : ""} ${agoElement(badge.at)}</span>
    ${view.past ? nothing : html`<button type="button" class="plain" data-act="seen" @click=${() => view.act.seen(id)}>${t("Mark as seen")}</button>`}</p>`;
}

/** @param {SearchState} state @param {BoardView} view */
function facts({ reference, kind, last_seen, lead }, { session }) {
  const seen = last_seen?.text && t("last seen {place}", { place: last_seen.text });
  const led = lead ? t("in charge: {name}", { name: accountName(session, lead) }) : t("nobody in charge");
  return [reference, label.kind(kind), seen, led].filter(Boolean).join(" · ");
}

/** @param {BoardView} view */
function presence({ board }) {
  const present = avatarList(board.presence);
  const count = Math.max(board.presence.count ?? 0, present.length);
  return html`<div class="presence" data-testid="here" role="group" aria-label=${t("{count} viewing", { count })}>${avatars(present)}</div>`;
}

/**
 * Running time while the child is missing; stopped when it is found.
 * @param {SearchState} state
 */
function clock({ missing_since, status, outcome }) {
  const from = t("missing since {at}", { at: formatShortMoment(missing_since) });
  if (status === "open") return html`<div class="clock" data-testid="clock">${sinceElement(missing_since)}<small>${from}</small></div>`;
  const found = outcome?.found_at;
  return html`<div class="clock stopped" data-testid="clock">
    ${found ? formatDuration(Math.max(0, Date.parse(found) - Date.parse(missing_since))) : label.status(status)}
    <small>${found ? t("time until found; {from}", { from }) : from}</small>
  </div>`;
}
