/* All open searches, the most severe first: as cards where they fit, else as rows of three lines. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { label } from "../core/labels.js";
import { n, number, t } from "../core/i18n.js";
import { clock, date, committedAt, since } from "../core/time.js";
import { isHighlighted, significantEventText } from "./significant_events.js";

const MAX_BESIDE = 21; // letters of two words that fit half a screen in the smallest type
const LONG_NAME = 14; // letters of a name that fit there in larger type
const LETTER_WIDTH = 0.58; // average width of a letter, in font sizes, in a wide typeface
const PADDING = 1.2; // horizontal padding of a card, in font sizes

/**
 * Return the open searches: worrying ones first, then those that need a decision, then the newest. Displays do not show why a
 * decision is needed.
 * @param {Board} board
 */
export function bySeverity(board) {
  const open = board.of("search").filter(({ state }) => state.status === "open");
  return open.sort((a, b) => severity(b) - severity(a) || missingSince(b) - missingSince(a) || (a.id < b.id ? -1 : 1));
}

/** @param {{ state: State }} entity */
const severity = ({ state }) => (state.worrying === true ? 2 : Number(state.undecided === true));

/** @param {{ state: State }} entity */
const missingSince = ({ state }) => Date.parse(state.missing_since);

/** @param {Entity[]} searches those of this page @param {BoardContext & { size: TileGrid }} view */
export function allSearches(searches, view) {
  if (!searches.length) return html`<p class="empty">${t("No open searches.")}</p>`;
  return html`<section class="overview" data-density=${view.size.density}>
    ${repeat(searches, ({ id }) => id, (search) => (view.size.density === "card" ? card : row)(search, tileOf(search, view)))}
  </section>`;
}

/**
 * Collect what a tile shows besides the search's own state.
 * @param {{ id: string }} search
 * @param {BoardContext & { size: TileGrid }} view
 * @returns {Tile}
 */
function tileOf({ id }, { now, board, moments, size }) {
  const summary = board.summaries.get(id), last = moments.last(id, summary);
  return { now, summary, last, highlighted: isHighlighted(last, now), letters: (size.wide - PADDING) / LETTER_WIDTH };
}

/** @param {{ id: string, state: State }} search @param {Tile} tile */
function card({ id, state }, { now, summary, last, highlighted, letters }) {
  return html`<article class="search-tile ${worryClass(state)}" data-search=${id} ?data-highlighted=${highlighted}>
    <h2 class=${isLong(state.person) ? "long" : ""}>${nameElement(state.person)}${worryBeside(state, personName(state.person))}</h2>
    <p class="missing-time"><b>${since(state.missing_since, now ?? undefined)}</b></p>
    <p class="kind">${kind(state.kind)}</p>
    <p class="counts">${counts(summary, { letters })}</p>
    ${lastEvent(state, last, now)}
  </article>`;
}

/** @param {{ id: string, state: State }} search @param {Tile} tile */
function row({ id, state }, { now, summary, last, highlighted, letters }) {
  return html`<article class="search-tile ${worryClass(state)}" data-search=${id} ?data-highlighted=${highlighted}>
    <h2>${nameElement(state.person)}<b class="for">${since(state.missing_since, now ?? undefined)}</b></h2>
    <p class="counts">${shortWorry(state, summary)}${counts(summary, { letters: letters - (state.worrying === true ? 3 : 0), kind: kind(state.kind) })}</p>
    ${lastEvent(state, last, now)}
  </article>`;
}

/** @param {State} state */
const worryClass = ({ worrying }) => (worrying === true ? "worrying" : "");

/**
 * "Noor, 11"
 * @param {Person} person
 */
export const personName = ({ first_name: name, age }) => (age === null ? name : `${name}, ${age}`);

/**
 * Name and age as elements: a name without room is cut, its age never.
 * @param {Person} person
 */
export const nameElement = ({ first_name: name, age }) => html`<span class="name"><span>${name}</span>${age === null ? nothing : `, ${age}`}</span>`;

/** @param {Person} person */
const isLong = (person) => personName(person).length > LONG_NAME;

/** @param {State} state */
export const worryingMark = ({ worrying }) => (worrying === true ? html`<span class="worry">${label.decision("true")}</span>` : nothing);

/**
 * Shorten the word beside overdue tasks, which must not be left out.
 * @param {State} state
 * @param {Summary | undefined} summary
 */
const shortWorry = (state, summary) => (summary?.overdue_tasks ? worryBeside(state, overdueText(summary)) : worryingMark(state));

/** @param {State} state @param {string} text */
function worryBeside(state, text) {
  const word = label.decision("true");
  return state.worrying !== true || word.length + text.length <= MAX_BESIDE ? worryingMark(state) : html`<span class="worry" title=${word}>!</span>`;
}

/** @param {Summary} summary */
const overdueText = ({ overdue_tasks: count }) => t("{count} overdue", { count: number(count) });

/**
 * Draw the counts, the most urgent first. Numbers always fit; their words get shorter, then end in an ellipsis.
 * @param {Summary | undefined} summary
 * @param {{ letters: number, kind?: string | null }} options `kind` of the search is drawn where there is room behind the counts
 */
function counts(summary, { letters, kind = null }) {
  const long = countsOf(summary), fits = (/** @type {Count[]} */ some, more = "") => lengthOf(some) + (more ? more.length + 1 : 0) <= letters;
  const some = fits(long) ? long : countsOf(summary, { short: true });
  return html`${some.map(([name, count, text]) => countText(name, count, text))}${kind && (!some.length || fits(some, kind)) ? html`<span class="kind">${kind}</span>` : nothing}`;
}

/** @param {Summary | undefined} summary @param {{ short?: boolean }} [options] @returns {Count[]} */
function countsOf(summary, { short = false } = {}) {
  if (!summary) return [];
  const { unassessed_sightings: sightings, open_tasks: tasks, overdue_tasks: overdue } = summary;
  const fresh = short ? n("{count} new", "{count} new", sightings) : n("{count} new sighting", "{count} new sightings", sightings);
  /** @type {Count[]} */
  const all = [["over", overdue, overdueText(summary)], ["new", sightings, fresh], ["tasks", tasks, n("{count} task", "{count} tasks", tasks)]];
  return all.filter(([, count]) => count);
}

/** @param {Count[]} some */
const lengthOf = (some) => some.reduce((sum, [, , text]) => sum + text.length + 1, -1);

/**
 * "4 new sightings": the words may end in an ellipsis, the number does not.
 * @param {string} name
 * @param {number} count
 * @param {string} text
 */
export function countText(name, count, text) {
  const [before, after] = text.split(number(count)).map((/** @type {string} */ part) => part.trim());
  const word = (/** @type {string} */ part) => (part ? html`<span class="word">${part}</span>` : nothing);
  return html`<span class="count-label ${name}">${word(before)} <span class="number">${number(count)}</span> ${word(after)}</span>`;
}

/** @param {State} state @param {SignificantEvent | null} last @param {Date | null} now */
function lastEvent(state, last, now) {
  if (!last) return html`<p class="last"></p>`;
  return html`<p class="last"><time>${shortTime(committedAt(last), now)}</time> <span>${significantEventText(last, state)}</span></p>`;
}

/**
 * "22:39" today, else "24 Nov": the event needs the rest of the line.
 * @param {string} at
 * @param {Date | null} now
 */
export const shortTime = (at, now) => (now && date(at, now) !== date(now, now) ? date(at, now) : clock(at));

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
