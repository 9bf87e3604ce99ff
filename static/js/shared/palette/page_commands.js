/** Palette entries on every page, such as the links to other pages and "Sign out". */
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
export const pageCommands = (session, keys) => allCommands(session, keys).filter((command) => !command.not && isFor(command, session));

/**
 * Return the commands that need more rights than this person has. Each entry opens the guide about its command.
 * @param {Session} session
 * @returns {PageCommand[]}
 */
export function othersCommands(session) {
  const { pageCommands: here } = session;
  const pages = allCommands(session, () => {}).filter((command) => command.role && command.role !== "admin" && !isFor(command, session));
  const commands = [...(here?.others?.() ?? []), ...(session.can("coordinator") ? [] : pages)];
  const search = { id: "open-search", title: t("New search") };
  const entries = session.can("coordinator") ? commands : [search, ...commands];
  const run = () => location.assign("/help/guides/coordinator");
  return entries.map(({ id, title }) => ({ id, title, run, hasNoKey: true }));
}

/** @param {{ role?: Role, right?: string | null }} command @param {Session} session */
const isFor = ({ role, right }, session) => (!role || session.can(role)) && (!right || session.may(right));

/** @param {Session} session @param {() => void} keys @returns {(PageCommand & { not?: boolean, role?: Role, right?: string | null })[]} */
function allCommands(session, keys) {
  return [
    ...offeredPages().map(({ path, ...page }) => ({ ...page, id: path, not: location.pathname === path, run: () => location.assign(path) })),
    { id: "work", role: "investigator", title: t("What I have"), run: () => document.querySelector("[data-work]")?.click() },
    { id: "keys", title: t("Show keyboard shortcuts"), run: keys },
    { id: "tour", title: t("Take the tour"), run: startTour },
    { id: "print", title: t("Print this page"), run: () => print() },
    { id: "theme-dark", not: currentTheme() === "dark", title: t("Dark theme"), run: () => setTheme("dark") },
    { id: "theme-light", not: currentTheme() === "light", title: t("Light theme"), run: () => setTheme("light") },
    { id: "theme-device", not: currentTheme() === "", title: t("Theme of this device"), run: () => setTheme("") },
    { id: "sign-out", title: t("Sign out"), run: () => /** @type {HTMLFormElement} */ (document.querySelector("[data-sign-out]")).requestSubmit() },
  ];
}
