/* Audit log: server-rendered, works without scripts; with them, older entries are appended. */

import { get } from "../../core/connection/api.js";
import { n, t } from "../../core/i18n.js";
import { mountTimeFilters } from "./time_filter.js";

/** @param {HTMLElement} main */
export function mount(main) {
  mountTimeFilters(main);
  const days = /** @type {HTMLElement} */ (main.querySelector("[data-days]"));
  const said = /** @type {HTMLElement} */ (main.querySelector("[data-added]"));
  main.addEventListener("click", (/** @type {any} */ event) => {
    const link = event.target.closest("[data-more] a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (!link.hasAttribute("aria-busy")) add(link, days, said);
  });
  days.dataset.days = "grow"; // links append from now on
}

/** @param {any} link @param {HTMLElement} days @param {any} said */
async function add(link, days, said) {
  link.setAttribute("aria-busy", "true");
  const page = await read(link.href);
  link.removeAttribute("aria-busy");
  if (!page) {
    said.textContent = t("The entries cannot be read now. Try again shortly.");
    said.classList.remove("visually-hidden");
    return;
  }
  const first = page.querySelector("[data-days] li")?.dataset.seq, count = page.querySelectorAll("[data-days] li").length;
  for (const day of page.querySelectorAll("[data-day]")) append(days, day);
  const more = page.querySelector("[data-more] a");
  if (more) link.href = /** @type {HTMLAnchorElement} */ (more).href;
  said.classList.add("visually-hidden");
  said.textContent = n("{count} older entry shown", "{count} older entries shown", count);
  focus(days.querySelector(`[data-seq="${first}"]`)); // keyboard users continue at the first new entry
  if (!more) link.closest("[data-more]").remove();
}

/**
 * Append a day's entries, to the same day if it is the last one listed.
 * @param {HTMLElement} days
 * @param {any} day
 */
function append(days, day) {
  const there = days.querySelector(`[data-day="${day.dataset.day}"] ol`);
  if (there) there.append(...day.querySelectorAll("li"));
  else days.append(document.adoptNode(day));
}

/** @param {any} entry */
function focus(entry) {
  if (!entry) return;
  entry.tabIndex = -1;
  entry.focus({ preventScroll: true });
}

/**
 * Return the parsed page; null if it cannot be fetched, or the session has ended.
 * @param {string} address
 */
async function read(address) {
  try {
    const page = new DOMParser().parseFromString(await get(address, { headers: { accept: "text/html" }, text: true }), "text/html");
    return page.querySelector("[data-days]") ? page : null; // else it is the page to sign in
  } catch {
    return null;
  }
}
