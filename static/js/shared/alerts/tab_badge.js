/* Badge of the browser tab: "(3)" before the page's title, and a dot on its icon. The page may change its title at any time. */

const MAX_COUNT = 99;
const ICON = /** @type {HTMLLinkElement} */ (document.querySelector("link[rel=icon]")); // contains the address of the icon with the dot

export const unreadIcon = () => /** @type {string} */ (ICON.dataset.unread);

/** @param {number} count */
export const shortly = (count) => (count > MAX_COUNT ? `${MAX_COUNT}+` : String(count));

export class TabBadge {
  #count = 0;
  #plain = document.title; // title without the count
  #written = document.title;
  #usual = /** @type {string} */ (ICON.getAttribute("href"));

  constructor() {
    new MutationObserver(() => this.#write()).observe(/** @type {HTMLElement} */ (document.querySelector("title")), { childList: true, characterData: true, subtree: true });
  }

  /** @param {number} count */
  show(count) {
    this.#count = count;
    this.#write();
    const icon = count ? unreadIcon() : this.#usual;
    if (ICON.getAttribute("href") !== icon) ICON.setAttribute("href", icon);
  }

  #write() {
    if (document.title !== this.#written) this.#plain = document.title;
    this.#written = this.#count ? `(${shortly(this.#count)}) ${this.#plain}` : this.#plain;
    if (document.title !== this.#written) document.title = this.#written;
  }
}
