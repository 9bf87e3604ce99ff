/* One search in full: the child, the running time, who has its alarm, and in an inner room the description and last place; counts by
   column, and the most pressing cards. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { number, p, t } from "../core/i18n.js";
import { say, sayCount } from "../core/rules/sentences.js";
import { label } from "../core/labels.js";
import { formatHeight, hairText } from "../core/rules/appearance.js";
import { isAssured } from "../core/rules/conditions.js";
import { standardText } from "../core/rules/standard_texts.js";
import { late, moment, runningTime } from "../core/time.js";
import { custodyOf, custodyText, mayAlarm } from "./alarm_row.js";
import { appealText, assessmentText, isHighlighted } from "./significant_events.js";
import { lastEvent, seenAt } from "./last_event.js";
import { looksFor } from "./readable_looks.js";
import { hasMap, mapInset } from "./map_inset.js";
import { photo } from "./photo.js";
import { gravity, kindLine, nameElement, togetherLine } from "./all_searches.js";

/** @typedef {import("./readable_looks.js").ReadLook} ReadLook */

const LOOKS = 2; // index of the appearance among the facts, which has one more line
const GOAL = 3; // index of the goal, which gets more lines before the other facts
const GOAL_LINES = 6, FACT_LINES = 4, TITLE_LINES = 3; // maximum numbers of lines
const ROLES = ["inbox", "todo", "doing", "waiting", "done"];
const LONG_NAMES = [7, 12, 24]; // lengths above which a name has smaller type, so that it needs no more space than a short one
const CARD_HEIGHT = 6.4; // height of a card, in units of the type
const COUNTS_HEIGHT = 14; // height of the counts above the list
const MAP_HEIGHT = 52; // height of the map, in an inner room
const FACTS_HEIGHT = 70; // height of the facts above the counts, on an upright screen

/** @param {BoardContext & { height: number, upright: boolean }} view `height` in units of the type */
export function searchBoard(view) {
  const { board, now, moments, profile } = view;
  const { state } = /** @type {Entity} */ (board.get(board.id)), summary = board.summaries.get(board.id), last = moments.last(board.id, summary);
  const custody = custodyText(custodyOf(profile, state, summary));
  return html`<section class="single-search" data-search=${board.id} ?data-highlighted=${isHighlighted(last, now)} ?data-quiet=${!mayAlarm(profile, state)}>
    <div class="facts ${gravity(state)}" data-fit-axis="height">
      <div class="child" ?data-pictured=${state.public_photo}>${photo(board.id, state, "view")}<h2 data-long=${LONG_NAMES.filter((letters) => state.person.first_name.length > letters).length}>${nameElement(state.person)}</h2>
        ${kindLine(state, togetherLine(state, view.all ?? board))}
        ${state.appeal.level ? html`<p class="appeal" data-hide-priority="8">${appealText(state.appeal)}</p>` : nothing}</div>
      <p class="running"><b class="missing-time">${runningTime(state.missing_since, now ?? undefined)}</b> <span>${t("missing")}</span></p>
      ${custody === nothing ? nothing : html`<p class="custody">${custody}</p>`}
      ${factList(state, view)}
      ${last ? html`<p class="last" data-hide-priority="7">${lastEvent(last, now)}</p>` : nothing}
    </div>
    <div class="work" data-fit-axis="height">
      <ul class="columns">${inColumns(board).map(([role, count]) => html`<li><b>${number(count)}</b> <span>${label.column(role)}</span></li>`)}</ul>
      ${mapInset(view)}${openCards(view)}
    </div>
  </section>`;
}

/**
 * Draw the facts that the profile of this display may know. Without space, the last facts are hidden first.
 * @param {State} search
 * @param {BoardContext} view
 */
function factList(search, view) {
  const { board, now } = view;
  const { goal, person, missing_since: missing, lead_name: lead } = search;
  /** @type {[string, unknown][]} */
  const facts = [
    [p("missing child, under the clock that says so", "Since"), html`<b>${moment(missing, now ?? undefined)}</b>`],
    [t("Latest"), latest(board, now)],
    [t("Look for"), appearanceOf(person, looksFor(board, view.profile))],
    [label.field("goal.text"), goal?.text && html`${goal.until ? html`<b>${say("by_time", { at: moment(goal.until, now ?? undefined) })}</b> · ` : nothing}${goal.text}`],
    [label.field("lead"), lead],
  ];
  return html`<dl class="fact-list">${facts.map(([name, value], index) => (value
    ? html`<div class="fact ${index === LOOKS ? "looks" : index === GOAL ? "goal" : ""}" data-hide-priority=${index === 0 ? 6 : index + 1}><dt>${name}</dt><dd data-most-lines=${index === GOAL ? GOAL_LINES : FACT_LINES}>${value}</dd></div>` : nothing))}</dl>`;
}

/**
 * "Credible, seen 05:05, Veldstraat": the latest credible or confirmed sighting; null if this display may not know its time.
 * @param {Board} board
 * @param {Date | null} now
 */
function latest(board, now) {
  const sighting = latestCredible(board);
  if (!sighting) return null;
  const place = placeOf(sighting, board);
  return html`<b>${assessmentText(sighting.assessment)}, ${seenAt(sighting.seen_at, now)}</b>${place ? html`, ${place}` : nothing}`;
}

/**
 * "Yellow rucksack, green coat, dark curly hair, slim, 1 m 58"; null if this display may not know it.
 * @param {State} person
 * @param {ReadLook} read
 */
function appearanceOf({ clothing, hair, build, height_cm: height }, read) {
  const parts = [hair && read("hair", hair, hairText), build && (label.value("person.build", build, "search") ?? build), height && formatHeight(height)].filter(Boolean);
  const details = parts.map((part, index) => html`${index ? ", " : nothing}${part}`);
  if (!clothing && !parts.length) return null;
  return html`${clothing ? html`<b>${read("clothing", clothing)}</b>` : nothing}${clothing && parts.length ? ", " : nothing}${details}`;
}

/**
 * Return the state of the latest credible or confirmed sighting, if this display may know its time.
 * @param {Board} board
 * @returns {State | undefined}
 */
function latestCredible(board) {
  const sightings = board.of("sighting").map(({ state }) => state).filter(({ withdrawn, seen_at: seenAt }) => !withdrawn && seenAt);
  return sightings.filter(({ assessment }) => isAssured(assessment)).sort((a, b) => (a.seen_at < b.seen_at ? 1 : -1))[0];
}

/**
 * Return the place of a sighting, if this display may know it: only the summary contains the place of one sighting.
 * @param {State | undefined} sighting
 * @param {Board} board
 */
function placeOf(sighting, board) {
  const summarySighting = board.summaries.get(board.id)?.credible_sighting;
  return sighting && summarySighting && summarySighting.seen_at === sighting.seen_at ? summarySighting.place : null;
}

/**
 * Return [[role, number of cards], …]. Columns of the same role are added up, because displays do not show column names.
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
function openCards({ board, now, height, upright, profile, fewer = 0 }) {
  const all = pressingCards(board, now), promised = board.summaries.get(board.id)?.promised ?? [], available = height - COUNTS_HEIGHT - (upright ? FACTS_HEIGHT : 0) - (hasMap(board.id, profile) ? MAP_HEIGHT : 0);
  const maxCards = Math.max(1, Math.floor(available / CARD_HEIGHT) - fewer), shown = all.length <= maxCards ? all : all.slice(0, Math.max(1, maxCards - 1));
  if (!all.length) return html`<p class="nothing-open">${t("Nothing overdue or urgent.")}</p>`;
  return html`<ol class="open-cards">${shown.map((card) => line(card, now, promised))}
    ${shown.length < all.length ? html`<li class="rest">${sayCount("more", all.length - shown.length)}</li>` : nothing}</ol>`;
}

/**
 * Return overdue tasks (longest overdue first), then urgent cards, then unassessed sightings.
 * @param {Board} board
 * @param {Date | null} now
 */
function pressingCards(board, now) {
  const roles = rolesOf(board);
  const cards = cardsOf(board).filter(({ state }) => roles.get(state.column) !== "done");
  const pressing = cards.map((card) => ({ ...card, weight: weightOf(card, now) })).filter(({ weight }) => weight > 0);
  return pressing.sort((a, b) => b.weight - a.weight || dueOf(a) - dueOf(b) || a.state.number - b.state.number);
}

/** @param {Entity} card @param {Date | null} now */
function weightOf({ kind: cardKind, state }, now) {
  if (cardKind === "task") return isOverdue(state, now) ? 4 : state.priority === "urgent" ? 2 : 0;
  return state.assessment !== "unassessed" ? 0 : state.priority === "urgent" ? 3 : 1;
}

/** @param {State} task @param {Date | null} now */
const isOverdue = ({ due }, now) => Boolean(due && now && new Date(due) < now);

/** @param {Entity} card */
const dueOf = ({ state }) => (state.due ? Date.parse(state.due) : Infinity);

/**
 * Draw a card. Only what is late and promised by nobody is red.
 * @param {Entity} card @param {Date | null} now @param {string[]} promised
 */
function line({ id, kind: cardKind, state }, now, promised) {
  const isLate = cardKind === "task" && isOverdue(state, now), lateness = promised.includes(id) ? "held" : "over", noun = html`${label.noun(cardKind)} ${number(state.number)}`;
  return html`<li class="${cardKind} ${isLate ? lateness : state.priority === "urgent" ? "urgent" : ""}"><span class="title" data-most-lines=${TITLE_LINES}>${state.title ? html`${standardText(state.title)} <span class="which">${noun}</span>` : noun}</span>
    <b class="state">${stateOf(state, isLate, now)}</b></li>`;
}

/** @param {State} state @param {boolean} isLate @param {Date | null} now */
function stateOf(state, isLate, now) {
  if (isLate) return lateText(state.due, now ?? undefined);
  return state.priority === "urgent" ? label.priority("urgent") : label.assessment(state.assessment);
}

/**
 * "9 h 05 min overdue"
 * @param {string} due
 * @param {Date | undefined} now
 */
const lateText = (due, now) => (late(due, now) ? t("{length} overdue", { length: runningTime(due, now) }) : t("due now"));
