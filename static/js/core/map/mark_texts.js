/* Sides of the texts next to marks: right or left, so that they cover no mark and no earlier text. Pure. */

import { overlap } from "./lines.js";

const MARK_PX = 13, LETTER_PX = 7, LINE_PX = 16; // half of a mark, and the rough size of a text
const EDGE_PX = 10; // between a text and the edge of the map, with its padding
const MIN_ROOM_PX = 120; // a narrower text would be a column of single words

/** @typedef {{ x: number, y: number, width: number, height: number }} Box around its middle */
/** @typedef {{ left: number, right: number }} View its edges */
/** @typedef {{ side: "right" | "left", box: Box }} Place */
/** @typedef {{ id: string, text: string, x: number, y: number, isShared: boolean, mustShow: boolean }} MarkText `text`: empty for a mark without one; `isShared`: beside the number of a shared mark */

/**
 * Return the side of each text that is shown, by id: inside the view, in several lines if it is too long for one. A text that must be
 * shown may cover marks, but no other text.
 * @param {MarkText[]} texts the most important ones first
 * @param {View} [view]
 * @returns {Map<string, "right" | "left">}
 */
export const placeTexts = (texts, view) => new Map([...textPlaces(texts, view)].map(([id, { side }]) => [id, side]));

/** Return the places of the texts that are shown, by id: as placeTexts. @param {MarkText[]} texts @param {View} [view] @returns {Map<string, Place>} */
export function textPlaces(texts, view = { left: -Infinity, right: Infinity }) {
  const marks = texts.flatMap(boxesOf), placed = /** @type {Box[]} */ ([]), all = new Map();
  const isNoText = (/** @type {Place} */ { box }) => !placed.some((other) => overlap(box, other));
  const isFree = (/** @type {Place} */ { box }) => !marks.some((other) => overlap(box, other));
  for (const text of texts) {
    if (!text.text || text.x < view.left || text.x > view.right) continue; // a text is useless if its mark is outside the view
    const places = [sideOf(text, "right"), sideOf(text, "left")].filter(isNoText), inside = places.filter(({ box }) => isWithin(box, view));
    const within = inside.length ? inside : wrapped(text, view).filter(isNoText);
    const found = within.find(isFree) ?? (text.mustShow ? within[0] ?? places[0] : undefined);
    if (!found) continue;
    placed.push(found.box);
    all.set(text.id, found);
  }
  return all;
}

/** @param {Box} box @param {View} view */
const isWithin = ({ x, width }, { left, right }) => x - width / 2 >= left && x + width / 2 <= right;

/** Return the places of a text in several lines, the widest first. @param {MarkText} text @param {View} view @returns {Place[]} */
function wrapped(text, view) {
  const sides = /** @type {("right" | "left")[]} */ (["right", "left"]), rooms = sides.map((side) => ({ side, room: roomOf(text, side, view) }));
  return rooms.filter(({ room }) => room >= MIN_ROOM_PX && room !== Infinity).sort((a, b) => b.room - a.room).map(({ side, room }) => sideOf(text, side, room));
}

/** Return the width between a mark and the edge of the view on this side. @param {Pick<MarkText, "x" | "isShared">} text @param {"right" | "left"} side @param {View} view */
export const roomOf = ({ x, isShared }, side, { left, right }) => (side === "left" ? x - MARK_PX - left : right - x - MARK_PX - (isShared ? MARK_PX : 0)) - EDGE_PX;

/** @param {MarkText} text @param {"right" | "left"} side @param {number} [room] @returns {Place} */
function sideOf({ text, x, y, isShared }, side, room = Infinity) {
  const length = text.length * LETTER_PX, width = Math.min(length, room), far = MARK_PX + width / 2;
  return { side, box: { x: side === "left" ? x - far : x + far + (isShared ? MARK_PX : 0), y, width, height: LINE_PX * Math.ceil(length / width) } };
}

/** Return the boxes of a mark: its shape, and its number if it is shared. @param {MarkText} text @returns {Box[]} */
function boxesOf({ x, y, isShared }) {
  const shape = { x, y, width: 2 * MARK_PX - 4, height: 2 * MARK_PX - 4 };
  return isShared ? [shape, { x: x + MARK_PX, y: y - MARK_PX + 4, width: 2 * MARK_PX, height: MARK_PX + 4 }] : [shape];
}
