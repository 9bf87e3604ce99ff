/* Open searches of one page: the gravest as large cards, the rest as rows (fit.js arranges them). */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { label } from "../core/labels.js";
import { n, t } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { placeOf } from "../core/rules/search_gravity.js";
import { runningTime } from "../core/time.js";
import { custodyOf, custodyText, mayAlarm } from "./alarm_row.js";
import { togetherText } from "../core/rules/together.js";
import { arrange, pagesFor } from "./fit.js";
import { lastEvent, seenLast } from "./last_event.js";
import { photo } from "./photo.js";
import { isHighlighted } from "./significant_events.js";

/**
 * Return the sort keys of the open searches.
 * @param {Board} board
 * @returns {SearchPlace[]}
 */
export function placesOf(board) {
  const open = board.of("search").filter(({ state }) => state.status === "open");
  return open.map((search) => placeOf(search, board.summaries.get(search.id)));
}

/**
 * Return a page of the ordered searches, and its arrangement.
 * @param {SearchPlace[]} places
 * @param {number} number
 * @param {Area} area
 */
export function pageOf(places, number, area) {
  const { perPage } = pagesFor(places.length, area), page = places.slice(number * perPage, (number + 1) * perPage);
  return { ids: page.map(({ id }) => id), arrangement: arrange(page.length, page.filter(({ rank }) => rank > 0).length, area) };
}

/** @param {string[]} ids searches of this page, in order @param {OverviewContext} view */
export function allSearches(ids, view) {
  if (!ids.length) return html`<p class="empty">${t("No open searches.")}</p>`;
  const { bigs, columns, upright, card, other, asCards } = view.arrangement;
  const searches = ids.flatMap((id) => view.board.get(id) ?? []);
  const group = (/** @type {string} */ name, /** @type {Entity[]} */ members, /** @type {number} */ step, /** @type {boolean} */ areCards) => html`
    <div class=${name} data-form=${areCards ? "card" : "row"} data-step=${step}>
      ${repeat(members, ({ id }) => id, (search) => (areCards ? largeCard : row)(search, tileOf(search, view)))}
    </div>`;
  return html`<section class="overview" data-columns=${columns} ?data-upright=${upright} ?data-one-group=${ids.length <= bigs}>
    ${group("big-tiles", searches.slice(0, bigs), card, true)}
    ${ids.length > bigs ? group("other-tiles", searches.slice(bigs), other, asCards) : nothing}
  </section>`;
}

/**
 * Collect the data of a tile besides the state of its search.
 * @param {{ id: string, state: State }} search
 * @param {OverviewContext} view
 * @returns {Tile}
 */
function tileOf({ id, state }, { now, board, moments, movedUp, profile }) {
  const summary = board.summaries.get(id), last = moments.last(id, summary);
  return { now, summary, last, together: togetherLine(state, board), highlighted: isHighlighted(last, now) || movedUp(id), isQuiet: !mayAlarm(profile, state), ...custodyOf(profile, state, summary) };
}

/** @param {{ id: string, state: State }} search @param {Tile} tile */
function largeCard({ id, state }, tile) {
  const { now, summary, last, highlighted, isQuiet, alarm } = tile;
  return html`<article class="search-tile ${gravity(state)}" data-search=${id} ?data-highlighted=${highlighted} ?data-alarmed=${alarm} ?data-quiet=${isQuiet} ?data-pictured=${state.public_photo}>
    ${photo(id, state, "view")}
    <div class="tile-head"><h2>${nameElement(state.person)}</h2>${missingTime(state, now)}</div>
    ${kindLine(state, tile.together)}
    <p class="tile-needs">${counts(state, tile)}</p>
    <p class="last">${lastEvent(last, now)}${seenLast(summary?.credible_sighting, now)}</p>
  </article>`;
}

/** @param {{ id: string, state: State }} search @param {Tile} tile */
function row({ id, state }, tile) {
  const { now, last, highlighted, isQuiet, alarm } = tile, mark = gravityMark(state);
  return html`<article class="search-tile ${gravity(state)}" data-search=${id} ?data-highlighted=${highlighted} ?data-alarmed=${alarm} ?data-quiet=${isQuiet}>
    <div class="tile-head"><h2>${nameElement(state.person)}${mark}</h2>${missingTime(state, now)}</div>
    <div class="tile-needs"><p class="needs">${counts(state, tile)}</p>
      <p class="last">${mark}${lastEvent(last, now)}</p></div>
  </article>`;
}

/** @param {State} state @param {Date | null} now */
const missingTime = ({ missing_since: since }, now) => html`<b class="missing-time">${runningTime(since, now ?? undefined)}</b>`;

/**
 * Draw the gravity of a search, in inner rooms its kind, and who disappeared together with the child. Other displays do not receive the kind.
 * @param {State} state
 * @param {Drawn} [together]
 */
export const kindLine = (state, together = nothing) => html`<p class="kind-line">${gravityMark(state)}${state.kind ? html`<span class="kind">${kind(state.kind)}</span>` : nothing}${together}</p>`;

/**
 * Return the style class for the gravity of a search.
 * @param {State} state
 */
export const gravity = ({ worrying, undecided }) => (worrying === true ? "worrying" : undecided === true ? "to-decide" : "");

/**
 * Draw the name and the age. The name may be right-to-left.
 * @param {Person} person
 */
export const nameElement = ({ first_name: name, age }) => html`<span class="name"><bdi>${name}</bdi>${age === null || age === undefined ? nothing : `, ${age}`}</span>`;

/** "with: Lina, 6": the children who disappeared together with this one, as far as this display shows their searches. @param {State} state @param {Board} board */
export function togetherLine({ together = [] }, board) {
  const people = together.flatMap((/** @type {string} */ id) => board.get(id)?.state.person ?? []);
  return people.length ? html`<span class="together">${togetherText(people)}</span>` : nothing;
}

/** @param {State} state */
export function gravityMark({ worrying, undecided }) {
  // translators: on a wall display, at most 18 letters: the disappearance is worrying
  if (worrying === true) return html`<span class="worry">${t("WORRYING")}</span>`;
  return undecided === true ? html`<span class="worry ask">${say("worrying_mark")}</span>` : nothing;
}

/**
 * Draw the open needs, most urgent first: nothing besides an alarm that nobody has.
 * @param {State} state
 * @param {Tile} tile
 */
function counts(state, { summary, alarm, promise }) {
  if (!summary) return nothing;
  const { unassessed_sightings: sightings } = summary, overdue = overdueCount(summary), isLed = !("lead_name" in state) || state.lead_name;
  if (alarm) return custodyText({ alarm, promise });
  if (!promise && !overdue && !sightings && isLed) return html`<span class="count none">${t("nothing overdue")}</span>`;
  return html`${custodyText({ alarm, promise })}${overdue ? html`<span class="count over">${n("{count} overdue", "{count} overdue", overdue)}</span>` : nothing}
    ${sightings ? html`<span class="count new">${n("{count} not assessed", "{count} not assessed", sightings)}</span>` : nothing}
    ${isLed ? nothing : html`<span class="count lead-missing">${say("nobody_in_charge")}</span>`}`;
}

/**
 * Return how many tasks and sightings are late and in nobody's hands.
 * @param {Summary} summary
 */
const overdueCount = ({ overdue_open: tasks, unanswered: { late_open: late } }) => tasks + late.look + late.judge + late.pass_on;

// Shorter than on other pages, because a kind has half a line here.
/** @type {Record<string, () => string>} */
const KIND = {
  parental_abduction: () => t("Parental abduction"),
  unaccompanied_minor: () => t("Unaccompanied minor"),
  third_party_abduction: () => t("Third-party abduction"),
  undefined: () => t("Undefined"),
};

/** @param {string} code */
const kind = (code) => (Object.hasOwn(KIND, code) ? KIND[code]() : label.kind(code));
