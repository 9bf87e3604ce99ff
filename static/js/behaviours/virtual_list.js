/**
 * Virtual list: only items near the viewport are in the document. Padding replaces the items above and below, by their measured or
 * estimated heights. The visible items stay in place when others are inserted above them.
 */
const GUESS_PX = 64; // estimated height of an item before any was measured
const NEAR_PX = 900; // drawn beyond the viewport, so that scrolling shows no empty space
const TOP_PX = 4; // a list that is scrolled by less counts as at its top
const MAX_ATTEMPTS = 3; // attempts to correct the position with measured heights

export class VirtualList {
  start = 0; // range of drawn items, as indices
  end = 0;
  whole = false; // draw all items, for printing
  #draw;
  #list;
  /** @type {string[]} */ #keys = [];
  /** @type {Map<string, number>} */ #heights = new Map(); // key -> px
  #tops = [0]; // px of each item from the top of the list, plus the end
  #estimatedHeight = GUESS_PX;
  #width = 0;
  /** @type {number | null} */ #frame = null;

  /**
   * @param {() => void} draw redraws, by calling `update`
   * @param {() => HTMLElement | null} list returns the element whose children, with `data-key`, are the items
   */
  constructor(draw, list) {
    this.#draw = draw;
    this.#list = list;
    addEventListener("scroll", this.#onScroll, { passive: true });
    addEventListener("resize", this.#onScroll);
    addEventListener("beforeprint", this.#onBeforePrint);
    addEventListener("afterprint", this.#onAfterPrint);
  }

  /**
   * Draw the items.
   * @param {string[]} keys keys of all items, in order
   * @param {() => void} render puts items `start` to `end` into the document
   */
  update(keys, render) {
    const anchor = this.#anchor();
    this.#keys = keys;
    this.#place(anchor);
    this.#range(anchor);
    render();
    this.#pad();
    if (this.#measure()) this.#place(anchor);
    this.#pad();
    this.#restorePosition(anchor);
  }

  /**
   * Draw an item and scroll it to the middle of the viewport.
   * @param {string} key
   */
  reveal(key) {
    const index = this.#keys.indexOf(key);
    if (index < 0 || !this.#list()) return false;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const middle = (this.#tops[index] + this.#tops[index + 1] - innerHeight) / 2;
      scrollTo({ top: Math.max(0, this.#origin() + middle), behavior: "instant" });
      this.#draw();
    }
    return true;
  }

  toTop() {
    scrollTo({ top: 0, behavior: "instant" });
    this.#draw();
  }

  /** True if the list is scrolled to its top. */
  get isAtTop() {
    return this.#scrolledPx() <= TOP_PX;
  }

  /** Key of the first item in the viewport. */
  get first() {
    return this.#keys[this.#at(Math.max(0, this.#scrolledPx()))];
  }

  // --- geometry

  #origin() {
    return (this.#list()?.getBoundingClientRect().top ?? 0) + scrollY;
  }

  /** Return how far the list is scrolled, px. */
  #scrolledPx() {
    const list = this.#list();
    return list ? edge(list) - list.getBoundingClientRect().top : 0;
  }

  /** @param {number} px */
  #at(px) {
    let low = 0, high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tops[middle + 1] <= px) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, Math.max(0, this.#keys.length - 1));
  }

  /**
   * Return the item to keep in place: the focused one if visible, otherwise the first visible one; null at the top of the list.
   * @returns {ListAnchor | null}
   */
  #anchor() {
    const list = this.#list();
    if (!list || !this.#keys.length) return null;
    const focused = list.contains(document.activeElement) ? document.activeElement?.closest("[data-key]") : null;
    if (this.isAtTop && !focused) return null;
    const key = focused && isOnScreen(focused) ? /** @type {string} */ (focused.dataset.key) : this.first;
    const index = this.#keys.indexOf(key);
    return { key, at: index, from: list.getBoundingClientRect().top + this.#tops[index] };
  }

  /**
   * Compute the position of each item. An anchor that was filtered out is ignored.
   * @param {ListAnchor | null} anchor
   */
  #place(anchor) {
    const tops = [0];
    for (const [index, key] of this.#keys.entries()) tops.push(tops[index] + (this.#heights.get(key) ?? this.#estimatedHeight));
    this.#tops = tops;
    if (anchor) anchor.at = this.#keys.indexOf(anchor.key);
  }

  /** @param {ListAnchor | null} anchor */
  #range(anchor) {
    if (this.whole) return void Object.assign(this, { start: 0, end: this.#keys.length });
    const top = anchor && anchor.at >= 0 ? this.#tops[anchor.at] - anchor.from : -(this.#list()?.getBoundingClientRect().top ?? 0);
    this.start = this.#keys.length ? this.#at(Math.max(0, top - NEAR_PX)) : 0;
    this.end = this.#keys.length ? this.#at(Math.max(0, top + innerHeight + NEAR_PX)) + 1 : 0;
    return undefined;
  }

  /** Set the padding that replaces undrawn items. */
  #pad() {
    const list = this.#list();
    if (!list) return;
    const bottom = this.#tops[this.#tops.length - 1];
    list.style.setProperty("padding-top", `${this.#tops[this.start] ?? 0}px`);
    list.style.setProperty("padding-bottom", `${bottom - (this.#tops[this.end] ?? bottom)}px`);
  }

  #measure() {
    const list = this.#list();
    if (!list) return false;
    if (this.#width !== list.clientWidth) this.#heights.clear();
    this.#width = list.clientWidth;
    let isChanged = false, sum = 0;
    for (const item of list.children) {
      const { height } = item.getBoundingClientRect();
      const key = /** @type {string} */ (/** @type {HTMLElement} */ (item).dataset.key);
      sum += height;
      if (this.#heights.get(key) === height) continue;
      this.#heights.set(key, height);
      isChanged = true;
    }
    if (list.children.length) this.#estimatedHeight = sum / list.children.length;
    return isChanged;
  }

  /** @param {ListAnchor | null} anchor */
  #restorePosition(anchor) {
    const list = this.#list();
    if (!anchor || anchor.at < 0 || !list || this.whole) return;
    const now = list.getBoundingClientRect().top + this.#tops[anchor.at];
    if (Math.abs(now - anchor.from) >= 1) scrollBy({ top: now - anchor.from, behavior: "instant" });
  }

  // --- events

  #onScroll = () => {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      if (this.#isNear()) return;
      this.#draw();
    });
  };

  /** Return true if at least half of the margin beyond the viewport is drawn. */
  #isNear() {
    const list = this.#list();
    if (!list || list.clientWidth !== this.#width) return false;
    const top = -list.getBoundingClientRect().top;
    const isDrawnAbove = this.start === 0 || this.#tops[this.start] < top - NEAR_PX / 2;
    return isDrawnAbove && (this.end === this.#keys.length || this.#tops[this.end] > top + innerHeight + NEAR_PX / 2);
  }

  #onBeforePrint = () => {
    this.whole = true;
    this.#draw();
  };

  #onAfterPrint = () => {
    this.whole = false;
    this.#draw();
  };
}

/**
 * Return the top of the visible part of the list: below the sticky elements.
 * @param {HTMLElement} list
 */
const edge = (list) => parseFloat(getComputedStyle(list).scrollMarginTop) || 0;

/** @param {HTMLElement} element */
function isOnScreen(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}
