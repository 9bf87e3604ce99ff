/* Type of tiles, which steps down until their texts fit. Numbers, clocks, names and decisive words are never truncated; descriptions may
   end in an ellipsis. */

import { CARD_STEPS, ROW_STEPS } from "./fit.js";

const SMALLEST = 3.4, SMALLEST_NAME = 3.6; // a name is larger than all other texts of its tile
const SHORT_NAME = 11; // length of a name with its age: a short name determines the size in all rows, a longer one only its own
const CARD_NAMES = [...CARD_STEPS.map(({ name }) => name), 5, 4.2], LEAST_IN_LINE = CARD_STEPS.length - 1; // smaller names have two lines
const CARD_TEXTS = CARD_STEPS.map(({ text, need }) => ({ text, need }));
const ROW_NAMES = [...ROW_STEPS.map(({ name }) => name), 4.4, 3.8, SMALLEST_NAME], LEGIBLE = ROW_STEPS.length - 1; // smaller names only without space
const ROW_TEXTS = [...ROW_STEPS.map(({ text }) => text), SMALLEST].map((text) => ({ text, need: text }));
const LAST_RESORTS = [
  "data-mark-below", "data-without-place", "data-without-seen", "data-without-hour", "data-without-last", "data-without-lead", "data-short-need", "data-least-need", "data-counts-wrap",
  "data-name-wraps", "data-name-cut",
];

/** @type {WeakMap<Element, string>} */
const fittedKeys = new WeakMap(); // by group: key of its texts, size and planned step

/** @type {{ [part: string]: string }} */
const SIZES = { name: "--name-size", text: "--text-size", need: "--need-size" }; // properties of a tile

/**
 * Fit all tiles of a page if their texts or sizes changed. No name is larger than the first one, which is the gravest, unless that name is
 * long.
 * @param {HTMLElement} page
 */
export function stepDown(page) {
  let maxNameSize = Infinity;
  for (const group of /** @type {HTMLElement[]} */ ([...page.querySelectorAll("[data-step]")])) {
    const { textContent: text, clientWidth, clientHeight, dataset } = group;
    const key = `${dataset.step} ${dataset.form} ${clientWidth} ${clientHeight} ${maxNameSize} ${text?.replace(/\d/g, "0")}`;
    const tiles = /** @type {HTMLElement[]} */ ([...group.querySelectorAll(".search-tile")]);
    if (fittedKeys.get(group) !== key) fitGroup(group, tiles, maxNameSize);
    fittedKeys.set(group, key);
    if (maxNameSize === Infinity && hasShortName(tiles[0])) maxNameSize = Number(tiles[0].style.getPropertyValue(SIZES.name));
  }
}

/** @param {HTMLElement} group @param {HTMLElement[]} tiles @param {number} maxNameSize */
function fitGroup({ dataset }, [first, ...others], maxNameSize) {
  const step = Number(dataset.step), stepAtMost = (/** @type {number[]} */ names, /** @type {number} */ size) => Math.max(0, names.findIndex((name) => name <= size));
  if (dataset.form === "row") return fitRows([first, ...others], Math.max(step, Math.min(LEGIBLE, stepAtMost(ROW_NAMES, maxNameSize))));
  const name = fitCard(first, Math.max(step, stepAtMost(CARD_NAMES, maxNameSize)));
  const next = Math.max(Math.min(CARD_STEPS.length - 1, step + 1), maxNameSize === Infinity && hasShortName(first) ? name : stepAtMost(CARD_NAMES, maxNameSize));
  for (const tile of others) fitCard(tile, next);
  return undefined;
}

/**
 * Fit a large card, and return the step of its name.
 * @param {HTMLElement} tile
 * @param {number} step
 */
function fitCard(tile, step) {
  const [head, needs, word, last] = partsOf(tile);
  let name = step, text = Math.min(step, CARD_TEXTS.length - 1);
  const set = () => setSizes(tile, { name: CARD_NAMES[name], ...CARD_TEXTS[text] });
  resetAll(tile);
  for (set(); isWide(head) && name < LEAST_IN_LINE; set()) name += 1;
  applyIfNeeded(tile, "data-name-wraps", isWide(head));
  for (; tile.dataset.nameWraps !== undefined && isClipped(word) && name < CARD_NAMES.length - 1; set()) name += 1;
  for (; (isWide(needs) || isHigh(tile) || CARD_TEXTS[text].need >= CARD_NAMES[name]) && text < CARD_TEXTS.length - 1; set()) text += 1;
  applyIfNeeded(tile, "data-without-place", isWide(last));
  applyIfNeeded(tile, "data-without-seen", isWide(last));
  applyIfNeeded(tile, "data-without-lead", isWide(needs));
  applyIfNeeded(tile, "data-short-need", isWide(needs));
  applyIfNeeded(tile, "data-least-need", isWide(needs));
  applyIfNeeded(tile, "data-counts-wrap", isWide(needs));
  applyIfNeeded(tile, "data-without-last", isHigh(tile));
  if (!isHigh(tile)) return name;
  tile.toggleAttribute("data-name-wraps", false); // no space for two lines: one line of smaller type instead
  for (; isWide(head) && name < CARD_NAMES.length - 1; set()) name += 1;
  applyIfNeeded(tile, "data-name-wraps", isWide(head));
  return name;
}

/**
 * Fit rows: their small texts have one size, and so do their names, except long ones.
 * @param {HTMLElement[]} tiles
 * @param {number} step
 */
function fitRows(tiles, step) {
  let text = step;
  const set = (/** @type {HTMLElement} */ tile, name = step, small = text) => setSizes(tile, { name: ROW_NAMES[name], ...ROW_TEXTS[small] });
  for (const tile of tiles) {
    resetAll(tile);
    set(tile);
  }
  while (text < ROW_TEXTS.length - 1 && tiles.some((tile) => isWide(partsOf(tile)[1]))) {
    text += 1;
    for (const tile of tiles) set(tile);
  }
  const names = new Map(tiles.map((tile) => [tile, nameInLine(tile, step, (name) => set(tile, name))]));
  const common = Math.max(step, ...tiles.filter(hasShortName).map((tile) => names.get(tile) ?? step));
  while (ROW_TEXTS[text].text >= ROW_NAMES[Math.max(common, ...names.values())]) text += 1;
  for (const tile of tiles) fitRow(tile, Math.max(common, names.get(tile) ?? step), text, (name, small) => set(tile, name, small));
}

/** @param {HTMLElement} tile */
const hasShortName = (tile) => (tile.querySelector(".name")?.textContent ?? "").length <= SHORT_NAME;

/**
 * Return the step of a legible name that fits into one line. If there is none, the mark replaces the last event.
 * @param {HTMLElement} tile
 * @param {number} step
 * @param {(name: number) => void} set
 */
function nameInLine(tile, step, set) {
  const [head] = partsOf(tile), name = nameStep(tile, step, LEGIBLE, set);
  if (!isWide(head) || !head.querySelector(".worry")) return name;
  tile.toggleAttribute("data-mark-below", true);
  set(step);
  return nameStep(tile, step, LEGIBLE, set);
}

/** @param {HTMLElement} tile @param {number} step @param {number} smallest @param {(name: number) => void} set */
function nameStep(tile, step, smallest, set) {
  const [head] = partsOf(tile);
  let name = step;
  while (isWide(head) && name < smallest) set((name += 1));
  return name;
}

/** @param {HTMLElement} tile @param {number} step @param {number} text @param {(name: number, text?: number) => void} set */
function fitRow(tile, step, text, set) {
  const [head, needs] = partsOf(tile), smallest = ROW_TEXTS.length - 1;
  set(step);
  nameStep(tile, step, leastName(text), set);
  applyIfNeeded(tile, "data-without-hour", isWide(needs));
  applyIfNeeded(tile, "data-without-last", isWide(needs));
  applyIfNeeded(tile, "data-counts-wrap", isWide(needs));
  if (isHigh(tile)) tile.toggleAttribute("data-counts-wrap", false); // no space for two lines: fewer words instead
  applyIfNeeded(tile, "data-without-lead", isWide(needs));
  applyIfNeeded(tile, "data-short-need", isWide(needs));
  applyIfNeeded(tile, "data-least-need", isWide(needs));
  applyIfNeeded(tile, "data-counts-wrap", isWide(needs));
  applyIfNeeded(tile, "data-name-wraps", isWide(head));
  if (isHigh(tile)) set(leastName(smallest), smallest);
  applyIfNeeded(tile, "data-name-cut", isHigh(tile)); // no space for two lines
}

/**
 * Return the step of the smallest name that is larger than the texts below it.
 * @param {number} text
 */
const leastName = (text) => ROW_NAMES.findLastIndex((name) => name > ROW_TEXTS[text].text);

/** @param {HTMLElement} tile */
const partsOf = (tile) => [".tile-head", ".tile-needs", ".name", ".last"].map((part) => /** @type {HTMLElement} */ (tile.querySelector(part)));

/** @param {HTMLElement} tile */
const resetAll = (tile) => LAST_RESORTS.forEach((name) => tile.removeAttribute(name));

/** @param {HTMLElement} tile @param {string} name @param {boolean} isNeeded */
const applyIfNeeded = (tile, name, isNeeded) => isNeeded && tile.toggleAttribute(name, true);

/** @param {HTMLElement} tile @param {{ [name: string]: number }} sizes */
function setSizes(tile, sizes) {
  for (const [name, size] of Object.entries(sizes)) tile.style.setProperty(SIZES[name], String(size));
}

/** @param {HTMLElement} element */
const isWide = ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth;
/** @param {HTMLElement} element */
const isHigh = ({ scrollHeight, clientHeight }) => scrollHeight > clientHeight;
/** @param {HTMLElement} word element whose lines are lower than its letters */
const isClipped = (word) => word.scrollHeight > word.clientHeight * 1.2;
