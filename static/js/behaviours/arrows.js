/** Arrow keys from card to card: up and down in a column, left and right to the card at the same height. */

export class Arrows {
  #root;
  #pressed = (event) => this.#go(event);

  constructor(root) {
    this.#root = root;
  }

  connect() {
    this.#root.addEventListener("keydown", this.#pressed);
  }

  disconnect() {
    this.#root.removeEventListener("keydown", this.#pressed);
  }

  #go(event) {
    const card = event.target.closest?.("article[data-card]");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = this.#next(card, event.key);
    if (!next) return;
    event.preventDefault();
    next.querySelector("a").focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #next(card, key) {
    if (key === "ArrowDown") return neighbour(card, "nextElementSibling");
    if (key === "ArrowUp") return neighbour(card, "previousElementSibling");
    if (key !== "ArrowLeft" && key !== "ArrowRight") return null;
    const columns = [...this.#root.querySelectorAll("[data-list]")].filter((list) => list.contains(card) || list.querySelector("article[data-card]"));
    const at = columns.findIndex((list) => list.contains(card));
    return nearest(columns[at + (key === "ArrowRight" ? 1 : -1)], card);
  }
}

/** Cards that are still being sent have nothing to open yet. */
function neighbour(card, direction) {
  let next = card[direction];
  while (next && !next.matches("[data-card]")) next = next[direction];
  return next;
}

function nearest(list, card) {
  if (!list) return null;
  const { top } = card.getBoundingClientRect();
  const cards = [...list.querySelectorAll("article[data-card]")];
  return cards.find((other) => other.getBoundingClientRect().bottom > top) ?? cards.at(-1);
}
