/** Searches that match the typed text of a call. No DOM. */

import { label } from "../../core/labels.js";
import { matchesSearch } from "../../format/search_list.js";
import { byStatus } from "../../format/search_order.js";

/**
 * Return the searches that match a typed text. `here`: open searches with the typed words, which are found without a
 * connection. `open`: `here` and the server's suggestions, which tolerate typos. `ended`: found and closed searches,
 * so that a child who was found is not "no match".
 * @param {Pick<Board, "of" | "get">} board
 * @param {{ board: string }[]} suggested
 * @param {string} typed
 * @returns {{ here: Entity[], open: Entity[], ended: Entity[] }}
 */
export function matchingSearches(board, suggested, typed) {
  const text = typed.trim();
  const keep = (/** @type {any} */ search) => matchesSearch(search, text, [search.state.person.last_name, label.kind(search.state.kind)]);
  const { open, found, closed } = byStatus(board.of("search"), { keep });
  if (!text) return { here: [], open, ended: [] };
  const others = suggested.map(({ board: id }) => board.get(id)).filter((search) => search?.state.status === "open");
  return { here: open, open: /** @type {Entity[]} */ ([...new Set([...open, ...others])]), ended: [...found, ...closed] };
}

/**
 * Return the searches to choose from: a closed search accepts no sightings.
 * @param {Pick<ReturnType<typeof matchingSearches>, "open" | "ended">} matching
 */
export const takingSightings = ({ open, ended }) => [...open, ...ended.filter(({ state }) => state.status === "found")];

/**
 * Return the search that Enter picks without a selection: the only one with the typed words, or the only suggested one. If
 * there are several, the person must select one.
 * @param {ReturnType<typeof matchingSearches>} matching
 */
export function onlySearch({ here, open, ended }) {
  const lists = [takingSightings({ open: here, ended }), takingSightings({ open, ended })];
  return lists.find(({ length }) => length === 1)?.[0] ?? null;
}
