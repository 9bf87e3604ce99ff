/** Focus and scroll position that an action asks for, set once the page is drawn with what was opened. */

import { focusFirstError } from "../../behaviours/focus_first_error.js";

export class FocusAfterDraw {
  #root;
  #draw;
  /** @type {(() => void)[]} */ #requests = [];

  /** @param {HTMLElement} root @param {() => void} draw called with each request */
  constructor(root, draw) {
    this.#root = root;
    this.#draw = draw;
  }

  /** Focus the panel. Opening a card moves no card: only one that is nowhere in sight is scrolled to. */
  panel() {
    this.#ask(() => {
      this.#find(".panel")?.focus({ preventScroll: true });
      const card = this.#find("article.opened");
      if (card && !isInSight(card)) card.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }

  /** @param {string} selector */
  field(selector) {
    this.#ask(() => this.#find(selector)?.focus());
  }

  /**
   * Focus a card, or the menu of a column.
   * @param {string} id
   */
  card(id) {
    const name = CSS.escape(id);
    this.#ask(() => this.#find(`[data-card="${name}"] a, [data-column="${name}"] [data-part="column-menu"]`)?.focus({ preventScroll: true }));
  }

  /** Scroll to the facts that replaced a long form. */
  facts() {
    this.#ask(() => this.#find(".panel .card-facts:not(.editing)")?.scrollIntoView({ block: "nearest" }));
  }

  /** Focus the first refused field. */
  error() {
    this.#ask(() => focusFirstError(this.#root));
  }

  /** Do what was asked for. Call after each draw. */
  apply() {
    for (const request of this.#requests.splice(0)) request();
  }

  /** @param {() => void} request */
  #ask(request) {
    this.#requests.push(request);
    this.#draw();
  }

  /** @param {string} selector */
  #find(selector) {
    return this.#root.querySelector(selector);
  }
}

/** @param {HTMLElement} card */
function isInSight(card) {
  const [own, list, board] = [card, card.closest("[data-list]"), card.closest(".board")].map((each) => /** @type {Element} */ (each ?? card).getBoundingClientRect());
  return own.bottom > Math.max(list.top, 0) && own.top < Math.min(list.bottom, window.innerHeight) && own.right > board.left && own.left < board.right;
}
