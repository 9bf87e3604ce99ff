/**
 * Arrow keys between cards: up and down in a column, left and right to the card at the same height. From outside the cards, they go to
 * the first card.
 */
import { findPressed } from "./shortcuts.js";

// elements that handle arrow keys themselves, or that scroll
const OWN_ARROW_KEYS = "input, select, textarea, [contenteditable], [role=slider], dialog, [popover], .panel, details[open]";

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
    const next = card ? this.#next(card, event.key) : !target.closest?.(OWN_ARROW_KEYS) && this.#first();
    if (!next) return;
    event.preventDefault();
    next.querySelector("a")?.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #first() {
    return [...this.#root.querySelectorAll(`:is(${this.#list}) :is(${this.#card})`)].find((card) => card.querySelector("a") && card.parentElement?.checkVisibility());
  }

  /**
   * Return the next card. In a column that is several cards wide, right is the adjacent card before the next column.
   * @param {HTMLElement} card
   * @param {string} key
   */
  #next(card, key) {
    if (key === "ArrowDown") return this.#neighbour(card, "nextElementSibling", isBelow);
    if (key === "ArrowUp") return this.#neighbour(card, "previousElementSibling", isBelow);
    const isRight = key === "ArrowRight";
    const beside = this.#neighbour(card, isRight ? "nextElementSibling" : "previousElementSibling");
    if (beside && isBeside(card, beside)) return beside;
    // a phone shows one column at a time
    const columns = [...this.#root.querySelectorAll(this.#list)].filter((list) => list.querySelector(this.#card) && list.checkVisibility());
    const at = columns.findIndex((list) => list.contains(card));
    return this.#nearest(columns[at + (isRight ? 1 : -1)], card, isRight);
  }

  /**
   * Return the adjacent card in a direction. Skips unsent cards, which cannot be opened yet.
   * @param {HTMLElement} card
   * @param {"nextElementSibling" | "previousElementSibling"} direction
   * @param {(card: HTMLElement, other: HTMLElement) => boolean} fits
   */
  #neighbour(card, direction, fits = () => true) {
    let next = /** @type {HTMLElement | null} */ (card[direction]);
    while (next && !(next.matches(this.#card) && fits(card, next))) next = /** @type {HTMLElement | null} */ (next[direction]);
    return next;
  }

  /** @param {HTMLElement | undefined} list @param {HTMLElement} card @param {boolean} isFirst */
  #nearest(list, card, isFirst) {
    if (!list) return null;
    const { top } = card.getBoundingClientRect();
    const cards = [...list.querySelectorAll(this.#card)];
    let nearest = cards.find((other) => other.getBoundingClientRect().bottom > top) ?? cards.at(-1);
    for (let next = /** @type {HTMLElement | null | undefined} */ (nearest); !isFirst && nearest && next && isBeside(nearest, next); next = this.#neighbour(next, "nextElementSibling")) nearest = next;
    return nearest;
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
