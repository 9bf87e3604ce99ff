/* All open searches of one page: the gravest as large cards, the others as rows (fit.js arranges them). */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { label } from "../core/labels.js";
import { n, t } from "../core/i18n.js";
import { clock, committedAt, date, dayAndClock, withoutSeconds } from "../core/time.js";
import { arrange, pagesFor } from "./fit.js";
import { photo } from "./photo.js";
import { WORRYING, classOf } from "./search_order.js";
import { isHighlighted, shortEventText, significantEventText } from "./significant_events.js";

const WEEK_MS = 6 * 24 * 3_600_000; // within it a weekday says which day is meant

/**
 * Return the open searches as the order takes them.
 * @param {Board} board
 * @returns {Place[]}
 */
export function placesOf(board) {
  const open = board.of("search").filter(({ state }) => state.status === "open");
  return open.map(({ id, state }) => ({ id, rank: classOf(state, board.summaries.get(id)), since: Date.parse(state.missing_since) }));
}

/**
 * Return the page `number` of searches in order, arranged.
 * @param {Place[]} places
 * @param {number} number
 * @param {Area} area
 */
export function pageOf(places, number, area) {
  const { perPage } = pagesFor(places.length, area), page = places.slice(number * perPage, (number + 1) * perPage);
  return { ids: page.map(({ id }) => id), arrangement: arrange(page.length, page.filter(({ rank }) => rank >= WORRYING).length, area) };
}

/** @param {string[]} ids those of this page, in order @param {OverviewContext} view */
export function allSearches(ids, view) {
  if (!ids.length) return html`<p class="empty">${t("No open searches.")}</p>`;
  const { bigs, columns, upright, card, other, asCards } = view.arrangement;
  const searches = ids.flatMap((id) => view.board.get(id) ?? []);
  const group = (/** @type {string} */ name, /** @type {Entity[]} */ some, /** @type {number} */ step, /** @type {boolean} */ areCards) => html`
    <div class=${name} data-form=${areCards ? "card" : "row"} data-step=${step}>
      ${repeat(some, ({ id }) => id, (search) => (areCards ? largeCard : row)(search, tileOf(search, view)))}
    </div>`;
  return html`<section class="overview" data-columns=${columns} ?data-upright=${upright} ?data-one-group=${ids.length <= bigs}>
    ${group("big-tiles", searches.slice(0, bigs), card, true)}
    ${ids.length > bigs ? group("other-tiles", searches.slice(bigs), other, asCards) : nothing}
  </section>`;
}

/**
 * Collect what a tile shows besides the search's own state.
 * @param {{ id: string }} search
 * @param {OverviewContext} view
 * @returns {Tile}
 */
function tileOf({ id }, { now, board, moments, movedUp }) {
  const summary = board.summaries.get(id), last = moments.last(id, summary);
  return { now, summary, last, highlighted: isHighlighted(last, now) || movedUp(id) };
}

/** @param {{ id: string, state: State }} search @param {Tile} tile */
function largeCard({ id, state }, { now, summary, last, highlighted }) {
  return html`<article class="search-tile ${gravity(state)}" data-search=${id} ?data-highlighted=${highlighted} ?data-alarmed=${summary?.alarm} ?data-pictured=${state.public_photo}>
    ${photo(id, state, "view")}
    <div class="tile-head"><h2>${nameElement(state.person)}</h2><b class="missing-time">${withoutSeconds(state.missing_since, now ?? undefined)}</b></div>
    <p class="kind-line">${gravityMark(state)}<span class="kind">${kind(state.kind)}</span></p>
    <p class="tile-needs">${counts(state, summary)}</p>
    ${(highlighted ? null : seenLast(summary, now)) ?? html`<p class="last">${last ? html`<b>${significantEventText(last, state)}</b> <time>${shortTime(committedAt(last), now)}</time>` : nothing}</p>`}
  </article>`;
}

/**
 * "Credible 05:05 Veldstraat", in inner rooms; null where this display may not know it, or there is none.
 * @param {Summary | undefined} summary
 * @param {Date | null} now
 */
function seenLast(summary, now) {
  const seen = summary?.credible_sighting;
  if (!seen?.place) return null;
  return html`<p class="last"><b>${t("Credible")}</b> ${seen.seen_at ? html`<time>${shortTime(seen.seen_at, now)}</time>` : nothing} <span class="where">${seen.place}</span></p>`;
}

/** @param {{ id: string, state: State }} search @param {Tile} tile */
function row({ id, state }, { now, summary, last, highlighted }) {
  const mark = gravityMark(state);
  return html`<article class="search-tile ${gravity(state)}" data-search=${id} ?data-highlighted=${highlighted} ?data-alarmed=${summary?.alarm}>
    <div class="tile-head"><h2>${nameElement(state.person)}${mark}</h2><b class="missing-time">${withoutSeconds(state.missing_since, now ?? undefined)}</b></div>
    <div class="tile-needs"><p class="needs">${counts(state, summary)}</p>
      <p class="last">${mark}${last ? html`<b>${shortEventText(last)}</b> ${timeElement(committedAt(last), now)}` : nothing}</p></div>
  </article>`;
}

/**
 * Return the class that draws how grave a search is: worrying, suggested and to be decided, or neither.
 * @param {State} state
 */
export const gravity = ({ worrying, undecided }) => (worrying === true ? "worrying" : undecided === true ? "to-decide" : "");

/**
 * Draw the name and the age. The name may be written from right to left.
 * @param {Person} person
 */
export const nameElement = ({ first_name: name, age }) => html`<span class="name"><bdi>${name}</bdi>${age === null || age === undefined ? nothing : `, ${age}`}</span>`;

/** @param {State} state */
export function gravityMark({ worrying, undecided }) {
  // translators: on a wall display, at most 14 letters: the disappearance is worrying
  if (worrying === true) return html`<span class="worry">${t("WORRYING")}</span>`;
  // translators: on a wall display, at most 14 letters: a criterion applies, and nobody has decided yet whether it is worrying
  return undecided === true ? html`<span class="worry ask">${t("WORRYING?")}</span>` : nothing;
}

/**
 * Draw what needs somebody, the most urgent first.
 * @param {State} state
 * @param {Summary | undefined} summary
 */
function counts(state, summary) {
  if (!summary) return nothing;
  const { unassessed_sightings: sightings, overdue_tasks: tasks, unanswered } = summary, overdue = tasks + (unanswered?.late ?? 0), isLed = !("lead_name" in state) || state.lead_name;
  if (summary.alarm) return html`<span class="count over alarmed">${t("nobody has it")}</span>`;
  if (!overdue && !sightings && isLed) return html`<span class="count none">${t("nothing overdue")}</span>`;
  return html`${overdue ? html`<span class="count over">${n("{count} overdue", "{count} overdue", overdue)}</span>` : nothing}
    ${sightings ? html`<span class="count new">${n("{count} to assess", "{count} to assess", sightings)}</span>` : nothing}
    ${isLed ? nothing : html`<span class="count lead-missing">${t("nobody in charge")}</span>`}`;
}

/**
 * "22:39" today, "Wed 22:10" in this week, else "24 Nov".
 * @param {string} at
 * @param {Date | null} now
 */
export function shortTime(at, now) {
  if (!now || date(at, now) === date(now, now)) return clock(at);
  return Math.abs(Number(now) - Date.parse(at)) < WEEK_MS ? dayAndClock(at) : date(at, now);
}

/**
 * Draw the same, so that the hour of another day can be left out.
 * @param {string} at
 * @param {Date | null} now
 */
function timeElement(at, now) {
  const [when, hour] = [shortTime(at, now), clock(at)];
  return when.length > hour.length && when.endsWith(hour) ? html`<time>${when.slice(0, -hour.length)}<span class="hour">${hour}</span></time>` : html`<time>${when}</time>`;
}

// Shorter than on other pages: a kind has half a line here.
/** @type {Record<string, () => string>} */
const KIND = {
  parental_abduction: () => t("Parental abduction"),
  unaccompanied_minor: () => t("Unaccompanied minor"),
  third_party_abduction: () => t("Third-party abduction"),
  undefined: () => t("Undefined"),
};

/** @param {string} code */
export const kind = (code) => (Object.hasOwn(KIND, code) ? KIND[code]() : label.kind(code));
