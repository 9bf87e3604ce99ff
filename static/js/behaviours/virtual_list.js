/**
 * Which items of a long list are in the document: those near the screen. What is above and below them is kept as room, by the heights
 * that were measured, and guessed for those that were not yet. What is being read stays where it is, whatever is put in above it.
 */
const GUESS_PX = 64; // of an item that was never on the screen, before any was
const NEAR_PX = 900; // beyond the screen that is drawn too, so that a turn of the wheel shows no empty room
const TOP_PX = 4; // nearer than this to its beginning, a list is read from its beginning
const TURNS = 3; // of looking where an item really is, after guessed heights became measured ones

export class VirtualList {
  start = 0; // of what is drawn, as indices
  end = 0;
  whole = false; // all of it, for paper
  #draw;
  #list = () => null;
  #keys = [];
  #heights = new Map(); // key -> px
  #tops = [0]; // of each item, px from the list's beginning; one more for its end
  #guess = GUESS_PX;
  #width = 0;
  #frame = null;

  /** @param draw draws anew, by calling `update`; @param list finds the element whose children, with `data-key`, are the items */
  constructor(draw, list) {
    this.#draw = draw;
    this.#list = list;
  }

  connect() {
    addEventListener("scroll", this.#moved, { passive: true });
    addEventListener("resize", this.#moved);
    addEventListener("beforeprint", this.#printing);
    addEventListener("afterprint", this.#printed);
  }

  disconnect() {
    cancelAnimationFrame(this.#frame);
    removeEventListener("scroll", this.#moved);
    removeEventListener("resize", this.#moved);
    removeEventListener("beforeprint", this.#printing);
    removeEventListener("afterprint", this.#printed);
  }

  /** Draws these items. keys: of all of them, in their order; render: puts those from `start` to `end` into the document */
  update(keys, render) {
    const anchor = this.#anchor();
    this.#keys = keys;
    this.#place(anchor);
    this.#range(anchor);
    render();
    this.#room();
    if (this.#measure()) this.#place(anchor);
    this.#room();
    this.#hold(anchor);
  }

  /** Brings an item into sight, in the middle of the screen; it is in the document then. */
  reveal(key) {
    const at = this.#keys.indexOf(key);
    if (at < 0 || !this.#list()) return false;
    for (let turn = 0; turn < TURNS; turn += 1) {
      const middle = (this.#tops[at] + this.#tops[at + 1] - innerHeight) / 2;
      scrollTo({ top: Math.max(0, this.#origin() + middle), behavior: "instant" });
      this.#draw();
    }
    return true;
  }

  toTop() {
    scrollTo({ top: 0, behavior: "instant" });
    this.#draw();
  }

  /** Is one at the beginning? */
  get isAtTop() {
    return this.#seen() <= TOP_PX;
  }

  /** The key of the first item that is on the screen. */
  get first() {
    return this.#keys[this.#at(Math.max(0, this.#seen()))];
  }

  // --- where things are

  #origin() {
    return (this.#list()?.getBoundingClientRect().top ?? 0) + scrollY;
  }

  /** How far the list was scrolled under what stands above it on the screen, px. */
  #seen() {
    const list = this.#list();
    return list ? edge(list) - list.getBoundingClientRect().top : 0;
  }

  #at(px) {
    let low = 0, high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tops[middle + 1] <= px) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, Math.max(0, this.#keys.length - 1));
  }

  /** What is being read: where the keyboard is, if that is on the screen, else the first item; nothing at the beginning. */
  #anchor() {
    const list = this.#list();
    if (!list || !this.#keys.length) return null;
    const focused = list.contains(document.activeElement) ? document.activeElement.closest("[data-key]") : null;
    if (this.isAtTop && !focused) return null;
    const key = focused && isOnScreen(focused) ? focused.dataset.key : this.first;
    const at = this.#keys.indexOf(key);
    return { key, from: list.getBoundingClientRect().top + this.#tops[at] };
  }

  /** Where each item stands. An anchor that is gone, by a filter, is none. */
  #place(anchor) {
    const tops = [0];
    for (const [at, key] of this.#keys.entries()) tops.push(tops[at] + (this.#heights.get(key) ?? this.#guess));
    this.#tops = tops;
    if (anchor) anchor.at = this.#keys.indexOf(anchor.key);
  }

  #range(anchor) {
    if (this.whole) return void Object.assign(this, { start: 0, end: this.#keys.length });
    const top = anchor?.at >= 0 ? this.#tops[anchor.at] - anchor.from : -(this.#list()?.getBoundingClientRect().top ?? 0);
    this.start = this.#keys.length ? this.#at(Math.max(0, top - NEAR_PX)) : 0;
    this.end = this.#keys.length ? this.#at(Math.max(0, top + innerHeight + NEAR_PX)) + 1 : 0;
    return undefined;
  }

  /** By properties, as the policy allows no style attributes. */
  #room() {
    const list = this.#list();
    if (!list) return;
    list.style.setProperty("padding-top", `${this.#tops[this.start] ?? 0}px`);
    list.style.setProperty("padding-bottom", `${this.#tops.at(-1) - (this.#tops[this.end] ?? this.#tops.at(-1))}px`);
  }

  #measure() {
    const list = this.#list();
    if (!list) return false;
    if (this.#width !== list.clientWidth) this.#heights.clear();
    this.#width = list.clientWidth;
    let changed = false, sum = 0;
    for (const item of list.children) {
      const { height } = item.getBoundingClientRect();
      sum += height;
      if (this.#heights.get(item.dataset.key) === height) continue;
      this.#heights.set(item.dataset.key, height);
      changed = true;
    }
    if (list.children.length) this.#guess = sum / list.children.length;
    return changed;
  }

  #hold(anchor) {
    const list = this.#list();
    if (!anchor || anchor.at < 0 || !list || this.whole) return;
    const now = list.getBoundingClientRect().top + this.#tops[anchor.at];
    if (Math.abs(now - anchor.from) >= 1) scrollBy({ top: now - anchor.from, behavior: "instant" });
  }

  // --- what happens

  #moved = () => {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      if (this.#isNear()) return;
      this.#draw();
    });
  };

  /** Is half of what lies beyond the screen still drawn? */
  #isNear() {
    const list = this.#list();
    if (!list || list.clientWidth !== this.#width) return false;
    const top = -list.getBoundingClientRect().top;
    const above = this.start === 0 || this.#tops[this.start] < top - NEAR_PX / 2;
    return above && (this.end === this.#keys.length || this.#tops[this.end] > top + innerHeight + NEAR_PX / 2);
  }

  #printing = () => {
    this.whole = true;
    this.#draw();
  };

  #printed = () => {
    this.whole = false;
    this.#draw();
  };
}

/** Where on the screen a list can be seen from: below what stands still above it. */
const edge = (list) => parseFloat(getComputedStyle(list).scrollMarginTop) || 0;

function isOnScreen(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}
