/** Arrow keys from card to card: up and down in a column, left and right to the card at the same height. */
import { pressed } from "./key_table.js";

export class Arrows {
  #root;
  #card;
  #list;
  #walked = (event) => this.#go(event);

  /** @param card selector of a card, with a link in it; @param list of what holds those of one column */
  constructor(root, card = "article[data-card]", list = "[data-list]") {
    this.#root = root;
    this.#card = card;
    this.#list = list;
  }

  connect() {
    this.#root.addEventListener("keydown", this.#walked);
  }

  disconnect() {
    this.#root.removeEventListener("keydown", this.#walked);
  }

  #go(event) {
    const card = event.target.closest?.(this.#card);
    if (!card || !pressed("walk", event)) return;
    const next = this.#next(card, event.key);
    if (!next) return;
    event.preventDefault();
    next.querySelector("a").focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #next(card, key) {
    if (key === "ArrowDown") return this.#neighbour(card, "nextElementSibling");
    if (key === "ArrowUp") return this.#neighbour(card, "previousElementSibling");
    // a phone shows one column at a time
    const columns = [...this.#root.querySelectorAll(this.#list)].filter((list) => list.querySelector(this.#card) && list.checkVisibility());
    const at = columns.findIndex((list) => list.contains(card));
    return this.#nearest(columns[at + (key === "ArrowRight" ? 1 : -1)], card);
  }

  /** Cards that are still being sent have nothing to open yet. */
  #neighbour(card, direction) {
    let next = card[direction];
    while (next && !next.matches(this.#card)) next = next[direction];
    return next;
  }

  #nearest(list, card) {
    if (!list) return null;
    const { top } = card.getBoundingClientRect();
    const cards = [...list.querySelectorAll(this.#card)];
    return cards.find((other) => other.getBoundingClientRect().bottom > top) ?? cards.at(-1);
  }
}
