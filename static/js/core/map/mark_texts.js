/* Places of the texts beside marks: to the right or to the left, where they cover no mark and no earlier text. Pure. */

import { overlap } from "./lines.js";

const MARK_PX = 13, LETTER_PX = 7, LINE_PX = 16; // half of a mark, and the rough size of a text

/** @typedef {{ x: number, y: number, width: number, height: number }} Box around its middle */
/** @typedef {{ id: string, text: string, x: number, y: number, isShared: boolean, mustShow: boolean }} MarkText `text`: empty for a mark without one; `isShared`: beside the number of a shared mark */

/**
 * Return the side of each text that is shown, by id: inside the view, if possible. A text that must be shown may cover marks, but no
 * other text.
 * @param {MarkText[]} texts the most important ones first
 * @param {{ left: number, right: number }} [view] its edges
 * @returns {Map<string, "right" | "left">}
 */
export function placeTexts(texts, view = { left: -Infinity, right: Infinity }) {
  const marks = texts.flatMap(boxesOf), placed = /** @type {Box[]} */ ([]), sides = new Map();
  for (const text of texts) {
    if (!text.text) continue;
    const places = [sideOf(text, "right"), sideOf(text, "left")].filter(({ box }) => !placed.some((other) => overlap(box, other)));
    const inside = places.filter(({ box: { x, width } }) => x - width / 2 >= view.left && x + width / 2 <= view.right);
    const isFree = (/** @type {{ box: Box }} */ { box }) => !marks.some((other) => overlap(box, other));
    const found = inside.find(isFree) ?? (text.mustShow ? inside[0] ?? places[0] : places.find(isFree));
    if (!found) continue;
    placed.push(found.box);
    sides.set(text.id, found.side);
  }
  return sides;
}

/** @param {MarkText} text @param {"right" | "left"} side @returns {{ side: "right" | "left", box: Box }} */
function sideOf({ text, x, y, isShared }, side) {
  const width = text.length * LETTER_PX, far = MARK_PX + width / 2;
  return { side, box: { x: side === "left" ? x - far : x + far + (isShared ? MARK_PX : 0), y, width, height: LINE_PX } };
}

/** Return the boxes of a mark: its shape, and its number if it is shared. @param {MarkText} text @returns {Box[]} */
function boxesOf({ x, y, isShared }) {
  const shape = { x, y, width: 2 * MARK_PX - 4, height: 2 * MARK_PX - 4 };
  return isShared ? [shape, { x: x + MARK_PX, y: y - MARK_PX + 4, width: 2 * MARK_PX, height: MARK_PX + 4 }] : [shape];
}
