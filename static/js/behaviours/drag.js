/**
 * Drag and drop of cards by mouse or touch. SortableJS does the long press, the ghost and the scrolling at the edges, but must
 * never move a card in the document: a live change meanwhile would be drawn over a document unknown to the view, and lose or
 * duplicate the card. The target is marked with `data-drop-target`, its column with `data-drop-column`; on drop
 * the position is reported, and the store decides.
 */
/** @typedef {typeof import("../../vendor/sortablejs/modular/sortable.esm.js").default} SortableJS */

const LONG_PRESS_MS = 350; // ms: shorter picks up cards under a finger that rests before scrolling, longer feels stuck
const SCROLL_SLOP_PX = 6; // a finger that moves this far before the long press is scrolling
const MOUSE_SLOP_PX = 5; // a click with an unsteady hand is still a click
const LOAD_AFTER_MS = 300; // ms after the first draw: the first look at a board comes before the first drag
const TAB_HOVER_MS = 450; // ms over a column's tab, after which that column is shown

export class Drag {
  #root;
  #found; // lists of cards, by class: a query by attribute would try each element of a big board
  #callbacks;
  /** @type {SortableJS | null} */ #sortable = null; // loaded after the first draw: a fifth of a board's script, which a look does without
  #asked = false;
  /** @type {Map<HTMLElement, InstanceType<SortableJS>>} */ #lists = new Map();
  /** @type {string | null} */ #card = null;
  /** @type {DropTarget | null} */ #drop = null;
  /** @type {Element | null} */ #column = null; // of the target
  /** @type {{ element: HTMLElement | null, timer: Timer | null }} */ #tab = { element: null, timer: null };
  #moved = (/** @type {Event} */ event) => this.#point(/** @type {PointerEvent | TouchEvent} */ (event));
  #keyed = (/** @type {KeyboardEvent} */ event) => this.#letGo(event);

  /** @param {HTMLElement} root @param {DragCallbacks} callbacks */
  constructor(root, callbacks) {
    this.#root = root;
    this.#found = /** @type {HTMLCollectionOf<HTMLElement>} */ (root.getElementsByClassName("list"));
    this.#callbacks = callbacks;
    this.#root.addEventListener("contextmenu", (event) => this.#keepHold(event));
  }

  /**
   * After a draw: make the lists sortable that exist now; none if the person may not move cards. `data-draggable` says that it is done.
   * @param {boolean} allowed
   */
  attach(allowed) {
    if (!this.#sortable) return allowed ? this.#load() : undefined;
    const lists = new Set(allowed ? this.#found : []);
    for (const [element, sortable] of this.#lists) {
      if (lists.has(element) || this.#card) continue;
      sortable.destroy();
      this.#lists.delete(element);
    }
    for (const element of lists) if (!this.#lists.has(element)) this.#lists.set(element, this.#made(element, this.#sortable));
    this.#root.toggleAttribute("data-draggable", this.#lists.size > 0);
    return undefined;
  }

  /** Load SortableJS; a draw asks again if the line failed. Until then cards move by their button and by keys. */
  #load() {
    if (this.#asked) return;
    this.#asked = true;
    setTimeout(() => import("../../vendor/sortablejs/modular/sortable.esm.js").then(
      ({ default: sortable }) => {
        this.#sortable = sortable;
        this.#callbacks.loaded();
      },
      () => (this.#asked = false),
    ), LOAD_AFTER_MS);
  }

  /** @param {HTMLElement} list @param {SortableJS} sortable */
  #made(list, sortable) {
    return sortable.create(list, {
      group: "cards",
      draggable: "[data-card]",
      filter: "button, input, select",
      preventOnFilter: false,
      // Same behaviour for mouse and touch, and a ghost in the theme's colours: the browser's own drag image has neither.
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
   * Holding a link for half a second opens the browser's menu, which would take the touch away.
   * @param {MouseEvent} event
   */
  #keepHold(event) {
    const { pointerType, target } = /** @type {PointerEvent & { target: HTMLElement }} */ (event);
    const touched = pointerType === "touch" && target.closest("[data-list] [data-card]");
    if (this.#card || touched) event.preventDefault();
  }

  /** @param {{ item: HTMLElement, from: HTMLElement }} event */
  #start({ item, from }) {
    const card = (this.#card = /** @type {string} */ (item.dataset.card));
    this.#root.toggleAttribute("data-dragging", true);
    for (const type of ["pointermove", "touchmove"]) document.addEventListener(type, this.#moved, { passive: true });
    document.addEventListener("keydown", this.#keyed, true);
    this.#callbacks.taken(card, /** @type {string} */ (from.dataset.list));
  }

  /**
   * Cancel on Escape: the card stays where it was, wherever it is released.
   * @param {KeyboardEvent} event
   */
  #letGo(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    for (const type of ["pointermove", "touchmove"]) document.removeEventListener(type, this.#moved);
    this.#mark(null);
    this.#over(null);
  }

  #end() {
    const card = /** @type {string} */ (this.#card);
    const drop = this.#drop;
    this.#finish();
    const place = drop && { column: drop.column, ...(drop.before ? { before: drop.before } : {}) };
    this.#callbacks.dropped(card, drop?.still ? null : place);
  }

  #finish() {
    for (const type of ["pointermove", "touchmove"]) document.removeEventListener(type, this.#moved);
    document.removeEventListener("keydown", this.#keyed, true);
    this.#mark(null);
    this.#over(null);
    this.#card = null;
    this.#root.removeAttribute("data-dragging");
  }

  /** @param {PointerEvent | TouchEvent} event */
  #point(event) {
    const { clientX: x, clientY: y } = "touches" in event && event.touches[0] ? event.touches[0] : /** @type {PointerEvent} */ (event);
    const under = document.elementFromPoint(x, y);
    const tab = under?.closest("[data-tab]");
    this.#over(tab ?? null);
    if (tab) return this.#mark({ column: /** @type {string} */ (tab.dataset.tab), before: null, element: tab, where: "end" });
    const column = under?.closest("[data-column]");
    return this.#mark(column ? this.#placeIn(column, y) : null);
  }

  /** @param {HTMLElement} column @param {number} y @returns {DropTarget} */
  #placeIn(column, y) {
    const list = /** @type {HTMLElement} */ (column.querySelector("[data-list]"));
    const id = /** @type {string} */ (list.dataset.list);
    const cards = [...list.querySelectorAll(":scope > [data-card]")];
    const index = firstBelow(cards, y);
    const own = cards.findIndex((card) => card.dataset.card === this.#card);
    const still = own >= 0 && (index === own || index === own + 1);
    const next = cards[index];
    if (!next) return { column: id, before: null, element: list, where: "end", still };
    return { column: id, before: next.dataset.card ?? null, element: next, where: "before", still };
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
  #over(tab) {
    if (this.#tab.element === tab) return;
    clearTimeout(this.#tab.timer);
    this.#tab = { element: tab, timer: tab && setTimeout(() => this.#callbacks.showColumn(/** @type {string} */ (tab.dataset.tab)), TAB_HOVER_MS) };
  }
}

/**
 * Find the first card whose middle is below y. Cards are in order, so a binary search measures only a few.
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
