/* All searches that are open, the gravest first: as cards where they fit, else in three lines each. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { label } from "../labels.js";
import { n, t } from "../i18n.js";
import { clock, date, momentOf, since } from "../time.js";
import { isLifted, words } from "./moments.js";

const BESIDE = 21; // letters of two words that have room on half a screen in the smallest type
const LONG = 14;   // letters of a name that have room there in larger type

/** Entities of the open searches: the worrying first, then those that somebody should decide on, then the newest missing, as at the
 * desk. Why somebody should decide is told to no wall, and shown on none. */
export function gravestFirst(board) {
  const open = board.of("search").filter(({ state }) => state.status === "open");
  return open.sort((a, b) => gravity(b) - gravity(a) || missing(b) - missing(a) || (a.id < b.id ? -1 : 1));
}

const gravity = ({ state }) => (state.worrying === true ? 2 : Number(state.undecided === true));
const missing = ({ state }) => Date.parse(state.missing_since);

/** searches: those of this page; view: {now, board, moments, size} */
export function overview(searches, view) {
  if (!searches.length) return html`<p class="empty">${t("No search is open.")}</p>`;
  return html`<section class="overview" data-density=${view.size.density}>
    ${repeat(searches, ({ id }) => id, (search) => (view.size.density === "card" ? card : row)(search, told(search, view)))}
  </section>`;
}

/** What else there is to say of a search. */
function told({ id }, { now, board, moments }) {
  const summary = board.summaries.get(id), last = moments.last(id, summary);
  return { now, summary, last, lifted: isLifted(last, now) };
}

function card({ id, state }, { now, summary, last, lifted }) {
  return html`<article class="one-of ${worryClass(state)}" data-search=${id} ?data-lifted=${lifted}>
    <h2 class=${isLong(state.person) ? "long" : ""}>${named(state.person)}${worryBeside(state, nameOf(state.person))}</h2>
    <p class="missing"><b>${since(state.missing_since, now ?? undefined)}</b></p>
    <p class="kind">${kind(state.kind)}</p>
    <p class="counts">${counts(summary)}</p>
    ${happened(state, last, now)}
  </article>`;
}

function row({ id, state }, { now, summary, last, lifted }) {
  return html`<article class="one-of ${worryClass(state)}" data-search=${id} ?data-lifted=${lifted}>
    <h2>${named(state.person)}<b class="for">${since(state.missing_since, now ?? undefined)}</b></h2>
    <p class="counts">${shortWorry(state, summary)}${counts(summary)}<span>${kind(state.kind)}</span></p>
    ${happened(state, last, now)}
  </article>`;
}

const worryClass = ({ worrying }) => (worrying === true ? "worrying" : "");

/** "Noor, 11" */
export const nameOf = ({ first_name: name, age }) => (age === null ? name : `${name}, ${age}`);

/** The same on the screen: where it has no room, its age is not what is left out. */
export const named = ({ first_name: name, age }) => html`<span class="name"><span>${name}</span>${age === null ? nothing : `, ${age}`}</span>`;

const isLong = (person) => nameOf(person).length > LONG;

export const worry = ({ worrying }) => (worrying === true ? html`<span class="worry">${label.decision("true")}</span>` : nothing);

/** Beside overdue tasks a long word has no room, and these must not be what is left out. */
const shortWorry = (state, summary) => (summary?.overdue_tasks ? worryBeside(state, overdueText(summary)) : worry(state));

function worryBeside(state, text) {
  const word = label.decision("true");
  return state.worrying !== true || word.length + text.length <= BESIDE ? worry(state) : html`<span class="worry" title=${word}>!</span>`;
}

const overdueText = ({ overdue_tasks: count }) => t("{count} overdue", { count });

/** What can't wait first: what has no room at the end is left out whole. */
function counts(summary) {
  if (!summary) return nothing;
  const { unassessed_sightings: sightings, open_tasks: tasks, overdue_tasks: overdue } = summary;
  return html`${overdue ? html`<span class="over">${overdueText(summary)}</span>` : nothing}
    ${sightings ? html`<span class="new">${n("{count} new sighting", "{count} new sightings", sightings)}</span>` : nothing}
    ${tasks ? html`<span>${n("{count} task", "{count} tasks", tasks)}</span>` : nothing}`;
}

function happened(state, last, now) {
  if (!last) return html`<p class="last"></p>`;
  return html`<p class="last"><time>${shortly(momentOf(last), now)}</time> <span>${words(last, state)}</span></p>`;
}

/** "22:39" today, else "24 Nov": what happened has the rest of the line */
export const shortly = (at, now) => (now && date(at, now) !== date(now, now) ? date(at, now) : clock(at));

// Shorter than at the desk: on a wall a kind has half a line.
const KIND = {
  runaway: () => t("Runaway"),
  parental_abduction: () => t("Parental abduction"),
  unaccompanied_minor: () => t("Unaccompanied minor"),
  third_party_abduction: () => t("Third-party abduction"),
  undefined: () => t("Undefined"),
};

export const kind = (code) => (Object.hasOwn(KIND, code) ? KIND[code]() : label.kind(code));
