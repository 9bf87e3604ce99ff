/** Keep the keyboard focus when a draw moves, recreates or removes the focused element. */

const THING = "article[data-card], li[data-search], section[data-unseen-board]";
const PARTS = ".tools, .filter-bar, .tabs, .operations-tabs, .watch-content, .withdrawn, .search-header, .operations-header, .displays .rows"; // where focus may move to a neighbour of what is gone
const FOCUSABLE = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex]";

/**
 * Draw, and restore the focus if it was lost. When a dialog comes or goes, dialog.js handles it.
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
 * Draw; if the focused control of a dialog is gone, focus the field that took its place, else what is next to it.
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement} focused
 * @param {() => void} draw
 */
function keepFocusInDialog(dialog, focused, draw) {
  const { dialog: name } = dialog.dataset, around = [];
  for (let each = focused.parentElement; each && each !== dialog.parentElement; each = each.parentElement) around.push(each);
  draw();
  if (focused.isConnected || !dialog.open || dialog.dataset.dialog !== name || (document.activeElement !== dialog && !isFocusLost())) return;
  const left = around.filter((each) => each.isConnected);
  const next = left.map((each) => each.querySelector("form :is(input, textarea, select)")).find(Boolean) ?? left.map((each) => each.querySelector(FOCUSABLE)).find(Boolean);
  /** @type {HTMLElement | null | undefined} */ (next)?.focus();
}

export const isFocusLost = () => !document.activeElement || document.activeElement === document.body;

/**
 * Describe where an element is, so that it is found again after it was recreated.
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
 * Focus the same control, of the same card wherever it is now, else what took its place.
 * @param {HTMLElement} root
 * @param {FocusPosition} place
 */
export function restoreFocus(root, place) {
  for (const candidate of candidates(root, place)) {
    candidate.focus({ preventScroll: true });
    if (document.activeElement === candidate) return; // not rendered, e.g. in a column that a phone does not show
  }
}

/** @param {HTMLElement} root @param {FocusPosition} place @returns {Iterable<HTMLElement>} */
function* candidates(root, { element, thing, part, panel, section, neighbours, column }) {
  yield* among([element.isConnected && element]);
  if (thing) {
    const again = [...root.querySelectorAll(THING)].find((each) => idOf(each) === thing);
    yield* among([again?.querySelector(`[data-part="${part}"]`), again?.querySelector("a")]);
  }
  if (panel) yield* among([root.querySelector(`.panel[data-panel="${CSS.escape(panel)}"]`), root.querySelector(".panel")]);
  if (neighbours?.within.isConnected) {
    const all = [...neighbours.within.querySelectorAll(neighbours.what)];
    const next = all[neighbours.at] ?? all.at(-1);
    yield* among([thing ? next?.querySelector("a") : next]);
  }
  if (section?.isConnected) yield section;
  if (column) yield* among(headNear(root, column, thing));
  yield root;
}

/** @param {(HTMLElement | false | null | undefined)[]} some @returns {HTMLElement[]} */
const among = (some) => /** @type {HTMLElement[]} */ (some.filter(Boolean));
/** @param {HTMLElement} element */
const idOf = ({ dataset: { card, search, unseenBoard } }) => card ?? search ?? unseenBoard;
/** @param {HTMLElement} within @param {string} what @param {HTMLElement} element */
const indexIn = (within, what, element) => [...within.querySelectorAll(what)].indexOf(element);

/**
 * Find what to focus in the column, or in the one that took its place: a card if it was a card, else its menu.
 * @param {HTMLElement} root
 * @param {{ id: string | undefined, at: number }} column
 * @param {string | null | undefined} thing
 */
function headNear(root, { id, at }, thing) {
  const all = [...root.querySelectorAll("[data-column]")];
  const section = all.find((each) => each.dataset.column === id) ?? all[at] ?? all.at(-1);
  const [card, menu] = [section?.querySelector(`:is(${THING}) a`), section?.querySelector("[data-part='column-menu']")];
  return thing ? [card, menu] : [menu, card];
}
