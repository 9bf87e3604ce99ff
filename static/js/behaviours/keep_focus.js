/** Keep the keyboard focus when a draw moves, recreates or removes the focused element. */

const THING = "article[data-card], li[data-search], section[data-unseen-board]";
const PARTS = ".tools, .filter-bar, .tabs, .operations-tabs, .watch-content, .withdrawn, .search-header, .operations-header, .displays .rows"; // containers in which the focus may move from a removed element to its neighbour
const FOCUSABLE = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex]";

/**
 * Draw, and restore the focus if it was lost. When a dialog opens or closes, dialog.js handles it.
 * @param {HTMLElement} root
 * @param {() => void} draw
 */
export function keepFocus(root, draw) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement), dialog = /** @type {HTMLDialogElement | null | undefined} */ (focused?.closest("dialog"));
  if (focused && dialog && root.contains(dialog)) return keepFocusInDialog(dialog, focused, draw);
  const place = focused && root.contains(focused) ? focusPosition(root, focused) : null;
  draw();
  if (place && isFocusLost()) restoreFocus(root, place);
  return undefined;
}

/**
 * Draw; if the focused control of a dialog is gone, focus the field that replaced it, or the nearest control.
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement} focused
 * @param {() => void} draw
 */
function keepFocusInDialog(dialog, focused, draw) {
  const { dialog: name } = dialog.dataset, ancestors = [];
  for (let ancestor = focused.parentElement; ancestor && ancestor !== dialog.parentElement; ancestor = ancestor.parentElement) ancestors.push(ancestor);
  draw();
  if (focused.isConnected || !dialog.open || dialog.dataset.dialog !== name || (document.activeElement !== dialog && !isFocusLost())) return;
  const connected = ancestors.filter((ancestor) => ancestor.isConnected);
  const next = connected.map((ancestor) => ancestor.querySelector("form :is(input, textarea, select)")).find(Boolean) ?? connected.map((ancestor) => ancestor.querySelector(FOCUSABLE)).find(Boolean);
  /** @type {HTMLElement | null | undefined} */ (next)?.focus();
}

export const isFocusLost = () => !document.activeElement || document.activeElement === document.body;

/**
 * Describe the position of an element, so that it can be found after it was recreated.
 * @param {HTMLElement} root
 * @param {HTMLElement} element
 * @returns {FocusPosition}
 */
export function focusPosition(root, element) {
  const thing = element.closest(THING);
  const list = thing?.parentElement;
  const section = element.closest("[data-column]");
  const part = thing ? null : element.closest(PARTS);
  return {
    element,
    thing: thing && idOf(thing),
    part: element.dataset.part,
    panel: element.closest(".panel")?.dataset.panel,
    section: thing ? null : element.closest("[data-section]"),
    neighbours: thing && list ? { within: list, what: `:scope > :is(${THING})`, at: indexIn(list, `:scope > :is(${THING})`, thing) }
      : part && { within: part, what: FOCUSABLE, at: indexIn(part, FOCUSABLE, element) },
    column: section && { id: section.dataset.column, at: indexIn(root, "[data-column]", section) },
  };
}

/**
 * Focus the same control of the same card, also if the card has moved; otherwise the element that replaced it.
 * @param {HTMLElement} root
 * @param {FocusPosition} place
 */
export function restoreFocus(root, place) {
  for (const candidate of candidates(root, place)) {
    candidate.focus({ preventScroll: true });
    if (document.activeElement === candidate) return; // otherwise it is not rendered, such as in a column that a phone hides
  }
}

/** @param {HTMLElement} root @param {FocusPosition} place @returns {Iterable<HTMLElement>} */
function* candidates(root, { element, thing, part, panel, section, neighbours, column }) {
  yield* among([element.isConnected && element]);
  if (thing) {
    const sameThing = [...root.querySelectorAll(THING)].find((ancestor) => idOf(ancestor) === thing);
    yield* among([sameThing?.querySelector(`[data-part="${part}"]`), sameThing?.querySelector("a")]);
  }
  if (panel) yield* among([root.querySelector(`.panel[data-panel="${CSS.escape(panel)}"]`), root.querySelector(".panel")]);
  if (neighbours?.within.isConnected) {
    const elements = [...neighbours.within.querySelectorAll(neighbours.what)];
    const next = elements[neighbours.at] ?? elements.at(-1);
    yield* among([thing ? next?.querySelector("a") : next]);
  }
  if (section?.isConnected) yield section;
  if (column) yield* among(columnTargets(root, column, thing));
  yield root;
}

/** @param {(HTMLElement | false | null | undefined)[]} options @returns {HTMLElement[]} */
const among = (options) => /** @type {HTMLElement[]} */ (options.filter(Boolean));
/** @param {HTMLElement} element */
const idOf = ({ dataset: { card, search, unseenBoard } }) => card ?? search ?? unseenBoard;
/** @param {HTMLElement} within @param {string} what @param {HTMLElement} element */
const indexIn = (within, what, element) => [...within.querySelectorAll(what)].indexOf(element);

/**
 * Return what to focus in the column, or in the column that replaced it: a card if a card was focused, otherwise its menu.
 * @param {HTMLElement} root
 * @param {{ id: string | undefined, at: number }} column
 * @param {string | null | undefined} thing
 */
function columnTargets(root, { id, at }, thing) {
  const elements = [...root.querySelectorAll("[data-column]")];
  const section = elements.find((ancestor) => ancestor.dataset.column === id) ?? elements[at] ?? elements.at(-1);
  const [card, menu] = [section?.querySelector(`:is(${THING}) a`), section?.querySelector("[data-part='column-menu']")];
  return thing ? [card, menu] : [menu, card];
}
