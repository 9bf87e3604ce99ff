/**
 * Arrow keys between cards: up and down in a column, left and right to the card at the same height; from anywhere else to the
 * first card.
 */
import { findPressed } from "./shortcuts.js";

// elements with arrow keys of their own, or that scroll
const OWN = "input, select, textarea, [contenteditable], [role=slider], dialog, [popover], .panel, details[open]";

export class CardArrowKeys {
  #root;
  #card;
  #list;

  /**
   * @param {HTMLElement} root
   * @param {string} card selector of a card, with a link in it
   * @param {string} list selector of the container of one column's cards
   */
  constructor(root, card = "article[data-card]", list = "[data-list]") {
    this.#root = root;
    this.#card = card;
    this.#list = list;
    document.addEventListener("keydown", (event) => this.#go(event));
  }

  /** @param {KeyboardEvent} event */
  #go(event) {
    if (!findPressed("walk", event) || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const card = target.closest?.(this.#card);
    const next = card ? this.#next(card, event.key) : !target.closest?.(OWN) && this.#first();
    if (!next) return;
    event.preventDefault();
    next.querySelector("a")?.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #first() {
    return [...this.#root.querySelectorAll(`:is(${this.#list}) :is(${this.#card})`)].find((card) => card.querySelector("a") && card.parentElement?.checkVisibility());
  }

  /**
   * In a column several cards wide, down is the card below, and right the one beside it, before the next column.
   * @param {HTMLElement} card
   * @param {string} key
   */
  #next(card, key) {
    if (key === "ArrowDown") return this.#neighbour(card, "nextElementSibling", isBelow);
    if (key === "ArrowUp") return this.#neighbour(card, "previousElementSibling", isBelow);
    const right = key === "ArrowRight";
    const beside = this.#neighbour(card, right ? "nextElementSibling" : "previousElementSibling");
    if (beside && isBeside(card, beside)) return beside;
    // a phone shows one column at a time
    const columns = [...this.#root.querySelectorAll(this.#list)].filter((list) => list.querySelector(this.#card) && list.checkVisibility());
    const at = columns.findIndex((list) => list.contains(card));
    return this.#nearest(columns[at + (right ? 1 : -1)], card, right);
  }

  /**
   * Skip cards that are still being sent: there is nothing to open yet.
   * @param {HTMLElement} card
   * @param {"nextElementSibling" | "previousElementSibling"} direction
   * @param {(card: HTMLElement, other: HTMLElement) => boolean} fits
   */
  #neighbour(card, direction, fits = () => true) {
    let next = /** @type {HTMLElement | null} */ (card[direction]);
    while (next && !(next.matches(this.#card) && fits(card, next))) next = /** @type {HTMLElement | null} */ (next[direction]);
    return next;
  }

  /** @param {HTMLElement | undefined} list @param {HTMLElement} card @param {boolean} first */
  #nearest(list, card, first) {
    if (!list) return null;
    const { top } = card.getBoundingClientRect();
    const cards = [...list.querySelectorAll(this.#card)];
    let near = cards.find((other) => other.getBoundingClientRect().bottom > top) ?? cards.at(-1);
    for (let next = /** @type {HTMLElement | null | undefined} */ (near); !first && near && next && isBeside(near, next); next = this.#neighbour(next, "nextElementSibling")) near = next;
    return near;
  }
}

/** @param {HTMLElement} card @param {HTMLElement} other */
function isBelow(card, other) {
  const [a, b] = [card.getBoundingClientRect(), other.getBoundingClientRect()];
  return a.left < b.right && b.left < a.right;
}

/** @param {HTMLElement} card @param {HTMLElement} other */
function isBeside(card, other) {
  const [a, b] = [card.getBoundingClientRect(), other.getBoundingClientRect()];
  return a.top < b.bottom && b.top < a.bottom;
}
