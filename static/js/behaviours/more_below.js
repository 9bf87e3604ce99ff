/**
 * Count of the cards below the visible end of each column, shown at its foot ("3 more below"), and of new cards out of view
 * (new_cards.js). Needs no redraw.
 */
import { n } from "../core/i18n.js";
import { afterFrame } from "./after_frame.js";
import { announceNewCards, newOutOfSight, openWindow, showNewCard } from "./new_cards.js";

const LIST = "list"; // class: a query by attribute would test each element of a big board
const FRAMES = 2; // a card that enters the view gets its real height one frame later
const CHANGES = { childList: true, attributes: true, characterData: true, subtree: true };
const CUT_PX = 8; // a card that is hidden by less does not count

export class MoreBelow {
  #root;
  #lists;
  #frame = 0;
  #remainingFrames = 0; // remaining frames in which to count
  #sizes = new ResizeObserver(() => this.#ask());
  #changes = new MutationObserver(() => this.#ask());
  /** @type {Set<Element>} */ #observed = new Set();

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#lists = root.getElementsByClassName(LIST);
    // a phone scrolls the page, other screens scroll a column
    document.addEventListener("scroll", ({ target }) => (target === document || this.#observed.has(/** @type {Element} */ (target))) && this.#ask(), { capture: true, passive: true });
    root.addEventListener("click", ({ target }) => {
      const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-new-cards]"));
      if (button) showNewCard(root, button);
    });
  }

  /** Count in new columns after a draw; observers report changes of existing ones. */
  update() {
    if ([...this.#lists].some((list) => !this.#observed.has(list))) this.#ask();
  }

  /** Count after the next frames are laid out. */
  #ask() {
    this.#remainingFrames = FRAMES;
    this.#frame ||= afterFrame(() => this.#next());
  }

  #next() {
    this.#remainingFrames -= 1;
    this.#frame = this.#remainingFrames ? afterFrame(() => this.#next()) : 0;
    this.#count();
  }

  /** @param {HTMLElement[]} lists */
  #observe(lists) {
    if (lists.length === this.#observed.size && lists.every((list) => this.#observed.has(list))) return;
    this.#observed = new Set(lists);
    for (const observer of [this.#sizes, this.#changes]) observer.disconnect();
    for (const list of lists) {
      this.#sizes.observe(list);
      this.#changes.observe(list, CHANGES);
    }
  }

  #count() {
    const lists = /** @type {HTMLElement[]} */ ([...this.#lists]);
    this.#observe(lists);
    const visibleRange = openWindow(this.#root);
    const counts = lists.map((list) => ({ list, foot: footOf(list), unseen: newOutOfSight(list, visibleRange), ...countBelow(list) })); // read all before writing
    for (const { list, foot, unseen, count, fits } of counts) {
      announceNewCards(list, unseen);
      if (!foot) continue;
      if (foot.hidden !== fits) foot.hidden = fits;
      const text = count ? n("{count} more below", "{count} more below", count) : "";
      if (foot.textContent !== text) foot.textContent = text;
    }
  }
}

/**
 * Count the cards below the visible end. The cards are in order, so a binary search measures only a few. The foot itself uses space: it
 * is hidden if all cards fit without it.
 * @param {HTMLElement} list
 */
function countBelow(list) {
  const foot = footOf(list);
  const availableHeight = list.clientHeight + (foot?.offsetHeight ? foot.offsetHeight + marginOf(foot) : 0);
  if (list.scrollHeight <= Math.max(availableHeight, list.clientHeight)) return { count: 0, fits: true };
  const cards = [...list.children].filter(({ localName }) => localName === "article");
  const end = list.getBoundingClientRect().bottom + CUT_PX;
  let low = 0;
  let high = cards.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cards[middle].getBoundingClientRect().bottom > end) high = middle;
    else low = middle + 1;
  }
  return { count: cards.length - low, fits: false };
}

/**
 * Return the foot of a list, which is its sibling; a query would visit all of its cards.
 * @param {HTMLElement} list
 */
const footOf = (list) => /** @type {HTMLElement[]} */ ([...(list.parentElement?.children ?? [])]).find(({ dataset }) => "below" in dataset);

/** @param {HTMLElement} element */
function marginOf(element) {
  const { marginTop, marginBottom } = getComputedStyle(element);
  return parseFloat(marginTop) + parseFloat(marginBottom);
}
