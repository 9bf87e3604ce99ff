/** Next due task or call in the watch line: of one search on its own page, of all open searches on other pages. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { standardText } from "../../core/rules/standard_texts.js";
import { serverNow } from "../../core/time.js";
import { alarmsOf } from "../../format/ownership.js";
import { shortTimeElement } from "../../format/time_elements.js";
import { shortPersonName } from "../../format/search_list.js";
import { accountName } from "../../format/values.js";
import { callUrl } from "../call_url.js";
import { isDone } from "../board/card/card_badges.js";
import { watchLine } from "./line.js";

const CHECK_INTERVAL_MS = 5_000; // a task becomes overdue without an event

/** @typedef {{ url: string, title: string, due: IsoTime, child: string, assignee: string | null }} DueItem */

/**
 * Show the next due task or call until the page closes.
 * @param {Session} session
 * @param {Board} board
 */
export function mount(session, board) {
  const draw = () => watchLine.setFact("due", nextDue(session, board, serverNow().toISOString()));
  board.watch(draw);
  setInterval(draw, CHECK_INTERVAL_MS);
  draw();
}

/** @param {Session} session @param {Board} board @param {IsoTime} now */
function nextDue(session, board, now) {
  const { overdue, open, next } = board.id === "operations" ? ofSearches(board) : ofSearch(board, now);
  const late = overdue ? html`<b class=${open ? "text-alert" : ""} data-testid="watch-overdue">${n("{count} overdue", "{count} overdue", overdue)}</b>` : nothing;
  if (!next) return overdue ? late : nothing;
  const assigneeText = next.assignee ? ` · ${accountName(session, next.assignee)}` : "";
  return html`${late}<span class="next-due" data-testid="next-due">${t("Next due")} <b>${shortTimeElement(next.due)}</b>
    <a href=${next.url}>${next.title}</a>\u00a0· ${next.child}${assigneeText}</span>`;
}

/** @param {Board} board @param {IsoTime} now */
function ofSearch(board, now) {
  const [search] = /** @type {Entity<SearchState>[]} */ (board.of("search"));
  if (search?.state.status !== "open") return { overdue: 0, open: 0, next: null };
  const tasks = board.of("task").filter(({ state }) => state.due && !state.withdrawn && !isDone(board, state.column));
  const child = shortPersonName(search.state.person), isAhead = (/** @type {DueItem} */ { due }) => due >= now;
  const due = [...tasks.map(({ id, state }) => taskItem(board.id, /** @type {any} */ ({ id, ...state }), child)), ...calls(board, child)].filter(isAhead).sort(byDue);
  const alarms = alarmsOf(board), late = tasks.filter(({ state }) => state.due < now);
  return { overdue: late.length, open: late.filter(({ id }) => !alarms.get(id)?.taken_by).length, next: due[0] };
}

/** @param {Board} board */
function ofSearches(board) {
  let overdue = 0, open = 0;
  /** @type {DueItem[]} */ const due = [];
  for (const { id, state } of /** @type {Entity<SearchState>[]} */ (board.of("search"))) {
    const summary = board.summaries.get(id);
    if (state.status !== "open" || !summary) continue;
    overdue += summary.overdue_tasks;
    open += summary.overdue_open;
    const { next_task: task, next_call: call } = summary, child = shortPersonName(state.person);
    if (task) due.push(taskItem(id, { ...task, assignee: null }, child));
    if (call) due.push(callItem(id, call, t("Call contact {number}", { number: call.number }), child));
  }
  return { overdue, open, next: due.sort(byDue)[0] ?? null };
}

/** Return the planned calls of a search. @param {Board} board @param {string} child @returns {DueItem[]} */
function calls(board, child) {
  const planned = board.of("contact").filter(({ state }) => state.next_call && !state.withdrawn);
  return planned.map(({ id, state }) => callItem(board.id, { id, due: state.next_call, assignee: state.assignee }, t("Call {name}", { name: state.name }), child));
}

/** @param {string} board @param {{ id: string, title: string, due: IsoTime, assignee: string | null }} task @param {string} child @returns {DueItem} */
const taskItem = (board, { id, title, due, assignee }, child) => ({ url: `/searches/${board}/cards/${id}`, title: standardText(title), due, child, assignee });

/** @param {string} board @param {{ id: string, due: IsoTime, assignee: string | null }} call @param {string} title @param {string} child @returns {DueItem} */
const callItem = (board, { id, due, assignee }, title, child) => ({ url: callUrl(board, id), title, due, child, assignee });

/** @param {DueItem} one @param {DueItem} other */
const byDue = (one, other) => (one.due < other.due ? -1 : 1);
