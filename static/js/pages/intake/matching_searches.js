/** Searches that the text of a call may mean. No DOM. */

import { label } from "../../core/labels.js";
import { matchesSearch } from "../../format/search_list.js";
import { byStatus } from "../../format/search_order.js";

/**
 * Return the searches that a typed text fits: of the open ones those here first, which are there without a connection, then the server's
 * suggestions, which tolerate typos; and those that ended, so that a child who was found is not "no match". `here` are the open ones
 * that have the typed words.
 * @param {Pick<Board, "of" | "get">} board
 * @param {{ board: string }[]} suggested
 * @param {string} typed
 * @returns {{ here: Entity[], open: Entity[], ended: Entity[] }}
 */
export function matchingSearches(board, suggested, typed) {
  const text = typed.trim();
  const keep = (/** @type {any} */ one) => matchesSearch(one, text, [one.state.person.last_name, label.kind(one.state.kind)]);
  const { open, found, closed } = byStatus(board.of("search"), { keep });
  if (!text) return { here: [], open, ended: [] };
  const others = suggested.map(({ board: id }) => board.get(id)).filter((one) => one?.state.status === "open");
  return { here: open, open: /** @type {Entity[]} */ ([...new Set([...open, ...others])]), ended: [...found, ...closed] };
}

/**
 * Return those to choose from: a closed search takes no sightings.
 * @param {Pick<ReturnType<typeof matchingSearches>, "open" | "ended">} matching
 */
export const takingSightings = ({ open, ended }) => [...open, ...ended.filter(({ state }) => state.status === "found")];

/**
 * Return the search that Enter takes if none was selected, as a call needs one: the only one that has the typed words, else the only
 * suggested one. Of several children one must be selected.
 * @param {ReturnType<typeof matchingSearches>} matching
 */
export function onlySearch({ here, open, ended }) {
  const lists = [takingSightings({ open: here, ended }), takingSightings({ open, ended })];
  return lists.find(({ length }) => length === 1)?.[0] ?? null;
}
