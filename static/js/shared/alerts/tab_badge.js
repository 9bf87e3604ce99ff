/* Badge of the browser tab: "(3)" before the page's title, and a dot on its icon. The page may change its title at any time. */

const MAX_COUNT = 99;
const ICON = /** @type {HTMLLinkElement} */ (document.querySelector("link[rel=icon]")); // also contains the address of the icon with the dot

export const unreadIcon = () => /** @type {string} */ (ICON.dataset.unread);

/** @param {number} count */
export const shortCount = (count) => (count > MAX_COUNT ? `${MAX_COUNT}+` : String(count));

export class TabBadge {
  #count = 0;
  #plainTitle = document.title; // title without the count
  #writtenTitle = document.title;
  #plainIcon = /** @type {string} */ (ICON.getAttribute("href"));

  constructor() {
    new MutationObserver(() => this.#write()).observe(/** @type {HTMLElement} */ (document.querySelector("title")), { childList: true, characterData: true, subtree: true });
  }

  /** @param {number} count */
  show(count) {
    this.#count = count;
    this.#write();
    const icon = count ? unreadIcon() : this.#plainIcon;
    if (ICON.getAttribute("href") !== icon) ICON.setAttribute("href", icon);
  }

  #write() {
    if (document.title !== this.#writtenTitle) this.#plainTitle = document.title;
    this.#writtenTitle = this.#count ? `(${shortCount(this.#count)}) ${this.#plainTitle}` : this.#plainTitle;
    if (document.title !== this.#writtenTitle) document.title = this.#writtenTitle;
  }
}
