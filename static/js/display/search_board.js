/* One search in full: person, elapsed time, counts by column, and the most pressing cards. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { label } from "../core/labels.js";
import { n, number, t } from "../core/i18n.js";
import { ago, late, moment, committedAt, since } from "../core/time.js";
import { appealed, isHighlighted, significantEventText } from "./significant_events.js";
import { kind, nameElement, shortTime, worryingMark } from "./all_searches.js";

const ROLES = ["inbox", "todo", "doing", "waiting", "done"];
const LINE_HEIGHT = 1.42, TITLED_HEIGHT = 2.57; // height of a card without and with a title, in units of the smallest font size
const COUNTS_HEIGHT = 4.6; // height of the counts above the list
const FACTS_HEIGHT = 13; // height of the facts above those, in portrait

/** @param {BoardContext & { height: number, upright: boolean }} view `height` in units of the smallest font size */
export function searchBoard(view) {
  const { board, now, moments } = view;
  const { state } = /** @type {Entity} */ (board.get(board.id)), last = moments.last(board.id, board.summaries.get(board.id));
  const grave = state.worrying === true ? "worrying" : "";
  return html`<section class="single-search ${grave}" data-search=${board.id} ?data-highlighted=${isHighlighted(last, now)}>
    <div class="facts" data-fit-axis="height">
      <h2>${nameElement(state.person)}</h2>
      <p class="kind">${worryingMark(state)}<span>${kind(state.kind)}</span></p>
      <p class="missing-time"><b>${since(state.missing_since, now ?? undefined)}</b></p>
      <p class="fact">${t("Missing since {at}", { at: moment(state.missing_since, now ?? undefined) })}</p>
      ${facts(state, board, now)}
      ${last ? html`<p class="last"><time>${shortTime(committedAt(last), now)}</time> <span>${significantEventText(last, state)}</span></p>` : nothing}
    </div>
    <div class="work" data-fit-axis="height">
      <ul class="columns">${inColumns(board).map(([role, count]) => html`<li><b>${number(count)}</b> <span>${label.column(role)}</span></li>`)}</ul>
      ${openCards(view)}
    </div>
  </section>`;
}

/** @param {State} search @param {Board} board @param {Date | null} now */
function facts({ appeal, lead_name: lead }, board, now) {
  const seen = lastConfirmed(board);
  return html`${appeal.level ? html`<p class="fact" data-hide-priority>${appealed(appeal)}</p>` : nothing}
    ${seen ? html`<p class="fact" data-hide-priority>${t("Confirmed sighting {ago}", { ago: ago(seen, now ?? undefined) })}</p>` : nothing}
    ${lead ? html`<p class="fact" data-hide-priority>${t("In charge: {name}", { name: lead })}</p>` : nothing}`;
}

/**
 * Time of the last confirmed sighting, if this display may know it.
 * @param {Board} board
 */
function lastConfirmed(board) {
  const sightings = board.of("sighting").filter(({ state }) => !state.withdrawn && state.seen_at);
  return sightings.filter(({ state }) => state.assessment === "confirmed").map(({ state }) => state.seen_at).sort().at(-1) ?? null;
}

/**
 * Return [[role, number of cards], …]. Columns of one role are added up, because displays do not show column names.
 * @param {Board} board
 */
function inColumns(board) {
  const roles = rolesOf(board), cards = cardsOf(board);
  return ROLES.map((role) => [role, cards.filter(({ state }) => roles.get(state.column) === role).length]);
}

/** @param {Board} board */
const rolesOf = (board) => new Map(board.of("column").map(({ id, state }) => [id, state.role]));

/** @param {Board} board */
const cardsOf = (board) => [...board.of("sighting"), ...board.of("task")].filter(({ state }) => !state.withdrawn);

/** @param {BoardContext & { height: number, upright: boolean }} view */
function openCards({ board, now, height, upright, fewer = 0 }) {
  const all = pressingCards(board, now), fit = cardsThatFit(all, height - COUNTS_HEIGHT - (upright ? FACTS_HEIGHT : 0));
  const shown = fit.slice(0, Math.max(1, fit.length - fewer));
  if (!all.length) return html`<p class="nothing-open">${t("Nothing overdue or urgent.")}</p>`;
  return html`<ol class="open-cards">${shown.map((card) => line(card, now))}
    ${shown.length < all.length ? html`<li class="rest">${n("{count} more", "{count} more", all.length - shown.length)}</li>` : nothing}</ol>`;
}

/**
 * Return as many of the first cards as fit; the rest is shown as a number.
 * @param {Entity[]} cards
 * @param {number} room
 */
function cardsThatFit(cards, room) {
  let left = room - LINE_HEIGHT;
  const most = cards.findIndex(({ state }) => (left -= state.title ? TITLED_HEIGHT : LINE_HEIGHT) < 0);
  return most < 0 ? cards : cards.slice(0, Math.max(1, most));
}

/**
 * Return overdue tasks, the longest overdue first, then urgent cards, then sightings without an assessment.
 * @param {Board} board
 * @param {Date | null} now
 */
function pressingCards(board, now) {
  const roles = rolesOf(board);
  const cards = cardsOf(board).filter(({ state }) => roles.get(state.column) !== "done");
  const weighed = cards.map((card) => ({ ...card, weight: weightOf(card, now) })).filter(({ weight }) => weight > 0);
  return weighed.sort((a, b) => b.weight - a.weight || dueOf(a) - dueOf(b) || a.state.number - b.state.number);
}

/** @param {Entity} card @param {Date | null} now */
function weightOf({ kind: what, state }, now) {
  if (what === "task") return isOverdue(state, now) ? 4 : state.priority === "urgent" ? 2 : 0;
  return state.assessment !== "unassessed" ? 0 : state.priority === "urgent" ? 3 : 1;
}

/** @param {State} task @param {Date | null} now */
const isOverdue = ({ due }, now) => Boolean(due && now && new Date(due) < now);

/** @param {Entity} card */
const dueOf = ({ state }) => (state.due ? Date.parse(state.due) : Infinity);

/** @param {Entity} card @param {Date | null} now */
function line({ kind: what, state }, now) {
  const overdue = what === "task" && isOverdue(state, now);
  return html`<li class="${what} ${overdue ? "text-alert" : ""}"><b>${label.noun(what)} ${number(state.number)}</b> <span class="state">${stateOf(what, state, overdue, now)}</span>
    ${state.title ? html`<span class="title">${state.title}</span>` : nothing}</li>`;
}

/** @param {string} what @param {State} state @param {boolean} overdue @param {Date | null} now */
function stateOf(what, state, overdue, now) {
  if (overdue) return late(state.due, now ?? undefined) || t("due now");
  return state.priority === "urgent" ? label.priority("urgent") : t("to assess");
}
