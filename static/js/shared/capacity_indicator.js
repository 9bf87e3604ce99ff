/* Show in the watch line how full a board is, once it is nearly full. */

import { number, t } from "../core/i18n.js";
import { countedKinds } from "../core/kinds.js";
import { watchLine } from "./watch_line/line.js";

/**
 * Show it for as long as the page lives.
 * @param {Board} board
 */
export function mount(board) {
  const most = Number(document.body.dataset.capacity), many = most * Number(document.body.dataset.capacityWarning);
  const draw = () => {
    const count = board.count(countedKinds().filter((kind) => kind !== "search" || board.id !== "operations"));
    watchLine.say("capacity", count < many ? [] : [sentence(count, most)]);
  };
  board.watch(draw);
  draw();
}

/** @param {number} count @param {number} most @returns {Notice} */
function sentence(count, most) {
  if (count >= most) return { kind: "full", tone: "alert", text: t("This board is full. Nothing can be added to it.") };
  return { kind: "filling", text: t("This board is filling up: {count} of {most} entries", { count: number(count), most: number(most) }) };
}
