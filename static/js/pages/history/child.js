/** The child's header on the history of a search: as on its board, without what changes it. */

import { searchHeader } from "../../shared/board/search_header.js";

/** @param {HistoryView} view */
export function childHeader({ session, boardId, search, history }) {
  const board = /** @type {Board} */ (history.live());
  const sightings = /** @type {Card[]} */ (board.of("sighting"));
  return searchHeader({
    past: true, mayLead: false, session, board, happened: null,
    model: { search: /** @type {SearchEntity} */ (search), byId: new Map(sightings.map((card) => [card.id, card])) },
    path: (card) => `/searches/${boardId}/cards/${card}`,
    open: () => {}, // the link leads to the board
  });
}
