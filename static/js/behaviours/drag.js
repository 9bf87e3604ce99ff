/**
 * Drag and drop of cards by mouse or touch. SortableJS handles the long press, the ghost and edge scrolling, but must never move a card
 * in the document: a live change during the drag would then lose or duplicate the card, because the view would not know the
 * document. `data-drop-target` marks the target, `data-drop-column` its column. A drop only reports the position; the store decides.
 */
/** @typedef {typeof import("../../vendor/sortablejs/modular/sortable.esm.js").default} SortableJS */

const LONG_PRESS_MS = 350; // ms: a shorter press would pick up cards before scrolling, a longer one feels stuck
const SCROLL_SLOP_PX = 6; // a finger that moves this far before the long press is scrolling
const MOUSE_SLOP_PX = 5; // smaller movements are still a click
const LOAD_AFTER_MS = 300; // ms after the first draw: people read a board before the first drag
const TAB_HOVER_MS = 450; // ms over a column's tab before that column is shown

export class Drag {
  #root;
  #listElements; // lists of cards, by class: a query by attribute would test each element of a big board
  #callbacks;
  /** @type {SortableJS | null} */ #sortable = null; // loaded after the first draw: it is a fifth of a board's script, and reading does not need it
  #isLoading = false;
  /** @type {Map<HTMLElement, InstanceType<SortableJS>>} */ #lists = new Map();
  /** @type {string | null} */ #card = null;
  /** @type {DropTarget | null} */ #drop = null;
  /** @type {Element | null} */ #column = null; // column of the target
  /** @type {{ element: HTMLElement | null, timer: Timer | null }} */ #tab = { element: null, timer: null };
  #onMove = (/** @type {Event} */ event) => this.#point(/** @type {PointerEvent | TouchEvent} */ (event));
  #onKeydown = (/** @type {KeyboardEvent} */ event) => this.#cancel(event);

  /** @param {HTMLElement} root @param {DragCallbacks} callbacks */
  constructor(root, callbacks) {
    this.#root = root;
    this.#listElements = /** @type {HTMLCollectionOf<HTMLElement>} */ (root.getElementsByClassName("list"));
    this.#callbacks = callbacks;
    this.#root.addEventListener("contextmenu", (event) => this.#keepHold(event));
  }

  /**
   * Make the present lists sortable after a draw; none if the person may not move cards. `data-draggable` shows that this is done.
   * @param {boolean} allowed
   */
  attach(allowed) {
    if (!this.#sortable) return allowed ? this.#load() : undefined;
    const lists = new Set(allowed ? this.#listElements : []);
    for (const [element, sortable] of this.#lists) {
      if (lists.has(element) || this.#card) continue;
      sortable.destroy();
      this.#lists.delete(element);
    }
    for (const element of lists) if (!this.#lists.has(element)) this.#lists.set(element, this.#createSortable(element, this.#sortable));
    this.#root.toggleAttribute("data-draggable", this.#lists.size > 0);
    return undefined;
  }

  /** Load SortableJS; the next draw retries after a failure. Until then, cards move by their button and by keys. */
  #load() {
    if (this.#isLoading) return;
    this.#isLoading = true;
    setTimeout(() => import("../../vendor/sortablejs/modular/sortable.esm.js").then(
      ({ default: sortable }) => {
        this.#sortable = sortable;
        this.#callbacks.loaded();
      },
      () => (this.#isLoading = false),
    ), LOAD_AFTER_MS);
  }

  /** @param {HTMLElement} list @param {SortableJS} sortable */
  #createSortable(list, sortable) {
    return sortable.create(list, {
      group: "cards",
      draggable: "[data-card]",
      filter: "button, input, select",
      preventOnFilter: false,
      // The browser's own drag image behaves differently for touch and ignores the theme's colours.
      forceFallback: true,
      fallbackOnBody: true,
      fallbackTolerance: MOUSE_SLOP_PX,
      fallbackClass: "ghost",
      ghostClass: "dragged",
      delay: LONG_PRESS_MS,
      delayOnTouchOnly: true,
      touchStartThreshold: SCROLL_SLOP_PX,
      scroll: true,
      scrollSensitivity: 48,
      bubbleScroll: true,
      animation: 0,
      onStart: (/** @type {{ item: HTMLElement, from: HTMLElement }} */ event) => this.#start(event),
      onMove: () => false,
      onEnd: () => this.#end(),
    });
  }

  /**
   * Prevent the browser's menu, which opens after half a second on a link and would end the touch.
   * @param {MouseEvent} event
   */
  #keepHold(event) {
    const { pointerType, target } = /** @type {PointerEvent & { target: HTMLElement }} */ (event);
    const isTouched = pointerType === "touch" && target.closest("[data-list] [data-card]");
    if (this.#card || isTouched) event.preventDefault();
  }

  /** @param {{ item: HTMLElement, from: HTMLElement }} event */
  #start({ item, from }) {
    const card = (this.#card = /** @type {string} */ (item.dataset.card));
    this.#root.toggleAttribute("data-dragging", true);
    for (const type of ["pointermove", "touchmove"]) document.addEventListener(type, this.#onMove, { passive: true });
    document.addEventListener("keydown", this.#onKeydown, true);
    this.#callbacks.taken(card, /** @type {string} */ (from.dataset.list));
  }

  /**
   * Cancel on Escape: the card stays where it was.
   * @param {KeyboardEvent} event
   */
  #cancel(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    for (const type of ["pointermove", "touchmove"]) document.removeEventListener(type, this.#onMove);
    this.#mark(null);
    this.#hoverTab(null);
  }

  #end() {
    const card = /** @type {string} */ (this.#card);
    const drop = this.#drop;
    this.#finish();
    const place = drop && { column: drop.column, ...(drop.before ? { before: drop.before } : {}) };
    this.#callbacks.dropped(card, drop?.still ? null : place);
  }

  #finish() {
    for (const type of ["pointermove", "touchmove"]) document.removeEventListener(type, this.#onMove);
    document.removeEventListener("keydown", this.#onKeydown, true);
    this.#mark(null);
    this.#hoverTab(null);
    this.#card = null;
    this.#root.removeAttribute("data-dragging");
  }

  /** @param {PointerEvent | TouchEvent} event */
  #point(event) {
    const { clientX: x, clientY: y } = "touches" in event && event.touches[0] ? event.touches[0] : /** @type {PointerEvent} */ (event);
    const hoveredElement = document.elementFromPoint(x, y);
    const tab = hoveredElement?.closest("[data-tab]");
    this.#hoverTab(tab ?? null);
    if (tab) return this.#mark({ column: /** @type {string} */ (tab.dataset.tab), before: null, element: tab, where: "end" });
    const column = hoveredElement?.closest("[data-column]");
    return this.#mark(column ? this.#placeIn(column, y) : null);
  }

  /** @param {HTMLElement} column @param {number} y @returns {DropTarget} */
  #placeIn(column, y) {
    const list = /** @type {HTMLElement} */ (column.querySelector("[data-list]"));
    const id = /** @type {string} */ (list.dataset.list);
    const cards = [...list.querySelectorAll(":scope > [data-card]")];
    const index = firstBelow(cards, y);
    const ownIndex = cards.findIndex((card) => card.dataset.card === this.#card);
    const isUnchanged = ownIndex >= 0 && (index === ownIndex || index === ownIndex + 1);
    const next = cards[index];
    if (!next) return { column: id, before: null, element: list, where: "end", still: isUnchanged };
    return { column: id, before: next.dataset.card ?? null, element: next, where: "before", still: isUnchanged };
  }

  /** @param {DropTarget | null} drop */
  #mark(drop) {
    if (this.#drop && this.#drop.element !== drop?.element) delete this.#drop.element.dataset.dropTarget;
    if (drop) drop.element.dataset.dropTarget = drop.where;
    this.#drop = drop;
    const column = drop?.element.closest("[data-column]") ?? null;
    if (column === this.#column) return;
    this.#column?.removeAttribute("data-drop-column");
    column?.setAttribute("data-drop-column", "");
    this.#column = column;
  }

  /** @param {HTMLElement | null} tab */
  #hoverTab(tab) {
    if (this.#tab.element === tab) return;
    clearTimeout(this.#tab.timer);
    this.#tab = { element: tab, timer: tab && setTimeout(() => this.#callbacks.showColumn(/** @type {string} */ (tab.dataset.tab)), TAB_HOVER_MS) };
  }
}

/**
 * Return the index of the first card whose middle is below y. The cards are in order, so a binary search measures only a few.
 * @param {HTMLElement[]} cards
 * @param {number} y
 */
function firstBelow(cards, y) {
  let low = 0;
  let high = cards.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { top, height } = cards[middle].getBoundingClientRect();
    if (top + height / 2 > y) high = middle;
    else low = middle + 1;
  }
  return low;
}
