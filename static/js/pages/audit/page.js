/* The audit log: the server's page, which works without scripts. With them, older entries are added below those that are read. */

import { request } from "../../core/api.js";
import { n, t } from "../../core/i18n.js";

export function mount(main) {
  const days = main.querySelector("[data-days]"), said = main.querySelector("[data-added]");
  main.addEventListener("click", (event) => {
    const link = event.target.closest("[data-more] a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (!link.hasAttribute("aria-busy")) add(link, days, said);
  });
  days.dataset.days = "grow"; // from here on a link adds to them
}

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
  if (more) link.href = more.href;
  said.classList.add("visually-hidden");
  said.textContent = n("{count} older entry shown", "{count} older entries shown", count);
  focus(days.querySelector(`[data-seq="${first}"]`)); // who reads by keyboard goes on where it goes on
  if (!more) link.closest("[data-more]").remove();
}

/** Its entries: below those of the same day, which may be the last that is there. */
function append(days, day) {
  const there = days.querySelector(`[data-day="${day.dataset.day}"] ol`);
  if (there) there.append(...day.querySelectorAll("li"));
  else days.append(document.adoptNode(day));
}

function focus(entry) {
  if (!entry) return;
  entry.tabIndex = -1;
  entry.focus({ preventScroll: true });
}

/** -> the page; null where there is none now, or somebody has signed out. */
async function read(address) {
  try {
    const answer = await request(address, { headers: { accept: "text/html" } });
    const page = answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    return page?.querySelector("[data-days]") ? page : null;
  } catch {
    return null;
  }
}
