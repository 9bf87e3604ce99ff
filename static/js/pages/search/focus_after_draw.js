/** Focus and scroll position requested by an action, set once the page is drawn. */

import { focusFirstError } from "../../behaviours/focus_first_error.js";

const PHONE = matchMedia("(max-width: 699px)");

export class FocusAfterDraw {
  #root;
  #draw;
  /** @type {(() => void)[]} */ #requests = [];

  /** @param {HTMLElement} root @param {() => void} draw runs at each request */
  constructor(root, draw) {
    this.#root = root;
    this.#draw = draw;
  }

  /**
   * Focus a row of the work list, whose keys then work on the open card. On phones, the panel covers the list.
   * @param {string} id
   */
  row(id) {
    if (PHONE.matches) this.panel();
    else this.field(`.work-row[data-card="${CSS.escape(id)}"] a`);
  }

  /** Focus the panel. Scroll to the opened card only if no part of it is visible, so that opening a card moves nothing. */
  panel() {
    this.#request(() => {
      this.#find(".panel")?.focus({ preventScroll: true });
      const card = this.#find("article.opened");
      if (card && !isInSight(card)) card.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }

  /** @param {string} selector */
  field(selector) {
    this.#request(() => this.#find(selector)?.focus());
  }

  /**
   * Focus a card or the menu of a column.
   * @param {string} id
   */
  card(id) {
    const name = CSS.escape(id);
    this.#request(() => this.#find(`[data-card="${name}"] a, [data-column="${name}"] [data-part="column-menu"]`)?.focus({ preventScroll: true }));
  }

  /** Scroll to the details that replaced a long form. */
  facts() {
    this.#request(() => this.#find(".panel .card-facts:not(.editing)")?.scrollIntoView({ block: "nearest" }));
  }

  /** Focus the first refused field. */
  error() {
    this.#request(() => focusFirstError(this.#root));
  }

  /** Apply the requests. Call after each draw. */
  apply() {
    for (const request of this.#requests.splice(0)) request();
  }

  /** @param {() => void} request */
  #request(request) {
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
  const [self, list, board] = [card, card.closest("[data-list]"), card.closest(".board")].map((element) => /** @type {Element} */ (element ?? card).getBoundingClientRect());
  return self.bottom > Math.max(list.top, 0) && self.top < Math.min(list.bottom, window.innerHeight) && self.right > board.left && self.left < board.right;
}
