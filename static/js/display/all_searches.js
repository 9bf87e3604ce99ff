/* All open searches, the most severe first: as cards where they fit, else as rows of three lines. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { label } from "../core/labels.js";
import { n, number, t } from "../core/i18n.js";
import { clock, date, committedAt, since } from "../core/time.js";
import { isLifted, significantEventText } from "./significant_events.js";

const BESIDE = 21; // letters of two words that fit half a screen in the smallest type
const LONG = 14;   // letters of a name that fit there in larger type
const LETTER = 0.58; // average width of a letter, in font sizes, in a wide typeface
const EDGES = 1.2; // horizontal padding of a card, in font sizes

/**
 * Return the open searches: worrying ones first, then those that need a decision, then the newest. Displays do not show why a
 * decision is needed.
 */
export function bySeverity(board) {
  const open = board.of("search").filter(({ state }) => state.status === "open");
  return open.sort((a, b) => gravity(b) - gravity(a) || missing(b) - missing(a) || (a.id < b.id ? -1 : 1));
}

const gravity = ({ state }) => (state.worrying === true ? 2 : Number(state.undecided === true));
const missing = ({ state }) => Date.parse(state.missing_since);

/**
 * @param searches those of this page
 * @param view {now, board, moments, size}
 */
export function allSearches(searches, view) {
  if (!searches.length) return html`<p class="empty">${t("No search is open.")}</p>`;
  return html`<section class="overview" data-density=${view.size.density}>
    ${repeat(searches, ({ id }) => id, (search) => (view.size.density === "card" ? card : row)(search, told(search, view)))}
  </section>`;
}

/** Collect what a tile shows besides the search's own state. */
function told({ id }, { now, board, moments, size }) {
  const summary = board.summaries.get(id), last = moments.last(id, summary);
  return { now, summary, last, lifted: isLifted(last, now), letters: (size.wide - EDGES) / LETTER };
}

function card({ id, state }, { now, summary, last, lifted, letters }) {
  return html`<article class="search-tile ${worryClass(state)}" data-search=${id} ?data-highlighted=${lifted}>
    <h2 class=${isLong(state.person) ? "long" : ""}>${nameElement(state.person)}${worryBeside(state, personName(state.person))}</h2>
    <p class="missing-time"><b>${since(state.missing_since, now ?? undefined)}</b></p>
    <p class="kind">${kind(state.kind)}</p>
    <p class="counts">${counts(summary, { letters })}</p>
    ${happened(state, last, now)}
  </article>`;
}

function row({ id, state }, { now, summary, last, lifted, letters }) {
  return html`<article class="search-tile ${worryClass(state)}" data-search=${id} ?data-highlighted=${lifted}>
    <h2>${nameElement(state.person)}<b class="for">${since(state.missing_since, now ?? undefined)}</b></h2>
    <p class="counts">${shortWorry(state, summary)}${counts(summary, { letters: letters - (state.worrying === true ? 3 : 0), kind: kind(state.kind) })}</p>
    ${happened(state, last, now)}
  </article>`;
}

const worryClass = ({ worrying }) => (worrying === true ? "worrying" : "");

/** "Noor, 11" */
export const personName = ({ first_name: name, age }) => (age === null ? name : `${name}, ${age}`);

/** Name and age as elements: a name without room is cut, its age never. */
export const nameElement = ({ first_name: name, age }) => html`<span class="name"><span>${name}</span>${age === null ? nothing : `, ${age}`}</span>`;

const isLong = (person) => personName(person).length > LONG;

export const worryingMark = ({ worrying }) => (worrying === true ? html`<span class="worry">${label.decision("true")}</span>` : nothing);

/** Shorten the word beside overdue tasks, which must not be left out. */
const shortWorry = (state, summary) => (summary?.overdue_tasks ? worryBeside(state, overdueText(summary)) : worryingMark(state));

function worryBeside(state, text) {
  const word = label.decision("true");
  return state.worrying !== true || word.length + text.length <= BESIDE ? worryingMark(state) : html`<span class="worry" title=${word}>!</span>`;
}

const overdueText = ({ overdue_tasks: count }) => t("{count} overdue", { count: number(count) });

/**
 * Draw the counts, the most urgent first. Numbers always fit; their words get shorter, then end in an ellipsis.
 * @param kind of the search, drawn where there is room behind the counts
 */
function counts(summary, { letters, kind = null }) {
  const long = countsOf(summary), fits = (some, more = "") => lengthOf(some) + (more && more.length + 1) <= letters;
  const some = fits(long) ? long : countsOf(summary, { short: true });
  return html`${some.map(([name, count, text]) => countText(name, count, text))}${kind && (!some.length || fits(some, kind)) ? html`<span class="kind">${kind}</span>` : nothing}`;
}

function countsOf(summary, { short = false } = {}) {
  if (!summary) return [];
  const { unassessed_sightings: sightings, open_tasks: tasks, overdue_tasks: overdue } = summary;
  const fresh = short ? n("{count} new", "{count} new", sightings) : n("{count} new sighting", "{count} new sightings", sightings);
  const all = [["over", overdue, overdueText(summary)], ["new", sightings, fresh], ["tasks", tasks, n("{count} task", "{count} tasks", tasks)]];
  return all.filter(([, count]) => count);
}

const lengthOf = (some) => some.reduce((sum, [, , text]) => sum + text.length + 1, -1);

/** "4 new sightings": the words may end in an ellipsis, the number does not. */
export function countText(name, count, text) {
  const [before, after] = text.split(number(count)).map((part) => part.trim());
  const word = (part) => (part ? html`<span class="word">${part}</span>` : nothing);
  return html`<span class="count-label ${name}">${word(before)} <span class="number">${number(count)}</span> ${word(after)}</span>`;
}

function happened(state, last, now) {
  if (!last) return html`<p class="last"></p>`;
  return html`<p class="last"><time>${shortKind(committedAt(last), now)}</time> <span>${significantEventText(last, state)}</span></p>`;
}

/** "22:39" today, else "24 Nov": the event needs the rest of the line. */
export const shortKind = (at, now) => (now && date(at, now) !== date(now, now) ? date(at, now) : clock(at));

// Shorter than on other pages: a kind has half a line here.
const KIND = {
  runaway: () => t("Runaway"),
  parental_abduction: () => t("Parental abduction"),
  unaccompanied_minor: () => t("Unaccompanied minor"),
  third_party_abduction: () => t("Third-party abduction"),
  undefined: () => t("Undefined"),
};

export const kind = (code) => (Object.hasOwn(KIND, code) ? KIND[code]() : label.kind(code));
