/** Palette entries of every page: go to another page, sign out and the like. */
import { t } from "../../core/i18n.js";
import { offeredPages } from "../../core/rules/pages.js";
import { startTour } from "../tour.js";
import { currentTheme, setTheme } from "../theme.js";

/**
 * Return the commands that this person may use.
 * @param {Session} session
 * @param {() => void} keys shows the shortcuts
 * @returns {PageCommand[]}
 */
export const pageCommands = (session, keys) => every(session, keys).filter(({ not, role }) => !not && (!role || session.can(role)));

/**
 * Return what somebody with more rights can do, here or on another page; each entry leads to the guide that says how it is done.
 * @param {Session} session
 * @returns {PageCommand[]}
 */
export function othersCommands(session) {
  const { pageCommands: here } = session;
  const pages = every(session, () => {}).filter(({ role }) => role && role !== "admin" && !session.can(role));
  const asked = [...(here?.others?.() ?? []), ...(session.can("coordinator") ? [] : pages)];
  const search = { id: "open-search", title: t("New search") };
  const all = session.can("coordinator") ? asked : [search, ...asked];
  const run = () => location.assign("/help/guides/coordinator");
  return all.map(({ id, title }) => ({ id, title, run, hasNoKey: true }));
}

/** @param {Session} session @param {() => void} keys @returns {(PageCommand & { not?: boolean, role?: Role })[]} */
function every(session, keys) {
  return [
    ...offeredPages().map(({ path, ...page }) => ({ ...page, id: path, not: location.pathname === path, run: () => location.assign(path) })),
    { id: "keys", title: t("Show keyboard shortcuts"), run: keys },
    { id: "tour", title: t("Take the tour"), run: startTour },
    { id: "print", title: t("Print this page"), run: () => print() },
    { id: "theme-dark", not: currentTheme() === "dark", title: t("Dark theme"), run: () => setTheme("dark") },
    { id: "theme-light", not: currentTheme() === "light", title: t("Light theme"), run: () => setTheme("light") },
    { id: "theme-device", not: currentTheme() === "", title: t("Theme of this device"), run: () => setTheme("") },
    { id: "sign-out", title: t("Sign out"), run: () => /** @type {HTMLFormElement} */ (document.querySelector("[data-sign-out]")).requestSubmit() },
  ];
}
