/** Map of one search, live or past: its points, their texts, and the cards that people can add by pressing on it. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { titleOf } from "../../core/rules/kinds.js";
import { mapPoints } from "../../core/rules/map_points.js";
import { say } from "../../core/rules/sentences.js";
import { valueAt } from "../../core/rules/merge_patch.js";
import { isUngraded } from "../../core/rules/conditions.js";
import { label } from "../../core/labels.js";
import { formatShortMoment } from "../../format/time_elements.js";
import { accountName, certaintyText, distance } from "../../format/values.js";
import { MapReach } from "./map_reach.js";
import { MapView } from "./map_view.js";

export { loadMap } from "../../core/map/leaflet.js";

/** Field group with the point, by kind. @type {Record<string, string>} */
const PLACES = { sighting: "place", task: "place", place: "location", search: "last_seen" };
/** Path of the place's text, by kind. @type {Record<string, string>} */
const TEXTS = { ...Object.fromEntries(Object.entries(PLACES).map(([kind, group]) => [kind, `${group}.text`])), found: "outcome.place" };
/** Sentences that name the points of the search itself, by kind. @type {Record<string, string>} */
const OF_SEARCH = { search: "last_seen_recorded", found: "where_found" };

export class BoardMap {
  #view;
  #draw;
  #reach;

  /** @param {BoardView} view @param {() => void} draw */
  constructor(view, draw) {
    this.#draw = draw;
    this.#reach = new MapReach(draw);
    this.#view = new MapView(this.#host(view));
  }

  /** @param {BoardView} view */
  template(view) {
    return this.#view.template(this.#host(view));
  }

  /** @param {BoardView} view @returns {import("./map_view.js").MapHost} */
  #host(view) {
    const { board, ui, model } = view;
    const isShown = (/** @type {string} */ id) => id === board.id || Boolean(model.byId.get(id) && view.marks.isShown(/** @type {Card} */ (model.byId.get(id))));
    const all = mapPoints(board), placed = new Set(all.map(({ id }) => id));
    const unplaced = [...model.byId.values()].filter((card) => card.kind === "sighting" && !card.state.withdrawn && !placed.has(card.id) && view.marks.isShown(card));
    return {
      heading: t("By time"), points: all.filter(({ entity }) => isShown(entity)), unplaced: unplacedText(unplaced.length), selected: ui.card, draw: this.#draw,
      row: (point) => rowOf(point, view), mark: (point) => markText(point, board), open: (id, event) => open(id, event, view), actions: papers(view),
      links: view.contradictions.pairs.map(({ first, second, text }) => ({ from: first, to: second, text })), reach: this.#reach.of(view),
      add: view.past || !view.mayEdit ? null : (kind, at) => add(kind, at, view),
    };
  }
}

/** @param {number} count */
const unplacedText = (count) => (count ? n("{count} sighting has no point and is not on the map.", "{count} sightings have no point and are not on the map.", count) : "");

/** @param {string} id @param {MouseEvent} event @param {BoardView} view */
function open(id, event, view) {
  if (view.model.byId.has(id)) return view.open(event, id);
  event.preventDefault();
  return view.act.log();
}

/**
 * Open the form of a new card with this point.
 * @param {string} kind @param {{ lat: number, lon: number, radius: number }} at @param {LiveBoardView} view
 */
function add(kind, { lat, lon, radius }, view) {
  const form = view.forms.get(`add-${kind}`), group = PLACES[kind];
  view.act.dialog(`add-${kind}`);
  for (const [name, value] of Object.entries({ lat: lat.toFixed(5), lon: lon.toFixed(5), radius_m: String(radius) })) form.edit(`${group}.${name}`, value);
  view.draw();
}

/** Return the text next to a mark. `number` is the card's number. @param {MapPoint} point @param {AnyBoard} board */
function markText({ entity: id, kind, number, at, until }, board) {
  const state = board.get(id)?.state ?? {}, time = at && kind !== "task" ? formatShortMoment(at) : "";
  if (OF_SEARCH[kind]) return [time, say(OF_SEARCH[kind])].filter(Boolean).join(" ");
  if (kind === "place") return [number, state.name, [time, until && formatShortMoment(until)].filter(Boolean).join("–")].filter(Boolean).join(" · ");
  return [time, number, state.grade && gradeText(state)].filter(Boolean).join(" · ");
}

/** @param {MapPoint} point @param {BoardView} view @returns {import("./map_view.js").PointRow} */
function rowOf({ entity: id, kind, at, radius, isRuledOut }, view) {
  const entity = view.board.get(id), time = at ? formatShortMoment(at) : t("time unknown");
  if (!entity || OF_SEARCH[kind]) return { href: `${view.path("")}#log`, time, title: say(OF_SEARCH[kind] ?? OF_SEARCH.search), note: placeText(entity, kind, radius), isStruck: false, key: null };
  const { state } = entity;
  return { href: view.path(id), time, title: html`<b>${state.number}</b> ${titleOf(/** @type {Card} */ (entity))}`, isStruck: isRuledOut, note: [...factsOf(kind, state, view), placeText(entity, kind, radius)].filter(Boolean).join(" · "), below: contradictionNote(view.contradictions.of(id)) };
}

/** Render the contradiction mark that the card also has. @param {ContradictingCard | undefined} contradiction */
const contradictionNote = (contradiction) => (contradiction ? html`<span class="not-both" data-testid="not-both"><span>${contradiction.mark}</span></span>` : nothing);

/** @param {string} kind @param {State} state @param {BoardView} view @returns {(string | null)[]} */
function factsOf(kind, state, view) {
  const assignee = state.assignee && accountName(view.session, state.assignee);
  if (kind === "sighting") return [label.assessment(state.assessment), gradeText(state), assignee];
  if (kind === "place") return [label.noun("place"), state.searched_by, certaintyText(state.certainty)];
  return [label.noun(kind), assignee];
}

/** @param {State} state */
const gradeText = (state) => (isUngraded(state) ? say("not_graded") : `${state.grade.source}${state.grade.content}`);

/** @param {Entity | undefined} entity @param {string} kind @param {number | null} radius */
function placeText(entity, kind, radius) {
  const text = entity && valueAt(entity.state, TEXTS[kind]);
  return [text, radius ? `±\u00a0${distance(radius)}` : ""].filter(Boolean).join(" ");
}

/** @param {BoardView} view */
function papers(view) {
  const at = view.past ? `&at=${/** @type {any} */ (view.board).seq}` : "";
  if (!view.model.search || !view.session.may("export")) return nothing;
  return html`<span class="map-papers">${["A4", "A3"].map((size) => html`<a href="/searches/${view.board.id}/map.pdf?size=${size}${at}">${t("Print {size}", { size })}</a>`)}</span>`;
}

