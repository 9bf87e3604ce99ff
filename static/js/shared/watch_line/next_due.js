/** Next due task in the watch line: of this search on its page, of all open searches on other pages. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { standardText } from "../../core/rules/standard_texts.js";
import { serverNow } from "../../core/time.js";
import { alarmsOf } from "../../format/ownership.js";
import { shortTimeElement } from "../../format/time_elements.js";
import { shortPersonName } from "../../format/search_list.js";
import { accountName } from "../../format/values.js";
import { isDone } from "../board/card/card_badges.js";
import { watchLine } from "./line.js";

const CHECK_INTERVAL_MS = 5_000; // a task becomes overdue without an event

/** @typedef {{ board: string, id: string, title: string, due: IsoTime, child: string, assignee: string | null }} DueTask */

/**
 * Show it until the page closes.
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
    <a href="/searches/${next.board}/cards/${next.id}">${standardText(next.title)}</a>\u00a0· ${next.child}${assigneeText}</span>`;
}

/** @param {Board} board @param {IsoTime} now */
function ofSearch(board, now) {
  const [search] = /** @type {Entity<SearchState>[]} */ (board.of("search"));
  if (search?.state.status !== "open") return { overdue: 0, open: 0, next: null };
  const tasks = board.of("task").filter(({ state }) => state.due && !state.withdrawn && !isDone(board, state.column));
  const due = tasks.filter(({ state }) => state.due >= now).sort((first, second) => (first.state.due < second.state.due ? -1 : 1));
  const next = due.map(({ id, state }) => ({ board: board.id, id, title: state.title, due: state.due, child: shortPersonName(search.state.person), assignee: state.assignee }))[0];
  const alarms = alarmsOf(board), late = tasks.filter(({ state }) => state.due < now);
  return { overdue: late.length, open: late.filter(({ id }) => !alarms.get(id)?.taken_by).length, next: /** @type {DueTask | undefined} */ (next) };
}

/** @param {Board} board */
function ofSearches(board) {
  let overdue = 0, open = 0;
  /** @type {DueTask | null} */ let next = null;
  for (const { id, state } of /** @type {Entity<SearchState>[]} */ (board.of("search"))) {
    const summary = board.summaries.get(id);
    if (state.status !== "open" || !summary) continue;
    overdue += summary.overdue_tasks;
    open += summary.overdue_open;
    const task = summary.next_task;
    if (task && (next === null || task.due < next.due)) next = { board: id, id: task.id, title: task.title, due: task.due, child: shortPersonName(state.person), assignee: null };
  }
  return { overdue, open, next };
}
