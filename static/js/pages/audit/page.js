/* Audit log: server-rendered and usable without scripts, which append older entries. */

import { get } from "../../core/connection/api.js";
import { n, t } from "../../core/i18n.js";
import { mountTimeFilters } from "./time_filter.js";

/** @param {HTMLElement} main */
export function mount(main) {
  mountTimeFilters(main);
  const days = /** @type {HTMLElement} */ (main.querySelector("[data-days]"));
  const status = /** @type {HTMLElement} */ (main.querySelector("[data-added]"));
  main.addEventListener("click", (/** @type {any} */ event) => {
    const link = event.target.closest("[data-more] a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (!link.hasAttribute("aria-busy")) appendOlder(link, days, status);
  });
  days.dataset.days = "grow"; // links append from now on
}

/** @param {any} link @param {HTMLElement} days @param {any} status */
async function appendOlder(link, days, status) {
  link.setAttribute("aria-busy", "true");
  const page = await fetchPage(link.href);
  link.removeAttribute("aria-busy");
  if (!page) {
    status.textContent = t("The entries cannot be read now. Try again shortly.");
    status.classList.remove("visually-hidden");
    return;
  }
  const first = page.querySelector("[data-days] li")?.dataset.seq, count = page.querySelectorAll("[data-days] li").length;
  for (const day of page.querySelectorAll("[data-day]")) append(days, day);
  const more = page.querySelector("[data-more] a");
  if (more) link.href = /** @type {HTMLAnchorElement} */ (more).href;
  status.classList.add("visually-hidden");
  status.textContent = n("{count} older entry shown", "{count} older entries shown", count);
  focus(days.querySelector(`[data-seq="${first}"]`)); // keyboard users continue at the first new entry
  if (!more) link.closest("[data-more]").remove();
}

/**
 * Append the entries of a day, to its existing list if there is one.
 * @param {HTMLElement} days
 * @param {any} day
 */
function append(days, day) {
  const existingList = days.querySelector(`[data-day="${day.dataset.day}"] ol`);
  if (existingList) existingList.append(...day.querySelectorAll("li"));
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
async function fetchPage(address) {
  try {
    const page = new DOMParser().parseFromString(await get(address, { headers: { accept: "text/html" }, text: true }), "text/html");
    return page.querySelector("[data-days]") ? page : null; // otherwise it is the sign-in page
  } catch {
    return null;
  }
}
