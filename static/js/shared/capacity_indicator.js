/* How much of its room a board has taken, once that is much: in the empty part of the bar, where it moves nothing; on a small
   screen in the account's menu. */

import { number, t } from "../core/i18n.js";

const COUNTED = ["sighting", "task", "note", "column"]; // what the server counts (board/engine/event_writer.py), and a search on its own board

/** For as long as the page lives. */
export function mount(places, board) {
  const most = Number(document.body.dataset.capacity), many = most * Number(document.body.dataset.capacityWarning);
  const look = () => {
    const count = board.count(board.id === "operations" ? COUNTED : [...COUNTED, "search"]);
    const said = count < many ? "" : sentence(count, most);
    for (const place of places) {
      if (place.textContent !== said) place.textContent = place.title = said;
      if (place.matches("p")) place.hidden = !said;
    }
  };
  board.watch(look);
  look();
}

function sentence(count, most) {
  if (count >= most) return t("This board is full. Nothing can be added to it.");
  return t("This board is filling up: {count} of {most} entries", { count: number(count), most: number(most) });
}
