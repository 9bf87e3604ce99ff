/* Show how full a board is once it is nearly full: in the free part of the header, on a small screen in the account menu. */

import { number, t } from "../core/i18n.js";
import { countedKinds } from "../core/kinds.js";

/**
 * Show it for as long as the page lives.
 * @param {Iterable<HTMLElement>} places
 * @param {Board} board
 */
export function mount(places, board) {
  const most = Number(document.body.dataset.capacity), many = most * Number(document.body.dataset.capacityWarning);
  const draw = () => {
    const count = board.count(countedKinds().filter((kind) => kind !== "search" || board.id !== "operations"));
    const text = count < many ? "" : sentence(count, most);
    for (const place of places) {
      if (place.textContent !== text) place.textContent = place.title = text;
      if (place.matches("p")) place.hidden = !text;
    }
  };
  board.watch(draw);
  draw();
}

/** @param {number} count @param {number} most */
function sentence(count, most) {
  if (count >= most) return t("This board is full. Nothing can be added to it.");
  return t("This board is filling up: {count} of {most} entries", { count: number(count), most: number(most) });
}
