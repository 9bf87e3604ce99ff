/** Open items of a search that need confirmation to close it. Same rules as board/commands/searches/closing.py, which decides. Pure. */

import { queueOf } from "../../core/rules/queues.js";

/** @param {Pick<AnyBoard, "get">} board @param {State} state */
const isDone = (board, { column }) => board.get(column)?.state.role === "done";
/**
 * Return the distributions of posters, vignettes and briefs, sorted by recipient.
 * @param {Pick<AnyBoard, "of">} board
 */
export const recipientsOf = (board) => board.of("distribution").filter(({ state }) => !state.withdrawn).sort((a, b) => a.state.recipient.localeCompare(b.state.recipient) || (a.id < b.id ? -1 : 1));

/** Return true if nobody has asked this recipient to take it down. @param {Entity} distribution */
export const isNotAsked = ({ state }) => !state.take_down?.done_at;

/** @param {Entity} a @param {Entity} b */
const byNumber = (a, b) => a.state.number - b.state.number;

/** @param {Pick<AnyBoard, "get" | "of">} board @param {State} state state of the search @returns {OpenItems} */
export function openItems(board, { outcome }) {
  const tasks = board.of("task").filter(({ state }) => !state.withdrawn && (state.take_down || state.priority === "urgent") && !isDone(board, state));
  const sightings = board.of("sighting").filter(({ state }) => !state.withdrawn && state.assessment === "unassessed");
  const toPassOn = board.of("sighting").filter(({ state }) => queueOf(state) === "pass_on");
  const recipients = recipientsOf(board).filter(isNotAsked);
  const family = Boolean(outcome) && !outcome.family_told, police = Boolean(outcome) && !outcome.police_told;
  return { family, police, tasks: tasks.sort(byNumber), sightings: sightings.sort(byNumber), toPassOn: toPassOn.sort(byNumber), recipients, any: family || police || tasks.length + sightings.length + toPassOn.length + recipients.length > 0 };
}
