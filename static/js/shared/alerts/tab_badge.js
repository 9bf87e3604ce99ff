/* The mark on the browser's tab: "(3)" before the page's title, and a dot on its icon. Pages set their titles as they like. */

const MOST = 99;
const ICON = document.querySelector("link[rel=icon]"); // which knows the address of the other one

export const unreadIcon = () => ICON.dataset.unread;

export const shortly = (count) => (count > MOST ? `${MOST}+` : String(count));

export class TabBadge {
  #count = 0;
  #plain = document.title; // as the page has it
  #written = document.title;
  #usual = ICON.getAttribute("href");

  connect() {
    new MutationObserver(() => this.#write()).observe(document.querySelector("title"), { childList: true, characterData: true, subtree: true });
    return this;
  }

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
