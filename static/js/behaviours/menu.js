/**
 * Menu in a popover: under its button, with the arrow keys, Home and End. The browser opens it by `popovertarget`, closes it on Escape
 * or a click elsewhere, and returns the focus to the button.
 */
const EDGE_PX = 8; // distance of a menu from the edge of the window
const GAP_PX = 4;
const ITEMS = "[role=menuitem], [role=menuitemradio]";

/** @param {HTMLElement} menu @returns {HTMLElement[]} */
const itemsOf = (menu) => [...menu.querySelectorAll(ITEMS)].filter((item) => item.checkVisibility());

/** @param {HTMLElement} menu @returns {HTMLElement | null} */
const buttonOf = ({ id }) => [...document.querySelectorAll(`[popovertarget="${CSS.escape(id)}"]`)].find((button) => !button.closest("[popover]") && button.checkVisibility()) ?? null;

/**
 * Place the opened menu and focus its first item, which is possible only after `toggle`. Uses custom properties, because the content
 * security policy forbids style attributes.
 * @param {ToggleEvent & { currentTarget: HTMLElement }} event
 */
export function menuToggled({ type, currentTarget: menu, newState }) {
  const button = buttonOf(menu), isOpen = newState === "open";
  button?.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) return;
  if (type === "toggle") {
    if (button) place(menu, button);
    itemsOf(menu)[0]?.focus();
  }
}

/** @param {HTMLElement} menu @param {HTMLElement} button */
function place(menu, button) {
  const { left, right, bottom } = button.getBoundingClientRect(), { width } = menu.getBoundingClientRect();
  const alignedLeft = left + width + EDGE_PX <= window.innerWidth ? left : right - width;
  menu.style.setProperty("--menu-left", `${Math.max(EDGE_PX, Math.min(alignedLeft, window.innerWidth - width - EDGE_PX))}px`);
  menu.style.setProperty("--menu-top", `${bottom + GAP_PX}px`);
}

/** @type {Record<string, (at: number, last: number) => number>} */
const NEXT_INDEX = {
  ArrowDown: (at, last) => (at === last ? 0 : at + 1),
  ArrowUp: (at, last) => (at <= 0 ? last : at - 1),
  Home: () => 0,
  End: (_, last) => last,
};

/** @param {KeyboardEvent & { currentTarget: HTMLElement }} event */
export function menuWalked(event) {
  const { key, currentTarget: menu } = event;
  if (key === "Tab") return menu.hidePopover();
  if (!NEXT_INDEX[key]) return undefined;
  const items = itemsOf(menu), at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  items[NEXT_INDEX[key](at, items.length - 1)]?.focus();
  event.preventDefault();
  return undefined;
}
